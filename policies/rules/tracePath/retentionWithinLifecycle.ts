import { durationHours } from "../../kubernetes/duration";
import { isUnknown, type Field, type Unknown } from "../../kubernetes/fields";
import type { Findings } from "../../pack/findings";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { stackRule } from "../../pack/rule";
import type { Stack } from "../../kubernetes/stack";
import { bucketLifecycles, type BucketLifecycle } from "../../tempo/bucketLifecycles";
import { SecretContent } from "../../tempo/secretContent";
import { secretOf, storageReferences, type StorageReference } from "../../tempo/storageReferences";

/** What tempo-operator takes for a retention that is not set. */
const usualRetention = "48h";

/** The keys of the storage Secret that name the bucket, by type of object storage. */
const bucketKeys: ReadonlyMap<unknown, string> = new Map([
  ["s3", "bucket"],
  ["gcs", "bucketname"],
]);

/** What the bucket deletes, Tempo still lists: traces vanish before their time, and searches over them fail. */
export const retentionWithinLifecycle = stackRule(
  {
    name: "retention-within-lifecycle",
    displayName: "The bucket keeps what Tempo keeps",
    description: "A bucket's lifecycle must not delete traces before the TempoStack's retention does.",
    enforcementLevel: "mandatory",
    severity: "medium",
    tags: ["trace path"],
    url: "https://grafana.com/docs/tempo/latest/configuration/#compactor",
    remediationSteps: "Shorten the retention, lengthen the bucket's lifecycle, or leave deleting to Tempo altogether.",
  },
  (stack, findings) => {
    const lifecycles = bucketLifecycles(stack.resources);
    for (const reference of storageReferences(stack).filter(({ tempo }) => tempo.is(kinds.tempoStack))) {
      lifecycles.forEach((lifecycle) => judge(reference, lifecycle, stack, findings));
    }
  },
  { withoutMesh: true },
);

function judge(reference: StorageReference, lifecycle: BucketLifecycle, stack: Stack, findings: Findings): void {
  const { tempo } = reference;
  const bucket = bucketOf(reference, stack);
  const { days } = lifecycle;
  if (bucket === undefined || (!isUnknown(bucket) && !isUnknown(lifecycle.bucket) && bucket !== lifecycle.bucket)) {
    return;
  }
  for (const { field, hours } of retentions(tempo)) {
    if (hours === undefined || (!isUnknown(hours) && !isUnknown(days) && hours <= days * 24)) {
      continue;
    }
    const unknown = [bucket, lifecycle.bucket, days, hours].find(isUnknown);
    if (unknown || isUnknown(days)) {
      findings.undecided(tempo, unknown!);
    } else {
      const implied = field.read() === undefined ? `which means ${usualRetention}, ` : "";
      findings.violation({
        object: tempo,
        field,
        problem: `${implied}but its bucket deletes objects after ${days} days, by ${lifecycle.source}`,
        fix: `Set it to at most ${days * 24}h, or lengthen the bucket's lifecycle.`,
      });
    }
  }
}

/** The bucket's name; undefined if the stack does not declare the Secret that has it. */
function bucketOf(reference: StorageReference, stack: Stack): string | Unknown | undefined {
  const secret = secretOf(reference, stack);
  if (isUnknown(reference.type)) {
    return reference.type;
  }
  const key = bucketKeys.get(reference.type);
  return secret === undefined || isUnknown(secret)
    ? secret
    : key === undefined
      ? key
      : new SecretContent(secret).text(key);
}

/** How long a TempoStack keeps traces: in general, and those of tenants that have their own retention. */
function retentions(tempo: KubernetesObject): readonly { field: Field; hours: number | Unknown | undefined }[] {
  const retention = tempo.field("spec", "retention");
  const general = retention.at("global", "traces");
  const tenants = retention.at("perTenant").entries();
  const implied = tempo.isPatch ? undefined : usualRetention;
  return [
    { field: general, hours: hoursIn(general.string() ?? implied) },
    ...(isUnknown(tenants)
      ? [{ field: retention.at("perTenant"), hours: tenants }]
      : tenants.map(([, tenant]) => ({ field: tenant.at("traces"), hours: hoursIn(tenant.at("traces").string()) }))),
  ];
}

function hoursIn(duration: string | Unknown | undefined): number | Unknown | undefined {
  return duration === undefined || isUnknown(duration) ? duration : durationHours(duration);
}
