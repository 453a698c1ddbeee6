import * as pulumi from "@pulumi/pulumi";
import { shortHash } from "../../components/hash";

/** A resource as the program registered it. */
export interface Registered {
  readonly type: string;
  readonly name: string;
  /** Inputs, with secret values replaced by {@link secretMark}. */
  readonly inputs: Record<string, unknown>;
  /** Position among all registrations and replies; a resource that waited for another has a later start. */
  readonly started: number;
  finished?: number;
}

/** Stands for a secret value in recorded inputs. */
export const secretMark = "[secret]";

const secretSignature = "4dabf18193072939515e22adb298388d";

/**
 * Records what a program registers instead of creating it, the way the engine would see it. Generated values differ in
 * each run of the real providers; here they are fixed texts.
 */
export class Recorder implements pulumi.runtime.Mocks {
  readonly resources: Registered[] = [];
  /** Parent of each component and resource by `type name`, as given in the options. */
  readonly options = new Map<string, pulumi.ResourceOptions>();
  /** What each component gave to registerOutputs, by `type name`; one that never called it is missing. */
  readonly outputs = new Map<string, Readonly<Record<string, unknown>>>();
  /** When set, registrations of this resource are not answered until the promise settles. */
  hold?: { readonly name: string; readonly until: Promise<void> };
  private readonly plain = new Map<Registered, Record<string, unknown>>();
  private clock = 0;

  async newResource(args: pulumi.runtime.MockResourceArgs): Promise<{ id: string; state: Record<string, unknown> }> {
    const inputs = args.inputs as Record<string, unknown>;
    const registered: Registered = {
      type: args.type,
      name: args.name,
      inputs: mask(inputs) as Record<string, unknown>,
      started: this.clock++,
    };
    this.resources.push(registered);
    this.plain.set(registered, unwrap(inputs) as Record<string, unknown>);
    if (this.hold?.name === args.name) {
      await this.hold.until;
    }
    registered.finished = this.clock++;
    return { id: `${args.name}-id`, state: { ...inputs, ...generated(args.type, args.name, inputs) } };
  }

  call(args: pulumi.runtime.MockCallArgs): Promise<Record<string, unknown>> {
    throw new Error(`unexpected invoke of ${args.token}`);
  }

  /** The one resource of that name, or of that type and name. */
  find(name: string, type?: string): Registered {
    const found = this.resources.filter(
      (resource) => resource.name === name && (type ?? resource.type) === resource.type,
    );
    if (found.length !== 1) {
      throw new Error(
        `${found.length} resources ${type ?? ""} ${name}; there are ${this.resources.map((r) => r.name).join(", ")}`,
      );
    }
    return found[0]!;
  }

  /** The inputs of the one resource of that name as the cluster would get them, with secret values in plain text. */
  reveal(name: string): Record<string, unknown> {
    return this.plain.get(this.find(name))!;
  }

  /** Everything that the program itself registered: all but the stack. */
  get registered(): Registered[] {
    return this.resources.filter(({ type }) => type !== "pulumi:pulumi:Stack");
  }

  /** All resources of a type, by name: the order in which independent ones are registered is not certain. */
  ofType(type: string): Registered[] {
    return this.resources
      .filter((resource) => resource.type === type)
      .sort((one, other) => (one.name < other.name ? -1 : 1));
  }
}

/** What a resource of the random provider generates: the same as long as its keepers are. */
function generated(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown> {
  switch (type) {
    case "random:index/randomPassword:RandomPassword":
      return { result: `generated-${name}` };
    case "random:index/randomId:RandomId":
      return { hex: shortHash(inputs.keepers) };
    default:
      return {};
  }
}

/** How to run a program under mocks. */
export interface MockRun {
  readonly stack?: string;
  readonly preview?: boolean;
  readonly config?: Record<string, string>;
  readonly secretKeys?: readonly string[];
}

/**
 * Runs a piece of a program under mocks, as one deployment, and waits until everything it started has settled.
 *
 * @throws what the program throws, and what its applies reject with.
 */
export async function runMocked<T>(recorder: Recorder, run: MockRun, program: () => Promise<T> | T): Promise<T> {
  await pulumi.runtime.setMocks(recorder, "mesh-tracing", run.stack ?? "dev", run.preview ?? false);
  pulumi.runtime.setAllConfig({ ...run.config }, [...(run.secretKeys ?? [])]);
  // The engine's language host hands these names over in the environment too.
  process.env.PULUMI_CONFIG_SECRET_KEYS = JSON.stringify(run.secretKeys ?? []);
  let result: T | undefined;
  const stopWatching = watchOutputs(recorder);
  try {
    await pulumi.runtime.runInPulumiStack(async () => {
      pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) => {
        recorder.options.set(`${type} ${name}`, opts);
        return { props, opts };
      });
      result = await program();
      return typeof result === "object" ? (result as Record<string, unknown>) : {};
    });
    await pulumi.runtime.disconnect();
  } finally {
    stopWatching();
  }
  return result as T;
}

/** Records calls of registerOutputs by components themselves; their base class calls it too, without an argument. */
function watchOutputs(recorder: Recorder): () => void {
  const prototype = pulumi.ComponentResource.prototype as unknown as {
    registerOutputs: (this: { __pulumiType: string; __name: string }, outputs?: Record<string, unknown>) => void;
  };
  const original = prototype.registerOutputs;
  prototype.registerOutputs = function (outputs) {
    if (outputs !== undefined) {
      recorder.outputs.set(`${this.__pulumiType} ${this.__name}`, outputs);
    }
    original.call(this, outputs);
  };
  return () => {
    prototype.registerOutputs = original;
  };
}

function mask(value: unknown): unknown {
  return replaceSecrets(value, () => secretMark);
}

function unwrap(value: unknown): unknown {
  return replaceSecrets(value, (secret) => unwrap(secret));
}

function replaceSecrets(value: unknown, replace: (secret: unknown) => unknown): unknown {
  if (Array.isArray(value)) {
    return value.map((inner) => replaceSecrets(inner, replace));
  }
  if (typeof value === "object" && value !== null) {
    if (secretSignature in value) {
      return replace((value as unknown as { value: unknown }).value);
    }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaceSecrets(inner, replace)]));
  }
  return value;
}

/** The value of an output under mocks; undefined where it is unknown. */
export function valueOf<T>(output: pulumi.Output<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    (output as unknown as { promise(): Promise<T> }).promise().then(resolve, reject);
  });
}

/** Whether an output has a value, as opposed to one that only an up can tell. */
export function isKnown(output: pulumi.Output<unknown>): Promise<boolean> {
  return (output as unknown as { isKnown: Promise<boolean> }).isKnown;
}

/** Names of the resources that an output comes from: what uses it waits for them. */
export async function makersOf(output: pulumi.Output<unknown>): Promise<Set<string>> {
  const resources = await (output as unknown as { allResources(): Promise<Set<{ __name: string }>> }).allResources();
  return new Set([...resources].map(({ __name: name }) => name));
}
