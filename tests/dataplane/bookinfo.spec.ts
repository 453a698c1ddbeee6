import assert from "node:assert/strict";
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { IncomingHttpHeaders } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import * as path from "node:path";
import { projectFolder } from "../../cluster/paths";
import { Folder } from "../helpers/folder";
import { freePort, Loopback } from "../helpers/loopback";

/** Trace headers as a sidecar adds them, and what an application must not lose either. */
const incoming = {
  "x-request-id": "5a0f5a2a-0000-4000-8000-000000000001",
  "x-b3-traceid": "463ac35c9f6413ad48485a3953bb6124",
  "x-b3-spanid": "a2fb4a1d1a96d312",
  "x-b3-parentspanid": "0020000000000001",
  "x-b3-sampled": "1",
  traceparent: "00-463ac35c9f6413ad48485a3953bb6124-a2fb4a1d1a96d312-01",
  "user-agent": "a browser",
  "x-not-for-others": "1",
};

describe("Bookinfo's services", () => {
  let folder: Folder;
  let running: ChildProcess[];
  let others: Loopback[];

  beforeEach(() => {
    folder = new Folder();
    running = [];
    others = [];
  });

  afterEach(async () => {
    others.forEach((other) => other.stop());
    await Promise.all(running.map(async (child) => child.kill("SIGKILL") && (await once(child, "exit"))));
    folder.remove();
  });

  /** Starts a service and returns its URL once it answers. */
  async function start(name: string, settings: object = {}): Promise<string> {
    const port = await freePort();
    const file = folder.write(`${name}.json`, { port, services: {}, ...settings });
    const program = path.join(projectFolder, "dataplane", "bookinfo", `${name}.mjs`);
    running.push(spawn(process.execPath, [program, file], { stdio: "ignore" }));
    const url = `http://127.0.0.1:${port}`;
    for (let attempt = 0; !(await fetch(`${url}/health`).catch(() => undefined))?.ok; attempt++) {
      assert.ok(attempt < 100, `${name} did not answer`);
      await sleep(50);
    }
    return url;
  }

  /** Another service that answers the same to everybody, and what it was asked. */
  async function other(body: unknown, status = 200): Promise<{ url: string; asked: [string, IncomingHttpHeaders][] }> {
    const asked: [string, IncomingHttpHeaders][] = [];
    const server = await Loopback.start((request, response) => {
      asked.push([request.url ?? "", request.headers]);
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    });
    others.push(server);
    return { url: server.url, asked };
  }

  const get = async (url: string, headers: Record<string, string> = {}) => {
    const response = await fetch(url, { headers });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  function assertForwarded(headers: IncomingHttpHeaders): void {
    const { "x-not-for-others": dropped, ...kept } = incoming;
    for (const [name, value] of Object.entries(kept)) assert.equal(headers[name], value, name);
    assert.equal(headers["x-not-for-others"], undefined, `x-not-for-others: ${dropped} was forwarded`);
  }

  it("details: tells about a book, and refuses what is no number", async () => {
    const url = await start("details");
    const { body } = await get(`${url}/details/0`);
    assert.deepEqual([body.id, body.author, body["ISBN-13"]], [0, "William Shakespeare", "123-1234567890"]);
    assert.equal((await get(`${url}/details/x`)).status, 400);
  });

  it("ratings: two reviewers' stars", async () => {
    const url = await start("ratings");
    assert.deepEqual((await get(`${url}/ratings/0`)).body, { id: 0, ratings: { Reviewer1: 5, Reviewer2: 4 } });
  });

  it("reviews v1: asks nobody", async () => {
    const ratings = await other({});
    const url = await start("reviews", { services: { ratings: ratings.url } });
    const { body } = await get(`${url}/reviews/0`);
    assert.equal((body.reviews as object[]).length, 2);
    assert.ok((body.reviews as object[]).every((review) => !("rating" in review)));
    assert.deepEqual(ratings.asked, []);
  });

  it("reviews v3: red stars, and the trace goes on to ratings", async () => {
    const ratings = await other({ id: 0, ratings: { Reviewer1: 5, Reviewer2: 4 } });
    const url = await start("reviews", {
      services: { ratings: ratings.url },
      starColor: "red",
      podName: "reviews-v3-x",
    });
    const { body } = await get(`${url}/reviews/0`, incoming);
    const stars = (body.reviews as { rating: object }[]).map(({ rating }) => rating);
    assert.deepEqual(stars, [
      { stars: 5, color: "red" },
      { stars: 4, color: "red" },
    ]);
    assert.equal(body.podname, "reviews-v3-x");
    assert.equal(ratings.asked[0]?.[0], "/ratings/0");
    assertForwarded(ratings.asked[0][1]);
  });

  it("reviews v2: says so when ratings fails", async () => {
    const ratings = await other({}, 503);
    const url = await start("reviews", { services: { ratings: ratings.url }, starColor: "black" });
    const { status, body } = await get(`${url}/reviews/0`);
    assert.equal(status, 200);
    assert.match(JSON.stringify(body), /Ratings service is currently unavailable/);
  });

  it("productpage: a page of both, and the trace goes on to details and reviews", async () => {
    const details = await other({ author: "W. <S>" });
    const reviews = await other({ reviews: [{ reviewer: "R1", text: "good", rating: { stars: 5, color: "black" } }] });
    const url = await start("productpage", { services: { details: details.url, reviews: reviews.url } });
    const response = await fetch(`${url}/productpage`, { headers: incoming });
    const text = await response.text();
    assert.equal(response.status, 200);
    assert.match(text, /W\. &#60;S&#62;/);
    assert.match(text, /R1, 5 black stars/);
    for (const { asked } of [details, reviews]) {
      assert.equal(asked.length, 1);
      assertForwarded(asked[0]![1]);
    }
  });

  it("productpage: asks reviews twice, then shows the page without them", async () => {
    const details = await other({});
    const reviews = await other({}, 500);
    const url = await start("productpage", { services: { details: details.url, reviews: reviews.url } });
    const response = await fetch(`${url}/productpage`);
    assert.equal(response.status, 200);
    assert.match(await response.text(), /reviews are currently unavailable/);
    assert.equal(reviews.asked.length, 2);
    assert.equal((await get(`${url}/api/v1/products/0/reviews`)).status, 500);
  });

  it("productpage: sends on who is logged in", async () => {
    const details = await other({});
    const url = await start("productpage", { services: { details: details.url } });
    const login = await fetch(`${url}/login`, { method: "POST", body: "username=jason", redirect: "manual" });
    assert.equal(login.status, 302);
    await fetch(`${url}/api/v1/products/0`, { headers: { cookie: login.headers.get("set-cookie")! } });
    assert.equal(details.asked[0]?.[1]["end-user"], "jason");
  });
});
