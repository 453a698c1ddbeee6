import assert from "node:assert/strict";
import { receiversTls } from "../../policies/rules/security/receiversTls";
import type { Resource } from "../../policies/kubernetes/match";
import { judge, resource, unknown } from "./helper";

const tempo = (kind: string, spec: unknown): Resource =>
  resource(`tempo.grafana.com/v1alpha1:${kind}`, { metadata: { name: "simplest", namespace: "tracing" }, spec });
const stack = (template: object): Resource => tempo("TempoStack", { template });
const monolithic = (otlp: object, more: object = {}): Resource =>
  tempo("TempoMonolithic", { ingestion: { otlp }, ...more });

const messages = async (subject: Resource) =>
  (await judge(receiversTls, [subject])).violations.map(({ message }) => message);
const end =
  "so spans travel in plain text, with the addresses and tags of every traced request. Set it to true, or enable Tempo's gateway.";

describe("receivers-tls", () => {
  it("accepts TLS, or a gateway in front", async () => {
    const on = { tls: { enabled: true } };
    for (const subject of [
      stack({ distributor: on }),
      stack({ gateway: { enabled: true } }),
      monolithic({ grpc: on, http: on }),
      monolithic({ grpc: on, http: { enabled: false } }),
      monolithic({}, { multitenancy: { enabled: true } }),
    ]) {
      assert.deepEqual(await messages(subject), []);
    }
  });

  it("names each receiver without TLS, and the fix", async () => {
    assert.deepEqual(await messages(stack({})), [
      `TempoStack tracing/simplest: spec.template.distributor.tls.enabled is not set, ${end}`,
    ]);
    assert.deepEqual(await messages(stack({ distributor: { tls: { enabled: false } }, gateway: { enabled: false } })), [
      `TempoStack tracing/simplest: spec.template.distributor.tls.enabled is false, ${end}`,
    ]);
    assert.deepEqual(await messages(monolithic({ grpc: { enabled: true } })), [
      `TempoMonolithic tracing/simplest: spec.ingestion.otlp.grpc.tls.enabled is not set, ${end}`,
      `TempoMonolithic tracing/simplest: spec.ingestion.otlp.http.tls.enabled is not set, ${end}`,
    ]);
  });

  it("asks a patch for nothing, and judges what it sets", async () => {
    assert.deepEqual(await messages(tempo("TempoStackPatch", {})), []);
    const off = { template: { distributor: { tls: { enabled: false } } } };
    assert.equal((await messages(tempo("TempoStackPatch", off))).length, 1);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const template of [
      { distributor: { tls: { enabled: unknown } } },
      { gateway: { enabled: unknown } },
      { distributor: unknown },
    ]) {
      const { violations, notes } = await judge(receiversTls, [stack(template)]);
      assert.deepEqual(violations, []);
      assert.match(
        notes[0] ?? "",
        /^Not decided for TempoStack tracing\/simplest: .* is not known before the update\.$/,
      );
    }
    const decided = { distributor: { tls: { enabled: unknown } }, gateway: { enabled: true } };
    assert.deepEqual((await judge(receiversTls, [stack(decided)])).notes, []);
    const switched = await judge(receiversTls, [monolithic({ grpc: { enabled: unknown }, http: { enabled: false } })]);
    assert.equal(switched.violations.length, 0);
    assert.equal(switched.notes.length, 1);
  });

  it("does not apply to other kinds", async () => {
    const { notApplicable } = await judge(receiversTls, [resource("apps/v1:Deployment", {})]);
    assert.equal(notApplicable, 1);
  });
});
