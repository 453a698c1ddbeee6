import assert from "node:assert/strict";
import type { AxeResults } from "axe-core";
import { source as axe } from "axe-core";
import type { Browser, Page } from "playwright-core";
import { reportPage } from "../../report/page";
import type { BookinfoTrace } from "../helpers/bookinfoTraces";
import { findChromium, noChromium, startBrowser } from "../helpers/browser";
import { Folder } from "../helpers/folder";
import { busyMinute, reportRun } from "../helpers/reportRun";
import { paths, pod, podsPath, telemetry } from "../helpers/tracedCluster";

const chromium = findChromium();

/** Requests whose details reported nothing, and one that is torn. */
function damaged(): BookinfoTrace[] {
  return busyMinute(Date.now()).map((request, index) => ({
    ...request,
    spans: request.spans.filter(
      ({ service, kind }) =>
        service !== "details.bookinfo" && !(index === 3 && service === "productpage.bookinfo" && kind === "server"),
    ),
  }));
}

/** A cluster in which details has no sidecar and bookinfo a Telemetry of its own for one side of the calls. */
const changes = {
  [podsPath("bookinfo", "app=details")]: {
    items: [pod("details-v1-9", { app: "details", version: "v1" }, ["details"])],
  },
  [paths.bookinfoTelemetry]: {
    items: [telemetry("own", "bookinfo", { match: { mode: "SERVER" }, randomSamplingPercentage: 10 })],
  },
};

/** What an attacker would like to have in a page. */
const hostile = `</script><script>window.broken = 1</script><img src="http://evil.example.test/x" onerror="window.broken = 2">`;

describe("the report as a page", () => {
  it("needs no network and lets no script run but its own", async () => {
    const page = reportPage(await reportRun(busyMinute(Date.now())));
    assert.match(page, /^<!doctype html>\s*<html lang="en">/);
    assert.match(
      page,
      /content="default-src &#39;none&#39;; style-src &#39;unsafe-inline&#39;; script-src &#39;sha256-/,
    );
    assert.doesNotMatch(
      page,
      /<(link|iframe|object|embed|form)\b|\b(src|srcset|action)=|@import|url\((?!#)|https?:\/\/(?!kiali-|tempo-)\S+\.(js|css|woff2?|png)/,
    );
    assert.equal(page.match(/<script/g)?.length, 1);
  });

  it("holds what spans bring along as text", async () => {
    const [request] = busyMinute(Date.now());
    const [span] = request!.spans;
    span!.operation = hostile;
    span!.service = hostile;
    span!.tags = { ...span!.tags, [hostile]: hostile, response_flags: hostile };
    const page = reportPage(await reportRun([request!]));
    assert.equal(page.match(/<script/g)?.length, 1);
    assert.ok(!page.includes("<img"));
  });
});

describe(
  chromium === undefined ? `the report in a browser (skipped: ${noChromium})` : "the report in a browser",
  function () {
    // A browser on a busy machine takes its time.
    this.timeout(120_000);
    let browser: Browser;
    let folder: Folder;
    const files: Record<string, string> = {};

    before(async function () {
      if (chromium === undefined) {
        this.skip();
      }
      browser = await startBrowser(chromium);
      folder = new Folder();
      const [request] = busyMinute(Date.now());
      const [span] = request!.spans;
      span!.operation = hostile;
      span!.tags = { ...span!.tags, [hostile]: hostile };
      const pages = {
        good: await reportRun(busyMinute(Date.now())),
        bad: await reportRun(damaged(), changes),
        empty: await reportRun([], { [paths.rootTelemetry]: { items: [] } }),
        hostile: await reportRun([request!]),
      };
      for (const [name, run] of Object.entries(pages)) {
        files[name] = folder.write(`${name}.html`, reportPage(run));
      }
    });

    after(async () => {
      await browser?.close();
      folder?.remove();
    });

    /** Opens a page and does something with it; nothing may be asked of the network and no script may fail meanwhile. */
    async function open(
      name: string,
      options: Parameters<Browser["newPage"]>[0],
      use: (page: Page) => Promise<void>,
    ): Promise<void> {
      const page = await browser.newPage({ viewport: { width: 1280, height: 900 }, ...options });
      const complaints: string[] = [];
      page.on("request", (request) => request.url().startsWith("file:") || complaints.push(request.url()));
      page.on("pageerror", (error) => complaints.push(error.message));
      page.on("console", (message) => complaints.push(message.text()));
      await page.goto(`file://${files[name]}`);
      await use(page);
      await page.close();
      assert.deepEqual(complaints, []);
    }

    for (const scheme of ["light", "dark"] as const) {
      for (const name of ["good", "bad", "empty"]) {
        it(`is accessible: ${name}, ${scheme}`, () =>
          open(name, { colorScheme: scheme, bypassCSP: true }, async (page) => {
            await page.evaluate("document.querySelectorAll('details').forEach((each) => (each.open = true))");
            await page.addScriptTag({ content: axe });
            const { violations } = await page.evaluate<AxeResults>("axe.run({ resultTypes: ['violations'] })");
            const found = violations.map(
              ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 120)).join(" | ")}`,
            );
            assert.deepEqual(found, []);
          }));
      }
    }

    it("follows the system's theme until another is chosen, and keeps that", () =>
      open("good", { colorScheme: "dark" }, async (page) => {
        const background = () => page.evaluate<string>("getComputedStyle(document.body).backgroundColor");
        const button = page.getByRole("button", { name: /^Theme: / });
        const dark = await background();
        await button.click();
        assert.match(await button.innerText(), /light/);
        const light = await background();
        assert.notEqual(light, dark);
        await button.click();
        assert.equal(await background(), dark);
        await button.click();
        assert.match(await button.innerText(), /as the system/);
        await button.click();
        await page.reload();
        assert.equal(await background(), light);
      }));

    it("is used by keyboard alone: first to the results, then along the sections to a span's tags", () =>
      open("good", {}, async (page) => {
        const focused = () => page.evaluate<string>("document.activeElement.textContent.trim()");
        await page.keyboard.press("Tab");
        assert.equal(await focused(), "Skip to the results");
        await page.keyboard.press("Enter");
        assert.equal(await page.evaluate("document.activeElement.id"), "main");
        const reached = () =>
          page.evaluate<boolean>("document.activeElement === document.querySelector('.waterfall summary')");
        for (let pressed = 0; pressed < 30 && !(await reached()); pressed++) {
          await page.keyboard.press("Tab");
        }
        assert.ok(await reached());
        const outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle");
        assert.equal(outline, "solid", "the focus does not show");
        const tags = page.locator(".waterfall .tags").first();
        assert.equal(await tags.isVisible(), false);
        await page.keyboard.press("Enter");
        assert.equal(await tags.isVisible(), true);
        assert.match(await tags.innerText(), /http\.status_code\s+200/);
      }));

    it("gives screen readers headings, landmarks and tables with names", () =>
      open("bad", {}, async (page) => {
        for (const name of [
          "Checks",
          "From Telemetry to Kiali",
          "Service graph",
          "Latency",
          "Effective sampling",
          "Traces",
        ]) {
          await page.getByRole("region", { name, exact: true }).first().waitFor();
          await page.getByRole("heading", { name, exact: true, level: 2 }).waitFor();
        }
        const rows = page.getByRole("table", { name: "Checks of the traces" }).getByRole("row");
        assert.equal(await rows.count(), 8);
        assert.match(await rows.nth(3).innerText(), /fails\s+each trace has spans of/);
        const graph = page.getByRole("img", { name: "Service graph" });
        assert.match(
          (await graph.locator("desc").textContent())!,
          /productpage\.bookinfo calls details\.bookinfo: 24 calls/,
        );
        await page.getByText("details.bookinfo was called but reported no span").waitFor();
      }));

    it("shows what failed with its reason and the way out, and where each hop has its sampling from", () =>
      open("bad", {}, async (page) => {
        assert.match(await page.locator("header").innerText(), /2 problems/);
        assert.match(
          await page.locator(".chain li.bad").innerText(),
          /Sidecars[^]*details-v1-9 has no sidecar[^]*Way out/i,
        );
        assert.equal(await page.locator(".chain li.unreached").count(), 2);
        const row = page.locator("#sampling tr", { hasText: "productpage" });
        assert.match(
          await row.first().innerText(),
          /inbound\s+1 of 1\s+10 %\s+Telemetry bookinfo\/own of its namespace/,
        );
        assert.match(await row.nth(1).innerText(), /outbound\s+1 of 1\s+100 %\s+Telemetry istio-system\/mesh-default/);
      }));

    it("draws bars where and as long as spans were", () =>
      open("good", {}, async (page) => {
        const boxes = await page.evaluate<[left: number, width: number][]>(`
          [...document.querySelector(".waterfall").querySelectorAll(".bar")].map((bar) => {
            const track = bar.parentElement.getBoundingClientRect();
            const box = bar.getBoundingClientRect();
            return [(box.left - track.left) / track.width, box.width / track.width];
          })`);
        assert.equal(boxes.length, 8);
        assert.ok(Math.abs(boxes[0]![1] - 1) < 0.01, "the first span is as long as the trace");
        for (const [left, width] of boxes) {
          assert.ok(left >= 0 && left + width <= 1.01);
        }
      }));

    it("shows hostile tags as text and runs nothing of them", () =>
      open("hostile", {}, async (page) => {
        await page.locator(".waterfall summary").first().click();
        assert.ok((await page.locator(".tags").first().innerText()).includes(hostile));
        assert.equal(await page.evaluate("'broken' in globalThis"), false);
        assert.equal(await page.locator("img").count(), 0);
      }));

    it("fits a narrow screen without moving sideways, but for tables that scroll by themselves", () =>
      open("bad", { viewport: { width: 390, height: 800 } }, async (page) => {
        const [content, screen] = await page.evaluate<[number, number]>(
          "[document.documentElement.scrollWidth, innerWidth]",
        );
        assert.ok(content <= screen, `${content} of ${screen} pixels`);
      }));

    it("moves nothing for people who do not want that", () =>
      open("good", { reducedMotion: "reduce" }, async (page) => {
        const behaviour = await page.evaluate("getComputedStyle(document.documentElement).scrollBehavior");
        assert.equal(behaviour, "auto");
        const animated = await page.evaluate("document.getAnimations().length");
        assert.equal(animated, 0);
      }));

    it("says the same without scripts", () =>
      open("good", { javaScriptEnabled: false }, async (page) => {
        assert.equal(await page.locator("#theme").isVisible(), false);
        assert.match(await page.locator(".waterfall").first().innerText(), /istio-ingressgateway/);
      }));
  },
);
