/** Keeps the stand-ins running against a live API server: watches, reconciles when something changed, writes. */
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, collectionPath, objectPath, patchTypes, type ApiServer, type WatchEvent } from "./apiServer";
import { described, type Kind, type KubeObject } from "./objects";
import { World, type Action, type Controller } from "./world";

/** Gathers the events of one change, so that a burst costs one pass. */
const quietMilliseconds = 40;
/** How long to wait after something failed, doubled each time up to the last. */
const retryMilliseconds = { first: 500, last: 10_000 };

/** Runs controllers until it is stopped. */
export class ControlLoop {
  private readonly world = new World();
  private readonly due = new Set<Controller>();
  private readonly retryDelay = new Map<Controller, number>();
  private readonly stopping = new AbortController();
  private timer: NodeJS.Timeout | undefined;
  /** Set while a pass runs, and until everything was listed once: half a world would make the controllers repair it. */
  private busy = true;

  /**
   * @param api which cluster.
   * @param controllers what to run; each is reconciled once at the start.
   */
  public constructor(
    private readonly api: Pick<ApiServer, "call" | "watch">,
    private readonly controllers: readonly Controller[],
  ) {}

  /** Lists and watches every kind that a controller reads; done when all were listed once. Throws when one cannot be. */
  public async start(): Promise<void> {
    const watched = new Set(this.controllers.flatMap(({ watches }) => watches));
    await Promise.all([...watched].map((kind) => this.follow(kind)));
    for (const controller of this.controllers) this.due.add(controller);
    this.busy = false;
    this.schedule(0);
  }

  /** Ends the watches; a pass under way finishes its current write. */
  public stop(): void {
    this.stopping.abort();
    clearTimeout(this.timer);
  }

  /** What is known of the cluster, for admission. */
  public view(): World {
    this.world.now = new Date();
    return this.world;
  }

  private async follow(kind: Kind<KubeObject>): Promise<void> {
    let version: string | undefined;
    while (version === undefined) {
      try {
        version = await this.list(kind);
      } catch (error) {
        // The server answers so for a moment after a CustomResourceDefinition was applied.
        if (!(error instanceof ApiError && error.code === 429)) throw error;
        await sleep(retryMilliseconds.first);
      }
    }
    void this.watch(kind, version);
  }

  /** Makes the world agree with a fresh list, and returns the version to watch from. */
  private async list(kind: Kind<KubeObject>): Promise<string> {
    const path = collectionPath(kind);
    const { items, metadata } = await this.api.call<{ items: KubeObject[]; metadata: { resourceVersion: string } }>(
      "GET",
      path,
    );
    const gone = new Set(this.world.list(kind));
    for (const item of items) {
      // Items of a list carry neither kind nor version.
      const listed = { ...item, apiVersion: kind.apiVersion, kind: kind.kind };
      const known = this.world.live(listed);
      if (known !== undefined) gone.delete(known);
      this.saw(kind, listed);
    }
    for (const item of gone) this.saw(kind, item, true);
    return metadata.resourceVersion;
  }

  private async watch(kind: Kind<KubeObject>, listed: string): Promise<void> {
    let version: string | undefined = listed;
    let delay = retryMilliseconds.first;
    const onEvent = ({ type, object }: WatchEvent): void => {
      if (type === "ERROR") throw new ApiError(object.code ?? 0, object.message ?? "watch failed");
      version = object.metadata.resourceVersion ?? version;
      delay = retryMilliseconds.first;
      if (type !== "BOOKMARK") this.saw(kind, object, type === "DELETED");
    };
    while (!this.stopping.signal.aborted) {
      try {
        version ??= await this.list(kind);
        const query = `watch=true&allowWatchBookmarks=true&resourceVersion=${version}`;
        await this.api.watch(`${collectionPath(kind)}?${query}`, onEvent, this.stopping.signal);
      } catch (error) {
        if (this.stopping.signal.aborted) return;
        console.log(`watch of ${kind.plural} broke off: ${message(error)}`);
        // 410: the version is older than what the server remembers.
        if (error instanceof ApiError) version = undefined;
        await sleep(delay, undefined, { ref: false });
        delay = Math.min(delay * 2, retryMilliseconds.last);
      }
    }
  }

  private saw(kind: Kind<KubeObject>, item: KubeObject, gone = false): void {
    const metadata: KubeObject["metadata"] & { managedFields?: unknown } = { ...item.metadata };
    // Nobody reads who wrote which field, and it is half of an object's size.
    delete metadata.managedFields;
    const known = { ...item, metadata };
    if (gone) this.world.remove(known);
    else this.world.put(known);
    for (const controller of this.controllers) if (controller.watches.includes(kind)) this.due.add(controller);
    this.schedule(quietMilliseconds);
  }

  private schedule(milliseconds: number): void {
    if (this.stopping.signal.aborted || this.busy || this.timer !== undefined || this.due.size === 0) return;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      this.busy = true;
      void this.pass().finally(() => {
        this.busy = false;
        this.schedule(quietMilliseconds);
      });
    }, milliseconds);
  }

  private async pass(): Promise<void> {
    const controllers = [...this.due];
    this.due.clear();
    await Promise.all(controllers.map((controller) => this.run(controller)));
  }

  private async run(controller: Controller): Promise<void> {
    try {
      for (const action of await controller.reconcile(this.view())) {
        if (this.stopping.signal.aborted) return;
        await this.execute(action, controller.name);
      }
      this.retryDelay.delete(controller);
    } catch (error) {
      const delay = this.retryDelay.get(controller) ?? retryMilliseconds.first;
      this.retryDelay.set(controller, Math.min(delay * 2, retryMilliseconds.last));
      console.log(`${controller.name}: ${message(error)}`);
      setTimeout(() => {
        this.due.add(controller);
        this.schedule(0);
      }, delay).unref();
    }
  }

  private async execute(action: Action, manager: string): Promise<void> {
    const what = `${action.verb} ${described(action.object)}`;
    try {
      await this.write(action, manager);
      console.log(`${manager}: ${what}`);
    } catch (error) {
      // Somebody else was faster: the watch brings the news, and with it the next pass.
      if (error instanceof ApiError && (error.code === 404 || error.code === 409) && action.verb !== "apply") return;
      throw new Error(`${what}: ${message(error)}`, { cause: error });
    }
  }

  private async write({ verb, object }: Action, manager: string): Promise<void> {
    const path = objectPath(object);
    const by = `fieldManager=${manager}`;
    switch (verb) {
      case "create":
        await this.api.call("POST", `${path.slice(0, path.lastIndexOf("/"))}?${by}`, object);
        break;
      case "apply":
        await this.api.call("PATCH", `${path}?${by}&force=true`, object, patchTypes.apply);
        break;
      case "patch":
        await this.api.call("PATCH", `${path}?${by}`, object, patchTypes.merge);
        break;
      case "status":
        await this.api.call("PUT", `${path}/status?${by}`, object);
        break;
      case "delete": {
        const preconditions = object.metadata.uid === undefined ? undefined : { uid: object.metadata.uid };
        await this.api.call("DELETE", path, { propagationPolicy: "Background", preconditions });
        break;
      }
    }
  }
}

function message(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
