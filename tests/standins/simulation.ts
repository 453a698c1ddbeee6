/** A cluster of objects in memory on which controllers run until nothing is left to do. */
import { kinds, type Deployment, type KubeObject } from "../../cluster/standins/objects";
import { World, type Action, type Controller } from "../../cluster/standins/world";

interface Mutable {
  apiVersion: string;
  kind: string;
  metadata: Record<string, unknown> & { name: string; namespace?: string };
  spec?: unknown;
  status?: unknown;
}

/** Plays the API server's part for reconcilers: versions, generations, finalizers, owner references. */
export class Simulation {
  /** What the controllers see. */
  public readonly world: World;
  /** Every write so far, in order. */
  public readonly writes: Action[] = [];
  private counter = 0;

  /**
   * @param controllers whose reconcilers run; Deployments become available by themselves unless told otherwise.
   * @param objects what there is at the start.
   */
  public constructor(
    private readonly controllers: readonly Controller[],
    objects: readonly KubeObject[] = [],
  ) {
    this.world = new World([], new Date("2026-01-01T00:00:00Z"));
    for (const item of objects) this.create(item);
  }

  /** Deployments of these names never become available. */
  public broken: readonly string[] = [];

  /** Runs the controllers until none of them writes; throws when that takes more passes than anything should. */
  public async settle(passes = 60): Promise<void> {
    for (let pass = 0; pass < passes; pass++) if ((await this.step()) === 0) return;
    throw new Error(`not settled after ${passes} passes; last: ${this.writes.slice(-5).map(shown).join(", ")}`);
  }

  /** One pass of all controllers; the number of their writes. */
  public async step(): Promise<number> {
    const due: Action[] = [];
    for (const controller of this.controllers) due.push(...(await controller.reconcile(this.world)));
    for (const action of due) this.write(action);
    this.world.now = new Date(this.world.now.getTime() + 1000);
    return due.length + this.runDeployments();
  }

  /** Creates an object as a user does. */
  public create(item: KubeObject): void {
    this.write({ verb: "create", object: item });
  }

  /** Changes an object as a user does, by a merge patch. */
  public patch(item: KubeObject): void {
    this.write({ verb: "patch", object: item });
  }

  /** Deletes an object as a user does. */
  public delete(item: KubeObject): void {
    this.write({ verb: "delete", object: item });
  }

  private write(action: Action): void {
    this.writes.push(action);
    const live = this.world.live(action.object);
    switch (action.verb) {
      case "create":
        if (live === undefined) this.store(action.object, undefined);
        break;
      case "apply":
        this.store(merged(live, action.object) as KubeObject, live);
        break;
      case "patch":
        if (live !== undefined) this.store(merged(live, action.object) as KubeObject, live);
        break;
      case "status":
        if (live !== undefined) this.store({ ...live, status: (action.object as Mutable).status } as KubeObject, live);
        break;
      case "delete":
        if (live !== undefined) this.drop(live);
        break;
    }
  }

  private store(item: KubeObject, before: KubeObject | undefined): void {
    const copy = JSON.parse(JSON.stringify(item)) as Mutable;
    const { metadata } = copy;
    const changed = JSON.stringify(copy.spec) !== JSON.stringify(specOf(before));
    metadata.uid ??= `uid-${++this.counter}`;
    metadata.resourceVersion = String(++this.counter);
    metadata.creationTimestamp ??= new Date(this.world.now.getTime() + this.counter).toISOString();
    metadata.generation = (before?.metadata.generation ?? 0) + (changed || before === undefined ? 1 : 0);
    this.world.put(copy);
    if (
      metadata.deletionTimestamp !== undefined &&
      ((metadata.finalizers as string[] | undefined) ?? []).length === 0
    ) {
      this.world.remove(copy);
      this.collect(metadata.uid as string);
    }
  }

  private drop(live: KubeObject): void {
    const deletionTimestamp = this.world.now.toISOString();
    this.store({ ...live, metadata: { ...live.metadata, deletionTimestamp } }, live);
  }

  private collect(owner: string): void {
    for (const kind of Object.values(kinds)) {
      for (const item of this.world.list<KubeObject>(kind)) {
        const owners = (item.metadata.ownerReferences ?? []) as readonly { uid?: string }[];
        if (owners.some(({ uid }) => uid === owner)) this.drop(item);
      }
    }
  }

  private runDeployments(): number {
    const stale = this.world.list(kinds.deployment).filter((deployment) => {
      const { metadata, status } = deployment;
      return !this.broken.includes(metadata.name) && status?.observedGeneration !== metadata.generation;
    });
    for (const deployment of stale) this.write({ verb: "status", object: available(deployment) });
    return stale.length;
  }
}

/** The Deployment with the status it has once its pods run. */
export function available(deployment: Deployment): Deployment {
  const { generation: observedGeneration } = deployment.metadata;
  const conditions = [{ type: "Available", status: "True" }];
  return {
    ...deployment,
    status: { observedGeneration, replicas: 1, readyReplicas: 1, availableReplicas: 1, conditions },
  };
}

function merged(live: unknown, change: unknown): unknown {
  if (change === undefined) return live;
  if (!isRecord(change)) return change;
  const before = isRecord(live) ? live : {};
  const keys = [...new Set([...Object.keys(before), ...Object.keys(change)])];
  return Object.fromEntries(
    keys.filter((key) => change[key] !== null).map((key) => [key, merged(before[key], change[key])]),
  );
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function specOf(item: unknown): unknown {
  return (item as { spec?: unknown } | undefined)?.spec;
}

function shown({ verb, object }: Action): string {
  return `${verb} ${object.kind} ${object.metadata.name}`;
}
