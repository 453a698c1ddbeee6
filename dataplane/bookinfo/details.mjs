// Bookinfo's details: what is known of a book.
import { json, readSettings, serve } from "./service.mjs";

serve(readSettings().port, {
  "GET /health": () => json({ status: "Details is healthy" }),
  "GET /details/*": (_, id) =>
    /^\d+$/.test(id)
      ? json({
          id: Number(id),
          author: "William Shakespeare",
          year: 1595,
          type: "paperback",
          pages: 200,
          publisher: "PublisherA",
          language: "English",
          "ISBN-10": "1234567890",
          "ISBN-13": "123-1234567890",
        })
      : json({ error: "please provide numeric product id" }, 400),
});
