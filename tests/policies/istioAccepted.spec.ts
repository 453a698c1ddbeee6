import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import { istioAccepted as rule } from "../../policies/rules/tracePath/istioAccepted";
import { judge, resource, unknown } from "./helper";
import { istio } from "./sail";

/** What the rule says, from the field on. */
async function said(...resources: Resource[]): Promise<readonly string[]> {
  const { violations, notes } = await judge(rule, resources);
  assert.deepEqual(notes, []);
  return violations.map(({ message }) => message.replace(/^.*?: spec\./, ""));
}
const version = (text: unknown) => istio({}, { spec: { version: text } });
const env = (value: unknown) => istio({ pilot: { env: { PILOT_X: value } } });

describe("istio-accepted", () => {
  it("refuses what is no version of the operator", async () => {
    const subject = version("v1.27");
    assert.deepEqual((await judge(rule, [subject])).violations, [
      {
        message:
          'Istio default: spec.version is "v1.27", which is no version of the operator. Write one in full, such as v1.27.3, or ' +
          "v1.27-latest.",
        urn: subject.urn,
      },
    ]);
    for (const text of ["1.27.3", "latest", "gwAPIControllerMode", "v1.27.x"]) {
      assert.equal((await said(version(text))).length, 1, text);
    }
    const cni = resource("sailoperator.io/v1:IstioCNI", { metadata: { name: "default" }, spec: { version: "v1" } });
    assert.equal((await said(cni)).length, 1);
  });

  it("accepts how the operator calls its versions, and none", async () => {
    for (const text of [
      ...["v1.24.3", "v1.27-latest", "v1.31.0-beta.1", "v1.25-alpha.c2ac935c", "master", undefined],
    ]) {
      assert.deepEqual(await said(version(text)), [], text);
    }
  });

  it("refuses an environment that is not of texts", async () => {
    const quoted = "not a text, so the API server refuses the object. Write";
    assert.deepEqual(await said(env(true)), [`values.pilot.env.PILOT_X is true, ${quoted} "true", in quotes.`]);
    assert.deepEqual(await said(env(1)), [`values.pilot.env.PILOT_X is 1, ${quoted} "1", in quotes.`]);
    assert.deepEqual(await said(env("true")), []);
  });

  it("refuses a profile that there is not, and a namespace that differs", async () => {
    assert.match(
      (await said(istio({}, { spec: { profile: "minimal" } }))).join(),
      /^profile is "minimal", a profile that/,
    );
    assert.deepEqual(await said(istio({}, { spec: { profile: "openshift-ambient" } })), []);
    const other = istio({ global: { istioNamespace: "mesh" } });
    assert.match(
      (await said(other)).join(),
      /^values\.global\.istioNamespace is "mesh", but spec\.namespace is another one/,
    );
    assert.deepEqual(await said(istio({ global: { istioNamespace: "istio-system" } })), []);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const subject of [
      version(unknown),
      istio({}, { spec: { profile: unknown } }),
      istio({ global: { istioNamespace: unknown } }),
      istio({ global: { istioNamespace: "mesh" } }, { spec: { namespace: unknown } }),
      env(unknown),
      istio({ pilot: unknown }),
    ]) {
      const { violations, notes } = await judge(rule, [subject]);
      assert.deepEqual({ violations, notes: notes.length }, { violations: [], notes: 1 });
    }
  });
});
