import assert from "node:assert/strict";
import { gatewayInProduction } from "../../policies/rules/security/gatewayInProduction";
import type { Resource } from "../../policies/kubernetes/match";
import { judge, resource, unknown } from "./helper";

const tempo = (kind: string, spec: object, stack = "prod"): Resource =>
  resource(
    `tempo.grafana.com/v1alpha1:${kind}`,
    { metadata: { name: "simplest", namespace: "tracing" }, spec },
    { stack },
  );
const gateway = (enabled: unknown) => ({ template: { gateway: { enabled } } });

const messages = async (subject: Resource, config?: Record<string, unknown>) =>
  (await judge(gatewayInProduction, [subject], config)).violations.map(({ message }) => message);

describe("gateway-in-production", () => {
  it("accepts a gateway", async () => {
    assert.deepEqual(await messages(tempo("TempoStack", gateway(true))), []);
    assert.deepEqual(await messages(tempo("TempoMonolithic", { multitenancy: { enabled: true } })), []);
  });

  it("names the switch, the environment and the fix", async () => {
    assert.deepEqual(await messages(tempo("TempoStack", {})), [
      'TempoStack tracing/simplest: spec.template.gateway.enabled is not set, so in environment "prod" whoever reaches Tempo\'s Services reads and writes every trace. ' +
        "Set it to true and declare tenants, or list the environment under nonProduction of policy gateway-in-production.",
    ]);
    assert.match((await messages(tempo("TempoStack", gateway(false))))[0] ?? "", /gateway\.enabled is false, so/);
    assert.match(
      (await messages(tempo("TempoMonolithic", {})))[0] ?? "",
      /^TempoMonolithic tracing\/simplest: spec\.multitenancy\.enabled is not set, so/,
    );
  });

  it("asks for none in environments that are not production", async () => {
    assert.deepEqual(await messages(tempo("TempoStack", {}, "dev")), []);
    assert.deepEqual(await messages(tempo("TempoStack", {}), { nonProduction: ["prod"] }), []);
  });

  it("asks a patch for nothing, and judges what it sets", async () => {
    assert.deepEqual(await messages(tempo("TempoStackPatch", {})), []);
    assert.equal((await messages(tempo("TempoStackPatch", gateway(false)))).length, 1);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    const { violations, notes } = await judge(gatewayInProduction, [tempo("TempoStack", gateway(unknown))]);
    assert.deepEqual(violations, []);
    assert.deepEqual(notes, [
      "Not decided for TempoStack tracing/simplest: spec.template.gateway.enabled of TempoStack tracing/simplest is not known before the update.",
    ]);
  });

  it("does not apply to other kinds", async () => {
    const { notApplicable } = await judge(gatewayInProduction, [resource("apps/v1:Deployment", {})]);
    assert.equal(notApplicable, 1);
  });
});
