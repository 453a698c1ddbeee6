import assert from "node:assert/strict";
import { waitForReportedCondition } from "../../policies/rules/operations/waitForReportedCondition";
import { judge, resource, tokens, unknown } from "./helper";

const waiting = (token: string, waitFor: unknown) =>
  resource(token, { metadata: { name: "x", annotations: { "pulumi.com/waitFor": waitFor } } });
const kiali = "kiali.io/v1alpha1:Kiali";
const messages = async (token: string, waitFor: unknown) =>
  (await judge(waitForReportedCondition, [waiting(token, waitFor)])).violations.map(({ message }) => message);

describe("wait-for-reported-condition", () => {
  it("refuses a condition that the operator does not report", async () => {
    const subject = waiting(kiali, "condition=Ready");
    assert.deepEqual((await judge(waitForReportedCondition, [subject])).violations, [
      {
        message:
          'Kiali x: metadata.annotations["pulumi.com/waitFor"] is "condition=Ready", but the operator of Kiali reports Successful, Running: ' +
          "the update waits until its time is out. Wait for condition=Successful.",
        urn: subject.urn,
      },
    ]);
  });

  it("knows what each operator reports", async () => {
    for (const [token, condition] of [
      [tokens.controlPlane, "Ready"],
      [tokens.roll, "Ready"],
      [tokens.member, "Ready"],
      [tokens.istio, "Ready"],
      ["sailoperator.io/v1:IstioRevision", "DependenciesHealthy"],
      ["sailoperator.io/v1:IstioCNI", "Ready"],
      ["sailoperator.io/v1alpha1:ZTunnel", "Ready"],
      ["sailoperator.io/v1:IstioRevisionTag", "InUse"],
      ["tempo.grafana.com/v1alpha1:TempoStack", "Ready"],
      ["tempo.grafana.com/v1alpha1:TempoMonolithicPatch", "Ready"],
      [kiali, "Successful"],
      ["kiali.io/v1alpha1:OSSMConsole", "Successful"],
    ] as const) {
      assert.deepEqual(await messages(token, `condition=${condition}`), [], token);
      assert.deepEqual(await messages(token, `condition=${condition}=True`), [], token);
      assert.equal((await messages(token, "condition=Available")).length, 1, token);
    }
  });

  it("knows that a collector reports none", async () => {
    const [message] = await messages("opentelemetry.io/v1beta1:OpenTelemetryCollector", "condition=Ready");
    assert.match(message ?? "", /reports no conditions: .* Wait for the Deployment that the operator makes\.$/);
    const [malformed] = await messages("opentelemetry.io/v1beta1:OpenTelemetryCollector", "Ready");
    assert.match(malformed ?? "", /Write condition=…, or a jsonpath/);
  });

  it("reads a list of expressions, and leaves jsonpath alone", async () => {
    assert.deepEqual(await messages(kiali, "jsonpath={.status.phase}=Running"), []);
    assert.deepEqual(await messages(kiali, '["condition=Successful","jsonpath={.a}"]'), []);
    assert.equal((await messages(kiali, '["condition=Successful","condition=Ready"]')).length, 1);
  });

  it("refuses what Pulumi does not understand", async () => {
    const [message] = await messages(kiali, "Successful");
    assert.match(message ?? "", /but Pulumi takes only condition=… and jsonpath=…\. Write condition=Successful, or/);
    assert.equal((await messages(kiali, "3")).length, 1);
  });

  it("does not judge what a preview does not know, and is not meant for other kinds", async () => {
    const { violations, notes } = await judge(waitForReportedCondition, [waiting(kiali, unknown)]);
    assert.deepEqual({ violations, notes: notes.length }, { violations: [], notes: 1 });
    assert.deepEqual(await messages(kiali, undefined), []);
    const other = waiting("example.com/v1:Anything", "condition=Whatever");
    assert.equal((await judge(waitForReportedCondition, [other])).notApplicable, 1);
  });
});
