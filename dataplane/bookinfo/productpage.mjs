// Bookinfo's productpage: a page made of what details and reviews say, asked one after the other.
import { ask, forwardHeaders, html, json, readSettings, serve } from "./service.mjs";

const { port, services } = readSettings();
const patience = 3_000;
const product = { id: 0, title: "The Comedy of Errors" };
const session = /(?:^|;\s*)session=([^;]+)/;

/** Who is logged in, if anybody: the one header that this service adds to those that it forwards. */
function outgoingHeaders({ headers }) {
  const [, user] = session.exec(headers.cookie ?? "") ?? [];
  return { ...forwardHeaders(headers), ...(user && { "end-user": decodeURIComponent(user) }) };
}

async function details(request, id) {
  const answer = await ask(`${services.details}/details/${id}`, outgoingHeaders(request), patience);
  const error = "Sorry, product details are currently unavailable for this book.";
  return answer.body ? answer : { ...answer, body: { error } };
}

async function reviews(request, id) {
  let answer;
  // The original asks twice, for a task on faults to show.
  for (let attempt = 0; attempt < 2 && !answer?.body; attempt++) {
    answer = await ask(`${services.reviews}/reviews/${id}`, outgoingHeaders(request), patience);
  }
  const error = "Sorry, product reviews are currently unavailable for this book.";
  return answer.body ? answer : { ...answer, body: { error } };
}

async function ratings(request, id) {
  const answer = await ask(`${services.ratings}/ratings/${id}`, outgoingHeaders(request), patience);
  const error = "Sorry, product ratings are currently unavailable for this book.";
  return answer.body ? answer : { ...answer, body: { error } };
}

const escape = (value) => String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);

const list = (entries) =>
  entries.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`).join("\n");

function page(detailsBody, reviewsBody) {
  const said = (reviewsBody.reviews ?? []).map(({ reviewer, text, rating }) => [
    rating?.stars === undefined ? reviewer : `${reviewer}, ${rating.stars} ${rating.color} stars`,
    text,
  ]);
  return `<!doctype html>
<html lang="en">
<title>Simple Bookstore App</title>
<h1>${escape(product.title)}</h1>
<h2>Book details</h2>
<dl>${list(Object.entries(detailsBody))}</dl>
<h2>Book reviews</h2>
<dl>${list(reviewsBody.error ? [["error", reviewsBody.error]] : said)}</dl>
</html>
`;
}

/** Back to where the user was, with another session. */
const back = (request, cookie) => ({
  status: 302,
  type: "text/plain",
  text: "",
  headers: { location: request.headers.referer ?? "/productpage", "set-cookie": `session=${cookie}; Path=/; HttpOnly` },
});

async function login(request) {
  let form = "";
  for await (const part of request.setEncoding("utf8")) form += part;
  return back(request, encodeURIComponent(new URLSearchParams(form).get("username") ?? ""));
}

const api = ({ status, body }) => json(body, status);

serve(port, {
  "GET /health": () => html("Product page is healthy"),
  "GET /productpage": async (request) => {
    const { body } = await details(request, product.id);
    return html(page(body, (await reviews(request, product.id)).body));
  },
  "POST /login": login,
  "GET /logout": (request) => back(request, ""),
  "GET /api/v1/products": () => json([product]),
  "GET /api/v1/products/*": async (request, id) => api(await details(request, id)),
  "GET /api/v1/products/*/reviews": async (request, id) => api(await reviews(request, id)),
  "GET /api/v1/products/*/ratings": async (request, id) => api(await ratings(request, id)),
});
