/** What the stand-ins know of the cluster, and what they ask to be done with it. */
import { isDeepStrictEqual } from "node:util";
import type { Condition, Kind, KubeObject } from "./objects";

/** The objects of the watched kinds, as last seen. */
export class World {
  private readonly objects = new Map<string, Map<string, KubeObject>>();

  /**
   * @param objects what there is; more can be `put` in.
   * @param now the time at which it is looked at; conditions that change carry it.
   */
  public constructor(
    objects: readonly KubeObject[] = [],
    public now = new Date(),
  ) {
    for (const item of objects) this.put(item);
  }

  /** Adds an object, or replaces the one of the same kind, namespace and name. */
  public put(item: KubeObject): void {
    const ofKind = this.objects.get(kindKey(item)) ?? new Map<string, KubeObject>();
    this.objects.set(kindKey(item), ofKind);
    ofKind.set(objectKey(item.metadata.name, item.metadata.namespace), item);
  }

  /** Forgets an object; one that is not there is no error. */
  public remove(item: KubeObject): void {
    this.objects.get(kindKey(item))?.delete(objectKey(item.metadata.name, item.metadata.namespace));
  }

  /** The object of that name, or undefined. */
  public get<T extends KubeObject>(of: Kind<T>, name: string, namespace?: string): T | undefined {
    return this.objects.get(kindKey(of))?.get(objectKey(name, namespace)) as T | undefined;
  }

  /** All objects of a kind, or those of one namespace, in no particular order. */
  public list<T extends KubeObject>(of: Kind<T>, namespace?: string): T[] {
    const all = [...(this.objects.get(kindKey(of))?.values() ?? [])] as T[];
    return namespace === undefined ? all : all.filter((item) => item.metadata.namespace === namespace);
  }

  /** The live object that `item` stands for, or undefined. */
  public live<T extends KubeObject>(item: T): T | undefined {
    return this.get<T>({ ...item, plural: "" }, item.metadata.name, item.metadata.namespace);
  }
}

/** One write to the API server. */
export interface Action {
  /**
   * `create` leaves an object that exists alone; `apply` is a forced server-side apply; `patch` is a JSON merge patch;
   * `status` replaces the status; `delete` removes, an absent object being no error.
   */
  readonly verb: "create" | "apply" | "patch" | "status" | "delete";
  /** The object, or for `patch` and `delete` its identity and what changes. */
  readonly object: KubeObject;
}

/** One stand-in: looks at the world, says what has to be written, and is run again whenever a watched kind changed. */
export interface Controller {
  /** Who it is, in logs and as the manager of the fields it writes. */
  readonly name: string;
  /** The kinds it reads. */
  readonly watches: readonly Kind<KubeObject>[];
  /** What has to be written now; empty when the world is as it should be. Free of side effects. */
  reconcile(world: World): Action[] | Promise<Action[]>;
}

/** A server-side apply of `desired`, unless the live object has all of it already. */
export function apply(world: World, desired: KubeObject): Action[] {
  return contains(world.live(desired), desired) ? [] : [{ verb: "apply", object: desired }];
}

/** A merge patch of `changes`, unless the live object has them already or is gone. */
export function patch(world: World, changes: KubeObject): Action[] {
  const live = world.live(changes);
  return live === undefined || contains(live, changes) ? [] : [{ verb: "patch", object: changes }];
}

/** A new status for a live object, unless it has it already. */
export function writeStatus(live: KubeObject, status: object): Action[] {
  const before = (live as { status?: object }).status ?? {};
  const after = JSON.parse(JSON.stringify(status)) as object;
  return isDeepStrictEqual(before, after) ? [] : [{ verb: "status", object: { ...live, status: after } as KubeObject }];
}

/** A delete, unless it is gone or going. */
export function remove(world: World, item: KubeObject): Action[] {
  const live = world.live(item);
  return live === undefined || live.metadata.deletionTimestamp !== undefined ? [] : [{ verb: "delete", object: live }];
}

/** A patch that gives a live object exactly these finalizers. */
export function setFinalizers(live: KubeObject, finalizers: readonly string[]): Action {
  const { apiVersion, kind, metadata } = live;
  // The resource version makes it fail rather than undo another controller's finalizer.
  const identity = { name: metadata.name, namespace: metadata.namespace, resourceVersion: metadata.resourceVersion };
  return { verb: "patch", object: { apiVersion, kind, metadata: { ...identity, finalizers } } };
}

/** Whether `live` has everything that `desired` has: all keys of objects, arrays element by element, equal values. */
export function contains(live: unknown, desired: unknown): boolean {
  if (desired === undefined) return true;
  if (desired === null) return live === undefined || live === null;
  if (Array.isArray(desired)) {
    return Array.isArray(live) && live.length === desired.length && desired.every((item, i) => contains(live[i], item));
  }
  if (typeof desired === "object") {
    if (typeof live !== "object" || live === null) return Object.keys(desired).length === 0;
    return Object.entries(desired).every(([key, value]) => contains((live as Record<string, unknown>)[key], value));
  }
  return live === desired;
}

/** The conditions with one set; its time changes only when its status does. */
export function withCondition(
  conditions: readonly Condition[] | undefined,
  condition: Omit<Condition, "lastTransitionTime">,
  now: Date,
): Condition[] {
  const before = conditions?.find(({ type }) => type === condition.type);
  const lastTransitionTime =
    before?.status === condition.status && before.lastTransitionTime !== undefined
      ? before.lastTransitionTime
      : now.toISOString().replace(/\.\d+Z$/, "Z");
  const set = { ...condition, lastTransitionTime };
  return before === undefined ? [...(conditions ?? []), set] : (conditions ?? []).map((c) => (c === before ? set : c));
}

/** The condition of a type; one that is missing is Unknown. */
export function condition(conditions: readonly Condition[] | undefined, type: string): Condition {
  return conditions?.find((c) => c.type === type) ?? { type, status: "Unknown" };
}

function kindKey({ apiVersion, kind }: { apiVersion: string; kind: string }): string {
  return `${apiVersion}/${kind}`;
}

function objectKey(name: string, namespace = ""): string {
  return `${namespace}/${name}`;
}
