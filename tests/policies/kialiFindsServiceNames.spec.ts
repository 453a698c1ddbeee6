import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import { kialiFindsServiceNames as rule } from "../../policies/rules/tracePath/kialiFindsServiceNames";
import { judge, telemetry, unknown } from "./helper";
import { istio, kiali, otel } from "./traceObjects";

const renaming = (value: unknown = "OTEL_SEMANTIC_CONVENTIONS"): Resource =>
  istio([otel("otel.x.svc.cluster.local", 4317, { serviceAttributeEnrichment: value })]);
const using = telemetry([{ providers: [{ name: "otel" }] }]);

async function counts(...resources: Resource[]): Promise<readonly [number, number]> {
  const { violations, notes } = await judge(rule, resources);
  return [violations.length, notes.length];
}

describe("kiali-finds-service-names", () => {
  it("refuses a Kiali that adds the namespace to names without one", async () => {
    const subject = kiali({ enabled: true });
    const { violations } = await judge(rule, [renaming(), using, subject]);
    assert.deepEqual(violations, [
      {
        message:
          "Kiali istio-system/kiali: spec.external_services.tracing.namespace_selector is not set, so Kiali asks for app.namespace, but " +
          "spec.values.meshConfig.extensionProviders[0].opentelemetry.serviceAttributeEnrichment of Istio default leaves the namespace " +
          "out of services' names. Set it to false.",
        urn: subject.urn,
      },
    ]);
    assert.deepEqual(await counts(renaming(), using, kiali({ namespace_selector: true })), [1, 0]);
    assert.deepEqual(
      await counts(renaming(), using, kiali({ namespace_selector: true }, {}, { suffix: "Patch" })),
      [1, 0],
    );
  });

  it("accepts names that agree, providers that nobody uses, and what a patch leaves to others", async () => {
    assert.deepEqual(await counts(renaming(), using, kiali({ namespace_selector: false })), [0, 0]);
    assert.deepEqual(await counts(renaming("ISTIO_CANONICAL"), using, kiali({})), [0, 0]);
    assert.deepEqual(await counts(renaming(null), using, kiali({})), [0, 0]);
    assert.deepEqual(await counts(renaming(), kiali({})), [0, 0]);
    assert.deepEqual(await counts(renaming(), telemetry([{ providers: [{ name: "other" }] }]), kiali({})), [0, 0]);
    assert.deepEqual(await counts(renaming(), using, kiali({}, {}, { suffix: "Patch" })), [0, 0]);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    assert.deepEqual(await counts(renaming(unknown), using, kiali({})), [0, 1]);
    assert.deepEqual(await counts(renaming(), using, kiali({ namespace_selector: unknown })), [0, 1]);
    assert.deepEqual(await counts(renaming(), using, kiali(unknown)), [0, 1]);
  });
});
