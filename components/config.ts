import * as pulumi from "@pulumi/pulumi";
import { z } from "zod";
import { canonicalQuantity, quantityPattern } from "./quantity";
import { images } from "./versions";

/** The Pulumi project whose namespace every key lives in: `mesh-tracing:sampling` and so on. */
export const projectName = "mesh-tracing";

/** Text of a certain form; `allowed` describes the form in the error for any other value. */
const text = (form: RegExp, allowed: string) => z.string(allowed).regex(form, allowed);

/** A whole number of a certain range. */
function wholeNumber(minimum: number, maximum: number) {
  const allowed = `a whole number from ${minimum} to ${maximum}`;
  return z.int(allowed).min(minimum, allowed).max(maximum, allowed);
}

/** A map of known keys; its error names them. */
const group = <Shape extends z.core.$ZodLooseShape>(shape: Shape) =>
  z.strictObject(shape, `a map of the keys ${Object.keys(shape).join(", ")}`);

const namespaceName = text(
  /^[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?$/,
  "a namespace name: lower-case letters, digits and '-', at most 63",
);

const uniqueNamespaces = z
  .array(namespaceName, "a list of namespace names")
  .refine((names) => new Set(names).size === names.length, "each namespace once");

const quantity = text(quantityPattern, "a Kubernetes quantity such as 200M, 20Gi or 2000m").transform(
  canonicalQuantity,
);

/** Hours, and minutes if need be, in the form in which tempo-operator's webhook writes a duration back. */
const duration = text(/^[1-9][0-9]*h([1-5]?[0-9]m)?$/, "a duration in hours such as 48h or 36h30m").transform(
  (given) => `${given}${given.endsWith("m") ? "" : "0m"}0s`,
);

const image = text(
  /^[a-z0-9][\w.:/-]*(:[\w.-]+|@sha256:[0-9a-f]{64})$/,
  "an image with a tag or, better, a sha256 digest",
);

const tempoSizes = ["1x.demo", "1x.pico", "1x.extra-small", "1x.small", "1x.medium"] as const;

const clusterSchema = group({
  context: z
    .string("the name of a context")
    .min(1, "the name of a context")
    .optional()
    .describe("Context of the kubeconfig that this stack deploys to."),
  uid: z
    .uuid("a UID such as 6f9619ff-8b86-4d01-b42d-00cf4fc964ff")
    .optional()
    .describe("UID of the cluster's kube-system namespace."),
  operatorNamespace: namespaceName
    .default("openshift-operators")
    .describe("Namespace in which OLM installed the OpenShift Service Mesh operator."),
}).refine((cluster) => cluster.context !== undefined || cluster.uid !== undefined, {
  message: "context, uid or both, so that the stack cannot reach another cluster by accident",
});

const namespacesSchema = group({
  controlPlane: namespaceName.default("istio-system").describe("Namespace of the mesh's control plane and Kiali."),
  tracing: namespaceName.default("tracing-system").describe("Namespace of Tempo and its object storage."),
  adopt: uniqueNamespaces
    .default([])
    .describe("Namespaces that exist already: patched instead of created, and kept on destroy."),
});

const objectStorageSchema = group({
  volumeSize: quantity.prefault("20Gi").describe("Size of MinIO's volume."),
  credentialsGeneration: wholeNumber(1, 1_000_000)
    .default(1)
    .describe("Raise by one to rotate the generated access key; never lower it."),
  image: image.default(images.minio).describe("MinIO server image."),
  clientImage: image.default(images.minioClient).describe("MinIO client (mc) image."),
});

const traceStoreSchema = group({
  size: z
    .enum(tempoSizes, `one of ${tempoSizes.join(", ")}`)
    .optional()
    .describe("tempo-operator's size profile; instead of resources."),
  resources: group({
    memory: quantity.describe("Memory limit of all Tempo components together."),
    cpu: quantity.describe("CPU limit of all Tempo components together."),
  })
    .optional()
    .describe("Total limits that tempo-operator splits between its components; instead of size."),
  storageSize: quantity.prefault("10Gi").describe("Size of each ingester's volume (its write-ahead log)."),
  retention: duration.prefault("48h").describe("How long traces are kept."),
}).refine((store) => (store.size === undefined) !== (store.resources === undefined), {
  message: "exactly one of size and resources",
});

const requestRate = "a number from 0.1 to 50";

const trafficSchema = group({
  requests: wholeNumber(1, 1000).default(20).describe("Requests sent to productpage."),
  perSecond: z
    .number(requestRate)
    .min(0.1, requestRate)
    .max(50, requestRate)
    .default(1)
    .describe("Requests per second."),
  timeoutSeconds: wholeNumber(30, 3600).default(300).describe("The job is ended after this many seconds."),
  image: image.default(images.jobs).describe("Image with Node.js that runs traffic and verification."),
}).refine(({ requests, perSecond, timeoutSeconds }) => requests / perSecond < timeoutSeconds, {
  message: "requests / perSecond below timeoutSeconds, or the job would be ended before the last one",
});

const verificationSchema = group({
  timeoutSeconds: wholeNumber(30, 3600).default(180).describe("How long to look for the traces in Kiali."),
});

/** Reads a percentage written with at most two decimals, so that it is a whole number of Maistra's 0.01 % units. */
const percentage = text(
  /^(100(\.0{1,2})?|[0-9]{1,2}(\.[0-9]{1,2})?)$/,
  "a percentage from 0 to 100 in steps of 0.01",
).transform(Number);

/** All keys a stack may set, with their types, defaults and meaning. Each key is judged by itself. */
export const stackConfigSchema = group({
  sampling: percentage.describe("Share of requests that are traced, in percent: 0 to 100 in steps of 0.01, quoted."),
  members: uniqueNamespaces.min(1, "at least one namespace").describe("Namespaces that belong to the mesh."),
  cluster: clusterSchema.describe("The cluster this stack deploys to; a mismatch stops the run before any change."),
  namespaces: namespacesSchema.prefault({}).describe("Names of the program's own namespaces, and which exist already."),
  objectStorage: objectStorageSchema.prefault({}).describe("MinIO, in which Tempo keeps its traces."),
  traceStore: traceStoreSchema.describe("The TempoStack: size or resources, volume, retention."),
  bookinfo: z
    .boolean("true or false")
    .default(false)
    .describe("Deploy the Bookinfo demo with traffic and verification."),
  traffic: trafficSchema.prefault({}).describe("The bounded traffic sent to Bookinfo."),
  verification: verificationSchema.prefault({}).describe("The job that looks for the traffic's traces in Kiali."),
  readinessTimeoutMinutes: wholeNumber(1, 120)
    .default(15)
    .describe("How long to wait for any one operator to report that its part is ready."),
});

/** A stack's configuration, validated and with all defaults filled in. */
export type StackConfig = z.output<typeof stackConfigSchema>;

/** Keys whose raw value is text; all others arrive from Pulumi as JSON. */
const textKeys: ReadonlySet<string> = new Set(["sampling"]);

/**
 * Reads and validates the configuration of the current stack.
 *
 * @throws pulumi.RunError that lists every problem with its key path, the value found and what is allowed. Values that
 * were set with `--secret` are not shown.
 */
export function loadConfig(): StackConfig {
  const problems: string[] = [];
  const raw: Record<string, unknown> = {};
  const prefix = `${projectName}:`;
  for (const [name, value] of Object.entries(pulumi.runtime.allConfig())) {
    if (name.startsWith(prefix)) {
      const key = name.slice(prefix.length);
      raw[key] = textKeys.has(key) ? value : parseJson(value);
      if (isSecret(key) && key in stackConfigSchema.shape) {
        // Its value would go on, unprotected, into resources and state.
        problems.push(`${name}: set as a secret, but no key of this program holds one; set it without --secret`);
      }
    }
  }
  const parsed = stackConfigSchema.safeParse(raw);
  if (parsed.success && problems.length === 0) {
    return parsed.data;
  }
  for (const issue of parsed.error?.issues ?? []) {
    problems.push(...describeIssue(issue, raw));
  }
  throw new pulumi.RunError(
    `The configuration of stack ${pulumi.getStack()} has ${problems.length} problem(s); nothing was created.\n` +
      problems.map((problem) => `  - ${problem}`).join("\n") +
      `\nMend them in Pulumi.${pulumi.getStack()}.yaml or with 'pulumi config set'; Pulumi.yaml describes every key.`,
  );
}

function parseJson(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}

function describeIssue(issue: z.core.$ZodIssue, raw: Record<string, unknown>): string[] {
  if (issue.code === "unrecognized_keys") {
    return issue.keys.map((key) => `${keyPath([...issue.path, key])}: unknown key; allowed: ${issue.message}`);
  }
  const key = String(issue.path[0]);
  const found = issue.path.reduce<unknown>((value, part) => (value as Record<PropertyKey, unknown>)?.[part], raw);
  const shown = isSecret(key) ? "[secret]" : found === undefined ? "nothing" : JSON.stringify(found);
  return [`${keyPath(issue.path)}: found ${shown}; allowed: ${issue.message}`];
}

function keyPath(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (parent, part, index) =>
      typeof part === "number" ? `${parent}[${part}]` : `${parent}${index === 0 ? ":" : "."}${String(part)}`,
    projectName,
  );
}

function isSecret(key: string): boolean {
  // Config has no public way to ask whether a key is secret without naming its type; the list of names is set by the
  // engine for every run.
  const names = JSON.parse(process.env.PULUMI_CONFIG_SECRET_KEYS || "[]") as string[];
  return names.includes(`${projectName}:${key}`);
}

/**
 * JSON Schema of a stack file (`Pulumi.<stack>.yaml`), for completion and checks in editors; draft 7, which all of them
 * know. `npm run schema` writes it to stack.schema.json.
 */
export function stackFileJsonSchema(): Record<string, unknown> {
  const schema = z.toJSONSchema(stackConfigSchema, { io: "input", target: "draft-07" });
  const properties = Object.fromEntries(
    Object.entries(schema.properties ?? {}).map(([key, value]) => [`${projectName}:${key}`, value]),
  );
  return {
    $schema: schema.$schema,
    title: `Stack configuration of ${projectName}`,
    type: "object",
    properties: {
      config: {
        type: "object",
        properties,
        required: (schema.required ?? []).map((key) => `${projectName}:${key}`),
        // Other namespaces (pulumi:…, kubernetes:…) are theirs to describe; of ours every key is known.
        propertyNames: {
          pattern: `^(?!${projectName}:)|^${projectName}:(${Object.keys(properties)
            .map((key) => key.slice(projectName.length + 1))
            .join("|")})$`,
        },
      },
    },
  };
}
