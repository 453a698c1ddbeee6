// Bookinfo's reviews: v1 without stars, v2 with black ones, v3 with red ones. Stars are asked from ratings.
import { ask, forwardHeaders, json, readSettings, serve } from "./service.mjs";

const { port, services, podName, starColor } = readSettings();
// Shorter for red stars, as in the original, where a task on delays shows it.
const patience = starColor === "red" ? 2_500 : 10_000;

async function stars(request, id) {
  if (starColor === undefined) return () => ({});
  const { body } = await ask(`${services.ratings}/ratings/${id}`, forwardHeaders(request.headers), patience);
  return (reviewer) => {
    const count = body?.ratings?.[reviewer];
    const rating =
      count === undefined ? { error: "Ratings service is currently unavailable" } : { stars: count, color: starColor };
    return { rating };
  };
}

serve(port, {
  "GET /health": () => json({ status: "Reviews is healthy" }),
  "GET /reviews/*": async (request, id) => {
    if (!/^\d+$/.test(id)) return json({ error: "please provide numeric product id" }, 404);
    const rated = await stars(request, id);
    const reviews = [
      {
        reviewer: "Reviewer1",
        text: "Shakespeare at his fastest: two pairs of twins and no rest.",
        ...rated("Reviewer1"),
      },
      { reviewer: "Reviewer2", text: "Very funny, and a little thin beside his later plays.", ...rated("Reviewer2") },
    ];
    return json({ id, podname: podName, clustername: "null", reviews });
  },
});
