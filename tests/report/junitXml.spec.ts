import assert from "node:assert/strict";
import type { Browser } from "playwright-core";
import { verificationJunit } from "../../cli/verificationJunit";
import { verificationReport } from "../../cli/verificationReport";
import { findChromium, noChromium, startBrowser } from "../helpers/browser";
import { busyMinute, reportRun } from "../helpers/reportRun";
import { paths } from "../helpers/tracedCluster";

/** An element of an XML document. */
interface Element {
  readonly name: string;
  readonly attributes: Record<string, string>;
  readonly children: readonly Element[];
}

const counts = ["tests", "failures", "errors", "skipped", "time"];

/** The elements that JUnit's schema knows, with the attributes they must have and the elements they may hold. */
const schema: Record<string, { attributes: readonly string[]; children: readonly string[] }> = {
  testsuites: { attributes: ["name", ...counts], children: ["testsuite"] },
  testsuite: { attributes: ["name", ...counts, "timestamp"], children: ["testcase"] },
  testcase: { attributes: ["name", "classname", "time"], children: ["failure", "skipped", "system-out"] },
  failure: { attributes: ["message", "type"], children: [] },
  skipped: { attributes: ["message"], children: [] },
  "system-out": { attributes: [], children: [] },
};

/** Checks an element and all in it against the schema. */
function check({ name, attributes, children }: Element): void {
  const known = schema[name];
  assert.ok(known, `unknown element ${name}`);
  assert.deepEqual(Object.keys(attributes), known.attributes, name);
  for (const child of children) {
    assert.ok(known.children.includes(child.name), `${child.name} in ${name}`);
    check(child);
  }
}

/** What the suites and the whole say they count. */
function total(elements: readonly Element[], attribute: string): number {
  return elements.reduce((sum, { attributes }) => sum + Number(attributes[attribute]), 0);
}

const chromium = findChromium();

describe(
  chromium === undefined ? `JUnit's XML, read by a parser (skipped: ${noChromium})` : "JUnit's XML, read by a parser",
  function () {
    this.timeout(120_000);
    let browser: Browser;

    before(async function () {
      if (chromium === undefined) {
        this.skip();
      }
      browser = await startBrowser(chromium);
    });
    after(() => browser?.close());

    /** The root element, as the browser's XML parser sees it. */
    async function parse(xml: string): Promise<Element> {
      const page = await browser.newPage();
      return page.evaluate<Element>(`(() => {
      const read = (element) => ({
        name: element.nodeName,
        attributes: Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])),
        children: [...element.children].map(read),
      });
      return read(new DOMParser().parseFromString(${JSON.stringify(xml)}, "application/xml").documentElement);
    })()`);
    }

    it("has the form that CI systems read, where all holds and where something fails", async () => {
      const [request] = busyMinute(Date.now());
      request!.spans[0]!.service = "<&\"'\u0000\u001b]]>";
      for (const run of [
        await reportRun(busyMinute(Date.now())),
        await reportRun([request!]),
        await reportRun([], { [paths.rootTelemetry]: { items: [] } }),
      ]) {
        const root = await parse(verificationJunit(verificationReport(run)));
        assert.equal(root.name, "testsuites");
        check(root);
        for (const attribute of ["tests", "failures", "errors", "skipped"]) {
          assert.equal(Number(root.attributes[attribute]), total(root.children, attribute), attribute);
        }
        for (const suite of root.children) {
          const holding = (name: string) =>
            suite.children.filter(({ children }) => children.some((child) => child.name === name)).length;
          assert.equal(Number(suite.attributes.tests), suite.children.length);
          assert.equal(Number(suite.attributes.failures), holding("failure"));
          assert.equal(Number(suite.attributes.skipped), holding("skipped"));
          assert.match(suite.attributes.timestamp!, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d$/);
        }
      }
    });
  },
);
