import assert from "node:assert/strict";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiError, type WatchEvent } from "../../cluster/standins/apiServer";
import { ControlLoop } from "../../cluster/standins/controlLoop";
import { kinds, object, type KubeObject } from "../../cluster/standins/objects";
import type { Action, Controller } from "../../cluster/standins/world";

/** An API server of two kinds that notes what is written and does what a test tells it. */
class FakeServer {
  public readonly writes: string[] = [];
  public configMaps: Promise<KubeObject[]> = Promise.resolve([]);
  public refuse: ApiError | undefined;
  private onEvent: ((event: WatchEvent) => void) | undefined;

  public async call<T>(method: string, path: string): Promise<T> {
    if (method !== "GET") {
      this.writes.push(`${method} ${path.replace(/\?.*/, "")}`);
      if (this.refuse !== undefined) throw this.refuse;
      return {} as T;
    }
    const items = path.endsWith("configmaps") ? await this.configMaps : [namespace];
    return { items, metadata: { resourceVersion: "1" } } as T;
  }

  public async watch(path: string, onEvent: (event: WatchEvent) => void, stop: AbortSignal): Promise<void> {
    if (path.includes("configmaps")) this.onEvent = onEvent;
    await new Promise((resolve) => stop.addEventListener("abort", resolve));
  }

  public tell(type: WatchEvent["type"], item: KubeObject): void {
    this.onEvent?.({ type, object: item });
  }
}

const namespace = object(kinds.namespace, "a", undefined);
const wanted = object(kinds.configMap, "wanted", "a");

/** Wants one ConfigMap in each namespace. */
const controller: Controller = {
  name: "test",
  watches: [kinds.namespace, kinds.configMap],
  reconcile: (world): Action[] =>
    world
      .list(kinds.namespace)
      .flatMap(() => (world.live(wanted) === undefined ? [{ verb: "create", object: wanted }] : [])),
};

const created = "POST /api/v1/namespaces/a/configmaps";

describe("control loop of the stand-ins", () => {
  let server: FakeServer;
  let loop: ControlLoop;

  beforeEach(() => {
    server = new FakeServer();
    loop = new ControlLoop(server, [controller]);
  });
  afterEach(() => loop.stop());

  it("writes nothing before it has seen every kind", async () => {
    let show: (items: KubeObject[]) => void = () => undefined;
    server.configMaps = new Promise((resolve) => (show = resolve));
    const started = loop.start();
    await sleep(120);
    assert.deepEqual(server.writes, []);
    show([wanted]);
    await started;
    await sleep(120);
    assert.deepEqual(server.writes, []);
  });

  it("writes what is missing, once the watch has shown it no more", async () => {
    await loop.start();
    await sleep(60);
    assert.deepEqual(server.writes, [created]);
    server.tell("ADDED", wanted);
    await sleep(120);
    assert.deepEqual(server.writes, [created]);
  });

  it("reacts to what the watch tells", async () => {
    server.configMaps = Promise.resolve([wanted]);
    await loop.start();
    await sleep(60);
    assert.deepEqual(server.writes, []);
    server.tell("DELETED", wanted);
    await sleep(120);
    assert.deepEqual(server.writes, [created]);
  });

  it("tries again after a failure, not at once", async () => {
    server.refuse = new ApiError(500, "not now");
    await loop.start();
    await sleep(300);
    assert.equal(server.writes.length, 1);
    await sleep(500);
    assert.equal(server.writes.length, 2);
  });

  it("takes it that an object which exists already is not missing", async () => {
    server.refuse = new ApiError(409, "exists");
    await loop.start();
    await sleep(700);
    assert.equal(server.writes.length, 1);
  });

  it("fails to start when a kind is not served", async () => {
    server.configMaps = Promise.reject(new ApiError(404, "no such kind"));
    await assert.rejects(loop.start(), /no such kind/);
  });
});
