import type { Kubectl } from "../cluster/kubectl";

/** An object as Pulumi's state has it: the inputs of one resource. */
export interface RenderedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
}

/** The parts of `pulumi stack export` that are read. */
interface Deployment {
  readonly deployment: {
    readonly resources?: readonly { readonly type: string; readonly inputs?: Record<string, unknown> }[];
  };
}

/** The Kubernetes objects that a stack's state holds. */
export function renderedObjects(stackExport: string): RenderedObject[] {
  const { resources } = (JSON.parse(stackExport) as Deployment).deployment;
  return (resources ?? [])
    .filter(({ type }) => type.startsWith("kubernetes:"))
    .map(({ inputs }) => plain(inputs) as RenderedObject);
}

const secretSignature = "4dabf18193072939515e22adb298388d";

/** Takes the values of `--show-secrets` out of their envelopes. */
function plain(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(plain);
  }
  if (typeof value !== "object" || value === null) {
    return value;
  }
  if (secretSignature in value && "plaintext" in value) {
    return JSON.parse(value.plaintext as string) as unknown;
  }
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}

/** What is applied together, and what a careful script waits for before it goes on. */
interface Wave {
  readonly holds: (object: RenderedObject) => boolean;
  readonly wait: readonly (readonly string[])[];
}

const named = (kind: string, name: RegExp) => (object: RenderedObject) =>
  object.kind === kind && name.test(object.metadata.name);
const anyOf =
  (...kinds: string[]) =>
  (object: RenderedObject) =>
    kinds.includes(object.kind);
const inNamespace = (namespace: string) => (object: RenderedObject) => object.metadata.namespace === namespace;

const timeout = "--timeout=300s";
const condition = (namespace: string, what: string, name: string) => [
  "wait",
  `--for=condition=${name}`,
  what,
  "-n",
  namespace,
  timeout,
];

/** The layers in the order in which each finds what it needs; an object is in the first wave that takes it. */
const waves: readonly Wave[] = [
  { holds: anyOf("Namespace"), wait: [] },
  {
    holds: (object) => inNamespace("tracing-system")(object) && !anyOf("TempoStack", "Job")(object),
    wait: [["rollout", "status", "deployment/minio", "-n", "tracing-system", timeout]],
  },
  {
    holds: (object) => inNamespace("tracing-system")(object) && object.kind === "Job",
    wait: [condition("tracing-system", "job/minio-provisioning-1", "Complete")],
  },
  { holds: anyOf("TempoStack"), wait: [condition("tracing-system", "tempostack/simplest", "Ready")] },
  {
    holds: anyOf("ServiceMeshControlPlane"),
    wait: [condition("istio-system", "servicemeshcontrolplane/istio-system", "Ready")],
  },
  {
    holds: anyOf("ServiceMeshMemberRoll", "Telemetry", "Kiali"),
    wait: [
      condition("istio-system", "servicemeshmemberroll/default", "Ready"),
      ["rollout", "status", "deployment/kiali", "-n", "istio-system", timeout],
    ],
  },
  {
    holds: (object) => inNamespace("bookinfo")(object) || anyOf("Route")(object),
    wait: [condition("bookinfo", "deployments --all", "Available")],
  },
  { holds: anyOf("ConfigMap"), wait: [] },
  { holds: named("Job", /^traffic-/), wait: [condition("istio-system", "job --all", "Complete")] },
  { holds: named("Job", /^verification-/), wait: [condition("istio-system", "job --all", "Complete")] },
];

/** The same objects without Pulumi: `kubectl apply` layer by layer, with the waits that a careful script has. */
export class KubectlBaseline {
  private readonly layers: readonly { readonly objects: readonly RenderedObject[]; readonly wait: Wave["wait"] }[];

  /**
   * @throws Error for an object that no layer takes: the comparison would be unfair without it.
   */
  constructor(
    private readonly kubectl: Kubectl,
    objects: readonly RenderedObject[],
  ) {
    const layerOf = (object: RenderedObject) => waves.findIndex(({ holds }) => holds(object));
    const left = objects.filter((object) => layerOf(object) < 0);
    if (left.length > 0) {
      throw new Error(`no layer takes ${left.map(({ kind, metadata }) => `${kind} ${metadata.name}`).join(", ")}`);
    }
    this.layers = waves.map(({ wait }, index) => ({
      objects: objects.filter((object) => layerOf(object) === index),
      wait,
    }));
  }

  /** Applies everything and waits until it is ready. */
  async apply(): Promise<void> {
    for (const { objects, wait } of this.layers) {
      await this.kubectl.apply(["-f", "-"], listOf(objects));
      for (const args of wait) {
        await this.kubectl.run(args.flatMap((arg) => (arg.startsWith("--") ? [arg] : arg.split(" "))));
      }
    }
  }

  /** Deletes everything, the last layer first, and waits until it is gone. */
  async delete(): Promise<void> {
    for (const { objects } of [...this.layers].reverse()) {
      // Kiali belongs to the mesh's addon: it goes with the control plane.
      const own = objects.filter(({ kind }) => kind !== "Kiali");
      await this.kubectl.run(["delete", "--ignore-not-found", "--wait", timeout, "-f", "-"], listOf(own));
    }
  }
}

function listOf(items: readonly RenderedObject[]): string {
  return JSON.stringify({ apiVersion: "v1", kind: "List", items });
}
