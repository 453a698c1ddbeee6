import { Field, isUnknown, type Unknown } from "../kubernetes/fields";
import type { Resource } from "../kubernetes/match";

/** A rule by which a bucket deletes all objects that reach an age. */
export interface BucketLifecycle {
  /** How messages call the resource that has the rule. */
  readonly source: string;
  readonly bucket: string | Unknown | undefined;
  /** The age, in days. */
  readonly days: number | Unknown;
}

/** How a kind of resource writes down a bucket's lifecycle. */
interface LifecycleKind {
  readonly type: RegExp;
  readonly bucket: readonly string[];
  readonly rules: readonly string[];
  /** Where in a rule the age is. */
  readonly days: readonly string[];
  /** A field of a rule, and the values for which the rule does nothing. */
  readonly off: readonly [path: readonly string[], values: readonly unknown[]];
  /** Where a rule narrows itself to some objects. */
  readonly prefixes: readonly (readonly string[])[];
}

const s3Rule = {
  days: ["expiration", "days"],
  off: [["status"], ["Disabled"]],
  prefixes: [["prefix"], ["filter", "prefix"]],
} as const;

/** The kinds of AWS (both providers), Google Cloud, MinIO, and AWS' controllers for Kubernetes. */
const lifecycleKinds: readonly LifecycleKind[] = [
  {
    type: /^aws:s3\/bucketLifecycleConfiguration(?:V2)?:/,
    bucket: ["bucket"],
    rules: ["rules"],
    ...s3Rule,
  },
  {
    type: /^aws:s3\/bucket(?:V2)?:/,
    bucket: ["bucket"],
    rules: ["lifecycleRules"],
    ...s3Rule,
    off: [["enabled"], [false]],
  },
  {
    type: /^aws-native:s3:Bucket$/,
    bucket: ["bucketName"],
    rules: ["lifecycleConfiguration", "rules"],
    ...s3Rule,
    days: ["expirationInDays"],
  },
  {
    type: /^kubernetes:s3\.services\.k8s\.aws\/[^:]+:Bucket$/,
    bucket: ["spec", "name"],
    rules: ["spec", "lifecycle", "rules"],
    ...s3Rule,
  },
  {
    type: /^gcp:storage\/bucket:Bucket$/,
    bucket: ["name"],
    rules: ["lifecycleRules"],
    days: ["condition", "age"],
    off: [
      ["action", "type"],
      ["SetStorageClass", "AbortIncompleteMultipartUpload"],
    ],
    prefixes: [["condition", "matchesPrefixes"]],
  },
  {
    type: /^minio:index\/ilmPolicy:IlmPolicy$/,
    bucket: ["bucket"],
    rules: ["rules"],
    days: ["expiration"],
    off: [["status"], ["Disabled"]],
    prefixes: [["filter"]],
  },
];

/** The lifecycles of the buckets that a stack declares. */
export function bucketLifecycles(resources: readonly Resource[]): readonly BucketLifecycle[] {
  return resources.flatMap((resource) => {
    const kind = lifecycleKinds.find(({ type }) => type.test(resource.type));
    return kind ? lifecyclesOf(resource, kind) : [];
  });
}

function lifecyclesOf({ props, urn }: Resource, kind: LifecycleKind): readonly BucketLifecycle[] {
  const source = `${urn.split("::")[2]?.replace(/^.*[:/]/, "") ?? ""} "${urn.split("::").slice(3).join("::")}"`;
  const at = (path: readonly string[]): Field => new Field({ props, toString: () => source }, path);
  const bucket = at(kind.bucket).string();
  const rules = at(kind.rules).items();
  if (isUnknown(rules)) {
    return [{ source, bucket, days: rules }];
  }
  return rules.flatMap((rule) => {
    const off = rule.at(...kind.off[0]).read();
    const prefixes = kind.prefixes.map((path) => rule.at(...path).read());
    const isOff = kind.off[1].includes(off);
    const isNarrowed = prefixes.some((prefix) => !isUnknown(prefix) && !isNothing(prefix));
    const days = daysIn(rule.at(...kind.days));
    const doubt = [off, ...prefixes].find(isUnknown);
    return isOff || isNarrowed || days === undefined ? [] : [{ source, bucket, days: doubt ?? days }];
  });
}

/** An age in days, be it a number or MinIO's `7d`. */
function daysIn(field: Field): number | Unknown | undefined {
  const age = field.read();
  if (isUnknown(age) || typeof age === "number") {
    return age;
  }
  const [, days] = /^(\d+)d?$/.exec(typeof age === "string" ? age : "") ?? [];
  return days === undefined ? undefined : Number(days);
}

function isNothing(value: unknown): boolean {
  return value === undefined || value === "" || (Array.isArray(value) && value.length === 0);
}
