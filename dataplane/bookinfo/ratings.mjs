// Bookinfo's ratings: how many stars the reviewers gave.
import { json, readSettings, serve } from "./service.mjs";

serve(readSettings().port, {
  "GET /health": () => json({ status: "Ratings is healthy" }),
  "GET /ratings/*": (_, id) =>
    /^\d+$/.test(id)
      ? json({ id: Number(id), ratings: { Reviewer1: 5, Reviewer2: 4 } })
      : json({ error: "please provide numeric product ID" }, 400),
});
