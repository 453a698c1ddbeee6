import assert from "node:assert/strict";
import fc from "fast-check";
import type { Resource } from "../../policies/kubernetes/match";
import { retentionWithinLifecycle as rule } from "../../policies/rules/tracePath/retentionWithinLifecycle";
import { judge, resource, unknown } from "./helper";
import { tempoMonolithic, tempoStack } from "./traceObjects";

const secret = (bucket: unknown = "traces"): Resource =>
  resource("core/v1:Secret", { metadata: { name: "traces", namespace: "tracing-system" }, stringData: { bucket } });
const keeping = (traces: unknown, more: object = {}, suffix = ""): Resource =>
  tempoStack(
    { storage: { secret: { name: "traces", type: "s3" } }, retention: { global: { traces }, ...more } },
    { suffix },
  );

/** A resource of any provider. */
const other = (type: string, props: Record<string, unknown>): Resource => ({
  type,
  urn: `urn:pulumi:dev::mesh-tracing::${type}::expiry`,
  props,
});
const aws = (rules: unknown, bucket: unknown = "traces"): Resource =>
  other("aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration", { bucket, rules });
const after = (days: unknown, more: object = {}): object => ({ status: "Enabled", expiration: { days }, ...more });

async function counts(...resources: Resource[]): Promise<readonly [number, number]> {
  const { violations, notes } = await judge(rule, resources);
  return [violations.length, notes.length];
}

describe("retention-within-lifecycle", () => {
  it("refuses a retention above the bucket's lifecycle", async () => {
    const subject = keeping("240h0m0s");
    const { violations } = await judge(rule, [subject, secret(), aws([after(7)])]);
    assert.deepEqual(violations, [
      {
        message:
          'TempoStack tracing-system/simplest: spec.retention.global.traces is "240h0m0s", but its bucket deletes objects after 7 days, ' +
          'by BucketLifecycleConfiguration "expiry". Set it to at most 168h, or lengthen the bucket\'s lifecycle.',
        urn: subject.urn,
      },
    ]);
  });

  it("knows the default, and each tenant's own retention", async () => {
    const { violations } = await judge(rule, [keeping(undefined), secret(), aws([after(1)])]);
    assert.match(
      violations[0]?.message ?? "",
      /traces is not set, which means 48h, but its bucket deletes objects after 1 days/,
    );
    assert.deepEqual(await counts(keeping(undefined), secret(), aws([after(2)])), [0, 0]);
    const tenants = { perTenant: { a: { traces: "24h" }, b: { traces: "72h" }, c: {} } };
    const { violations: ofTenants } = await judge(rule, [keeping("24h", tenants), secret(), aws([after(2)])]);
    assert.deepEqual(
      ofTenants.map(({ message }) => /spec\S+ is \S+,/.exec(message)?.[0]),
      ['spec.retention.perTenant.b.traces is "72h",'],
    );
    assert.deepEqual(await counts(keeping(undefined, {}, "Patch"), secret(), aws([after(1)])), [0, 0], "set elsewhere");
    assert.deepEqual(await counts(keeping("49h", {}, "Patch"), secret(), aws([after(2)])), [1, 0]);
  });

  it("compares hours with days", async () => {
    const pairs = fc.record({ hours: fc.integer({ min: 1, max: 500 }), days: fc.integer({ min: 1, max: 20 }) });
    await fc.assert(
      fc.asyncProperty(pairs, async ({ hours, days }) => {
        const expected = hours > days * 24 ? 1 : 0;
        assert.deepEqual(await counts(keeping(`${hours}h`), secret(), aws([after(days)])), [expected, 0]);
      }),
    );
  });

  it("reads the lifecycles of several providers", async () => {
    const rules = [after(7)];
    const short: readonly (readonly [string, Record<string, unknown>])[] = [
      ["aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2", { bucket: "traces", rules }],
      ["aws:s3/bucket:Bucket", { bucket: "traces", lifecycleRules: [{ enabled: true, expiration: { days: 7 } }] }],
      ["aws:s3/bucketV2:BucketV2", { bucket: "traces", lifecycleRules: [{ enabled: true, expiration: { days: 7 } }] }],
      [
        "aws-native:s3:Bucket",
        { bucketName: "traces", lifecycleConfiguration: { rules: [{ status: "Enabled", expirationInDays: 7 }] } },
      ],
      ["kubernetes:s3.services.k8s.aws/v1alpha1:Bucket", { spec: { name: "traces", lifecycle: { rules } } }],
      ["minio:index/ilmPolicy:IlmPolicy", { bucket: "traces", rules: [{ id: "x", expiration: "7d" }] }],
    ];
    for (const [type, props] of short) {
      assert.deepEqual(await counts(keeping("240h"), secret(), other(type, props)), [1, 0], type);
      assert.deepEqual(await counts(keeping("168h"), secret(), other(type, props)), [0, 0], type);
    }
    const google = tempoStack({
      storage: { secret: { name: "traces", type: "gcs" } },
      retention: { global: { traces: "240h" } },
    });
    const named = resource("core/v1:Secret", {
      metadata: { name: "traces", namespace: "tracing-system" },
      stringData: { bucketname: "traces" },
    });
    const deleting = {
      name: "traces",
      lifecycleRules: [{ action: { type: "Delete" }, condition: { age: 7, matchesPrefixes: [] } }],
    };
    assert.deepEqual(await counts(google, named, other("gcp:storage/bucket:Bucket", deleting)), [1, 0]);
    const moving = { name: "traces", lifecycleRules: [{ action: { type: "SetStorageClass" }, condition: { age: 7 } }] };
    assert.deepEqual(await counts(google, named, other("gcp:storage/bucket:Bucket", moving)), [0, 0]);
  });

  it("leaves rules alone that are off, or for some objects only, or about something else", async () => {
    for (const rules of [
      [after(7, { status: "Disabled" })],
      [after(7, { filter: { prefix: "logs/" } })],
      [after(7, { prefix: "logs/" })],
      [{ status: "Enabled", transitions: [{ days: 7 }] }],
      [{ status: "Enabled", expiration: { date: "2030-01-01" } }],
      [],
      undefined,
    ]) {
      assert.deepEqual(await counts(keeping("240h"), secret(), aws(rules)), [0, 0], JSON.stringify(rules));
    }
    assert.deepEqual(await counts(keeping("240h"), secret(), aws([after(7, { filter: { prefix: "" } })])), [1, 0]);
    const disabled = { bucket: "traces", lifecycleRules: [{ enabled: false, expiration: { days: 7 } }] };
    assert.deepEqual(await counts(keeping("240h"), secret(), other("aws:s3/bucket:Bucket", disabled)), [0, 0]);
    for (const more of [{ status: "Disabled" }, { filter: "logs/" }]) {
      const minio = { bucket: "traces", rules: [{ expiration: "7d", ...more }] };
      assert.deepEqual(
        await counts(keeping("240h"), secret(), other("minio:index/ilmPolicy:IlmPolicy", minio)),
        [0, 0],
      );
    }
    const date = { bucket: "traces", rules: [{ id: "x", expiration: "2030-01-01" }] };
    assert.deepEqual(await counts(keeping("240h"), secret(), other("minio:index/ilmPolicy:IlmPolicy", date)), [0, 0]);
    assert.deepEqual(
      await counts(
        keeping("240h"),
        secret(),
        other("aws:s3/bucketObject:BucketObject", { bucket: "traces", rules: [after(7)] }),
      ),
      [0, 0],
    );
  });

  it("reads MinIO's ages, with a unit or without", async () => {
    const minio = (expiration: unknown) =>
      other("minio:index/ilmPolicy:IlmPolicy", { bucket: "traces", rules: [{ expiration }] });
    for (const expiration of ["10d", "10", 10]) {
      assert.deepEqual(await counts(keeping("240h"), secret(), minio(expiration)), [0, 0]);
      assert.deepEqual(await counts(keeping("241h"), secret(), minio(expiration)), [1, 0]);
    }
    for (const expiration of ["1d2", "DeleteMarker", true, null]) {
      assert.deepEqual(await counts(keeping("240h"), secret(), minio(expiration)), [0, 0], String(expiration));
    }
  });

  it("does not judge another bucket, or one that the stack does not name", async () => {
    assert.deepEqual(await counts(keeping("240h"), secret("other"), aws([after(7)])), [0, 0]);
    assert.deepEqual(await counts(keeping("240h"), aws([after(7)])), [0, 0]);
    assert.deepEqual(await counts(keeping("240h"), secret(), aws([after(7)], null)), [0, 0]);
    assert.deepEqual(await counts(keeping("some"), secret(), aws([after(7)])), [0, 0]);
    const azure = tempoStack({
      storage: { secret: { name: "traces", type: "azure" } },
      retention: { global: { traces: "240h" } },
    });
    assert.deepEqual(await counts(azure, secret(), aws([after(7)])), [0, 0]);
    const monolithic = tempoMonolithic({ storage: { traces: { backend: "s3", s3: { secret: "traces" } } } });
    assert.deepEqual(await counts(monolithic, secret(), aws([after(1)])), [0, 0]);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const resources of [
      [keeping(unknown), secret(), aws([after(7)])],
      [keeping("24h", { perTenant: unknown }), secret(), aws([after(7)])],
      [keeping("240h"), secret(unknown), aws([after(7)])],
      [keeping("240h"), secret(), aws([after(7)], unknown)],
      [keeping("240h"), secret(), aws([after(unknown)])],
      [keeping("240h"), secret(), aws(unknown)],
      [keeping("240h"), secret(), aws([unknown])],
      [keeping("240h"), secret(), aws([after(7, { status: unknown })])],
      [keeping("240h"), secret(), aws([after(7, { filter: unknown })])],
      [tempoStack({ storage: { secret: { name: "traces", type: unknown } } }), secret(), aws([after(1)])],
      [tempoStack({ storage: { secret: { name: unknown, type: "s3" } } }), secret(), aws([after(1)])],
    ]) {
      assert.deepEqual(await counts(...resources), [0, 1]);
    }
    for (const off of [
      { status: "Disabled", filter: unknown },
      { status: unknown, prefix: "logs/" },
    ]) {
      assert.deepEqual(await counts(keeping("240h"), secret(), aws([after(7, off)])), [0, 0], "deletes no trace");
    }
    const { notes } = await judge(rule, [keeping("240h"), secret(), aws(unknown)]);
    assert.match(notes.join(), /: rules of BucketLifecycleConfiguration "expiry" is not known before the update\.$/);
    assert.deepEqual(
      await counts(keeping("24h"), secret(unknown), aws([after(7)])),
      [0, 0],
      "short enough for any bucket",
    );
  });
});
