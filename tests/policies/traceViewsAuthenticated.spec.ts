import assert from "node:assert/strict";
import { traceViewsAuthenticated } from "../../policies/rules/security/traceViewsAuthenticated";
import type { Resource } from "../../policies/kubernetes/match";
import { judge, resource, unknown } from "./helper";

const metadata = { name: "x", namespace: "tracing" };
const kiali = (strategy: unknown): Resource =>
  resource("kiali.io/v1alpha1:Kiali", { metadata, spec: { auth: { strategy } } });
const stack = (jaegerQuery: object, token = "TempoStack"): Resource =>
  resource(`tempo.grafana.com/v1alpha1:${token}`, { metadata, spec: { template: { queryFrontend: { jaegerQuery } } } });
const monolithic = (jaegerui: object): Resource =>
  resource("tempo.grafana.com/v1alpha1:TempoMonolithic", { metadata, spec: { jaegerui } });
const authentication = (enabled: unknown) => ({ authentication: { enabled } });

const messages = async (subject: Resource) =>
  (await judge(traceViewsAuthenticated, [subject])).violations.map(({ message }) => message);

describe("trace-views-authenticated", () => {
  it("names Kiali's strategy, and the others", async () => {
    assert.deepEqual(await messages(kiali("anonymous")), [
      'Kiali tracing/x: spec.auth.strategy is "anonymous", so whoever knows the address sees every trace. Set it to openshift, openid, token or header.',
    ]);
    for (const strategy of ["openshift", "openid", "token", "header", ""]) {
      assert.deepEqual(await messages(kiali(strategy)), []);
    }
    assert.deepEqual(await messages(resource("kiali.io/v1alpha1:Kiali", { metadata, spec: {} })), []);
  });

  it("names the switch of an open view of a TempoStack, and the fix", async () => {
    assert.deepEqual(await messages(stack({ ingress: { type: "route" }, ...authentication(false) })), [
      "TempoStack tracing/x: spec.template.queryFrontend.jaegerQuery.authentication.enabled is false, so whoever knows the address sees every trace. " +
        "Set it to true, or take the view off the Route or Ingress.",
    ]);
    assert.equal((await messages(stack({ ingress: { type: "ingress" } }))).length, 1);
  });

  it("accepts a view that authenticates, or is not reachable from outside", async () => {
    for (const jaegerQuery of [
      { ingress: { type: "route" } },
      { ingress: { type: "ingress" }, ...authentication(true) },
      { ingress: { type: "none" }, ...authentication(false) },
      { ...authentication(false) },
    ]) {
      assert.deepEqual(await messages(stack(jaegerQuery)), [], JSON.stringify(jaegerQuery));
    }
  });

  it("judges a TempoMonolithic alike", async () => {
    assert.deepEqual(await messages(monolithic({ route: { enabled: true } })), []);
    assert.deepEqual(await messages(monolithic({ ingress: { enabled: true }, ...authentication(true) })), []);
    assert.deepEqual(await messages(monolithic({ ingress: { enabled: false }, ...authentication(false) })), []);
    const [message] = await messages(monolithic({ route: { enabled: true }, ...authentication(false) }));
    assert.match(message ?? "", /^TempoMonolithic tracing\/x: spec\.jaegerui\.authentication\.enabled is false, so/);
    assert.equal((await messages(monolithic({ ingress: { enabled: true } }))).length, 1);
  });

  it("asks a patch for nothing, and judges what it sets", async () => {
    assert.deepEqual(await messages(stack({ ingress: { type: "ingress" } }, "TempoStackPatch")), []);
    assert.equal(
      (await messages(stack({ ingress: { type: "ingress" }, ...authentication(false) }, "TempoStackPatch"))).length,
      1,
    );
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const subject of [
      kiali(unknown),
      stack({ ingress: { type: unknown } }),
      stack({ ingress: { type: "route" }, ...authentication(unknown) }),
      monolithic({ route: { enabled: unknown } }),
      monolithic({ ingress: { enabled: true }, ...authentication(unknown) }),
    ]) {
      const { violations, notes } = await judge(traceViewsAuthenticated, [subject]);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
      assert.match(notes[0] ?? "", /^Not decided for \w+ tracing\/x: .* is not known before the update\.$/);
    }
    assert.deepEqual((await judge(traceViewsAuthenticated, [stack(authentication(unknown))])).notes, []);
  });

  it("does not apply to other kinds", async () => {
    const { notApplicable } = await judge(traceViewsAuthenticated, [resource("core/v1:ConfigMap", {})]);
    assert.equal(notApplicable, 1);
  });
});
