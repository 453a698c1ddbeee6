import assert from "node:assert/strict";
import { telemetryProviderDeclared } from "../../policies/rules/sampling/telemetryProviderDeclared";
import { controlPlane, judge, providers, resource, roll, telemetry, tokens, unknown } from "./helper";

const naming = (...names: unknown[]) => telemetry([{ providers: names.map((name) => ({ name })) }]);

describe("telemetry-provider-declared", () => {
  it("refuses a provider that no mesh declares", async () => {
    const subject = naming("tempo", "temp0");
    const { violations } = await judge(telemetryProviderDeclared, [controlPlane(), subject]);
    assert.deepEqual(violations, [
      {
        message:
          'Telemetry istio-system/mesh-default: spec.tracing[0].providers[1].name is "temp0", which no mesh of the stack ' +
          "declares as extension provider (declared: tempo). Name a declared one, or add it to meshConfig.extensionProviders of the control plane.",
        urn: subject.urn,
      },
    ]);
  });

  it("refuses any provider if none is declared", async () => {
    const { violations } = await judge(telemetryProviderDeclared, [controlPlane({ meshConfig: {} }), naming("tempo")]);
    assert.match(violations[0]?.message ?? "", /\(declared: none\)/);
  });

  it("judges Telemetry of any namespace, and patches of one", async () => {
    const elsewhere = telemetry([{ providers: [{ name: "x" }] }], { ns: "bookinfo" });
    const patch = resource(`${tokens.telemetry}Patch`, {
      metadata: { name: "mesh-default", namespace: "istio-system" },
      spec: { tracing: [{ providers: [{ name: "x" }] }] },
    });
    assert.equal((await judge(telemetryProviderDeclared, [controlPlane(), elsewhere, patch])).violations.length, 2);
  });

  it("accepts Istio's own provider, and a Telemetry that names none", async () => {
    const { violations } = await judge(telemetryProviderDeclared, [
      controlPlane(),
      naming("stackdriver"),
      telemetry([{}]),
    ]);
    assert.deepEqual(violations, []);
  });

  it("finds the providers of a Sail control plane, and of a patch of one", async () => {
    for (const token of [tokens.istio, `${tokens.istio}Patch`]) {
      const istio = resource(token, { metadata: { name: "default" }, spec: { values: providers("otel") } });
      assert.deepEqual((await judge(telemetryProviderDeclared, [istio, naming("otel")])).violations, []);
      assert.equal((await judge(telemetryProviderDeclared, [istio, naming("tempo")])).violations.length, 1);
    }
  });

  it("does not judge by a control plane that the stack does not declare", async () => {
    const onlyPatched = resource(`${tokens.controlPlane}Patch`, { metadata: { name: "x", namespace: "istio-system" } });
    for (const part of [roll("bookinfo"), onlyPatched]) {
      const { violations, notes } = await judge(telemetryProviderDeclared, [part, naming("x")]);
      assert.deepEqual(violations, []);
      assert.deepEqual(notes, [
        "Not decided for Telemetry istio-system/mesh-default: the control plane of istio-system is declared outside this stack.",
      ]);
    }
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const resources of [
      [controlPlane(), naming(unknown)],
      [controlPlane(), telemetry([{ providers: unknown }])],
      [controlPlane(), telemetry(unknown)],
      [controlPlane(providers(unknown)), naming("x")],
      [controlPlane({ meshConfig: unknown }), naming("x")],
    ]) {
      const { violations, notes } = await judge(telemetryProviderDeclared, resources);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
      assert.match(notes[0] ?? "", /is not known before the update\.$/);
    }
  });

  it("judges the known names beside an unknown one", async () => {
    const { violations, notes } = await judge(telemetryProviderDeclared, [controlPlane(), naming(unknown, "x")]);
    assert.equal(violations.length, 1);
    assert.equal(notes.length, 1);
    assert.deepEqual(
      (await judge(telemetryProviderDeclared, [controlPlane(providers(unknown, "x")), naming("x")])).notes,
      [],
    );
  });
});
