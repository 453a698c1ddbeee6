import assert from "node:assert/strict";
import { kialiSettingsInPlace as rule } from "../../policies/rules/tracePath/kialiSettingsInPlace";
import { judge, resource, unknown } from "./helper";

const kiali = (props: object, kind = "Kiali") =>
  resource(`kiali.io/v1alpha1:${kind}`, { metadata: { name: "kiali", namespace: "istio-system" }, ...props });
const judged = (external_services: unknown) => judge(rule, [kiali({ spec: { external_services } })]);

describe("kiali-settings-in-place", () => {
  it("refuses tracing settings beside tracing", async () => {
    const { violations } = await judged({ tracing: null, enabled: true, use_grpc: false });
    const dropped = "a field that Kiali does not have, so the API server drops it and it has no effect. Move it to";
    assert.deepEqual(
      violations.map(({ message }) => message),
      ["enabled is true", "use_grpc is false"].map(
        (setting) =>
          `Kiali istio-system/kiali: spec.external_services.${setting}, ${dropped} spec.external_services.tracing: it lacks one ` +
          "step of indentation.",
      ),
    );
  });

  it("refuses external services beside spec, also in a patch", async () => {
    for (const kind of ["Kiali", "KialiPatch"]) {
      const { violations } = await judge(rule, [kiali({ spec: null, external_services: { prometheus: {} } }, kind)]);
      assert.match(
        violations[0]?.message ?? "",
        /: external_services is set, .* Move it to spec\.external_services: it lacks/,
      );
    }
  });

  it("accepts settings in their place, and services that it does not know", async () => {
    for (const services of [
      { tracing: { enabled: true, provider: "tempo" }, prometheus: { url: "http://x" }, perses: { enabled: true } },
      { grafana: { enabled: false }, istio: {}, custom_dashboards: { enabled: true } },
      undefined,
    ]) {
      assert.deepEqual((await judged(services)).violations, []);
    }
  });

  it("does not judge what a preview does not know, and says so", async () => {
    const { violations, notes } = await judged(unknown);
    assert.deepEqual({ violations, notes: notes.length }, { violations: [], notes: 1 });
  });
});
