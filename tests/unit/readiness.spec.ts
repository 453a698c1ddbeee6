import assert from "node:assert/strict";
import { mock } from "node:test";
import * as pulumi from "@pulumi/pulumi";
import { ClusterError } from "../../components/kubeconfig";
import type { Observation, Probe } from "../../components/readiness";
import { findCondition, OperatorRefusal, Readiness, ready, waitingFor } from "../../components/readiness";
import { FakeCluster } from "../helpers/fakeCluster";
import { isKnown, Recorder, runMocked, valueOf } from "../helpers/mocks";

/** What is awaited. */
class Awaited extends pulumi.ComponentResource {
  constructor() {
    super("test:index:Awaited", "awaited");
    this.registerOutputs({});
  }
}

const cluster = new FakeCluster({});
const minute = 60_000;

/** A probe that finds one thing after the other, and the last one ever after; errors are thrown. */
function finding<T>(...found: (Observation<T> | Error)[]): Probe<T> & { looks: number } {
  const probe = Object.assign(
    (): Promise<Observation<T>> => {
      const next = found[Math.min(probe.looks++, found.length - 1)]!;
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    },
    { looks: 0 },
  );
  return probe;
}

/** What a wait of an up or a preview ends in. */
async function settle<T>(
  wait: (resource: pulumi.Resource, readiness: Readiness) => pulumi.Output<T>,
  { preview = false, timeoutMs = minute, graceMs = minute } = {},
): Promise<{ value: T; known: boolean }> {
  let output: pulumi.Output<T> | undefined;
  await runMocked(new Recorder(), { preview }, () => {
    output = wait(new Awaited(), new Readiness(cluster, timeoutMs, graceMs));
    return { output };
  });
  return { value: await valueOf(output!), known: await isKnown(output!) };
}

/** Checks that a wait fails with an error that the engine shows beside the resource, without a stack. */
async function fails(settling: Promise<unknown>, message: RegExp): Promise<void> {
  const error = await settling.then(
    () => assert.fail("it succeeded"),
    (reason: Error) => reason,
  );
  assert.ok(pulumi.ResourceError.isInstance(error), error.stack);
  assert.ok(error.resource instanceof Awaited);
  assert.equal(error.hideStack, true);
  assert.match(error.message, message);
}

describe("readiness", () => {
  /** The time that waits see: it passes in their pauses, and at once. */
  let now: number;
  /** What waits tell meanwhile: message, and whether it goes away again. */
  let told: [string, boolean | undefined][];

  beforeEach(() => {
    now = 0;
    told = [];
    mock.method(pulumi.log, "info", (message: string, _resource: unknown, _stream: unknown, ephemeral?: boolean) => {
      told.push([message, ephemeral]);
      return Promise.resolve();
    });
    mock.method(Date, "now", () => now);
    mock.method(process.getBuiltinModule("node:timers/promises"), "setTimeout", (milliseconds: number) => {
      now += milliseconds;
      return Promise.resolve();
    });
  });

  afterEach(() => mock.restoreAll());

  it("gives probes the live cluster", async () => {
    let given: unknown;
    await settle((resource, readiness) =>
      readiness.gate(resource, 1, (reader) => {
        given = reader;
        return Promise.resolve(ready(undefined));
      }),
    );
    assert.equal(given, cluster);
  });

  it("finds a condition by its type", () => {
    const condition = { type: "Ready", status: "True" };
    assert.equal(findCondition([{ type: "Other", status: "True" }, condition], "Ready"), condition);
    assert.equal(findCondition([condition], "Missing"), undefined);
    assert.equal(findCondition(undefined, "Ready"), undefined);
  });

  describe("gate, in an up", () => {
    it("yields the value, outputs in it resolved, once the probe is ready", async () => {
      const probe = finding(waitingFor("this"), ready(undefined));
      const { value } = await settle((resource, readiness) =>
        readiness.gate(resource, { url: pulumi.output("http://a"), port: 1 }, probe),
      );
      assert.deepEqual(value, { url: "http://a", port: 1 });
      assert.equal(probe.looks, 2);
    });

    it("keeps a secret value secret", async () => {
      const secret = await runMocked(new Recorder(), {}, () =>
        pulumi.isSecret(new Readiness(cluster, 0).gate(new Awaited(), pulumi.secret("x"), finding(ready(undefined)))),
      );
      assert.equal(secret, true);
    });
  });

  describe("gate, in a preview", () => {
    it("yields the value at once and does not look", async () => {
      const probe = finding(new OperatorRefusal("refused"));
      const settled = await settle((resource, readiness) => readiness.gate(resource, { a: 1 }, probe), {
        preview: true,
        graceMs: 0,
      });
      assert.deepEqual(settled, { value: { a: 1 }, known: true });
      assert.equal(probe.looks, 0);
    });
  });

  describe("read, in an up", () => {
    it("yields what the probe reads, once it is there", async () => {
      const probe = finding<string>(waitingFor("the host"), ready("a.example.test"));
      const settled = await settle((resource, readiness) => readiness.read(resource, probe));
      assert.deepEqual(settled, { value: "a.example.test", known: true });
    });
  });

  describe("read, in a preview", () => {
    const look = (probe: Probe<string>) =>
      settle((resource, readiness) => readiness.read(resource, probe), { preview: true, timeoutMs: 0, graceMs: 0 });

    it("yields what the cluster has now", async () => {
      assert.deepEqual(await look(finding(ready("a.example.test"))), { value: "a.example.test", known: true });
    });

    for (const [what, found] of [
      ["nothing is there yet", waitingFor("the host")],
      ["the operator refuses what is there now", new OperatorRefusal("refused")],
      ["the cluster does not answer", new Error("forbidden")],
    ] as const) {
      it(`is unknown where ${what}, after one look`, async () => {
        const probe = finding<string>(found);
        assert.deepEqual(await look(probe), { value: undefined, known: false });
        assert.equal(probe.looks, 1);
      });
    }
  });

  describe("a wait", () => {
    it("that takes too long fails with what is missing and how to go on", () =>
      fails(
        settle((resource, readiness) => readiness.gate(resource, 1, finding(waitingFor("the router to admit it"))), {
          timeoutMs: 0,
        }),
        /^not ready after 0 s, still waiting for the router to admit it\. .*run 'pulumi up' again: it goes on from here\.$/,
      ));

    it("goes on until its time is over", async () => {
      const probe = finding(waitingFor("a"), waitingFor("b"));
      await fails(
        settle((resource, readiness) => readiness.read(resource, probe), { timeoutMs: 5 * minute }),
        /^not ready after 300 s, still waiting for b\./,
      );
      assert.equal(now, 5 * minute);
    });

    it("does not wait for a right that is missing", async () => {
      const forbidden = new ClusterError("answered 403 to GET /x: forbidden", 403);
      await assert.rejects(
        settle((resource, readiness) => readiness.gate(resource, "value", finding(forbidden)), { graceMs: 0 }),
        /answered 403 to GET \/x: forbidden$/,
      );
    });

    it("survives that the API server is away, and says so when time is over", async () => {
      const away = new Error("connect ECONNREFUSED");
      const { value } = await settle((resource, readiness) =>
        readiness.read(resource, finding<string>(away, ready("back"))),
      );
      assert.equal(value, "back");
      await fails(
        settle((resource, readiness) => readiness.read(resource, finding(away)), { timeoutMs: 0 }),
        /still waiting for the API server \(connect ECONNREFUSED\)\./,
      );
    });

    it("tells every ten seconds what it waits for", async () => {
      await settle((resource, readiness) =>
        readiness.gate(resource, 1, () =>
          Promise.resolve(now < 25_000 ? waitingFor(now < 15_000 ? "a" : "b") : ready(undefined)),
        ),
      );
      assert.deepEqual(told, [
        ["waiting for a (10 s)", true],
        ["waiting for b (20 s)", true],
      ]);
    });
  });

  describe("a refusal", () => {
    const refused = new OperatorRefusal("tempo-operator refuses it: no such bucket");

    it("that stands fails with the operator's words alone, long before the time is over", async () => {
      await fails(
        settle((resource, readiness) => readiness.gate(resource, 1, finding(refused)), { graceMs: 15_000 }),
        /^tempo-operator refuses it: no such bucket$/,
      );
      assert.equal(now, 15_000);
    });

    it("from before a change is not believed", async () => {
      const { value } = await settle((resource, readiness) =>
        readiness.read(resource, finding<string>(refused, ready("mended"))),
      );
      assert.equal(value, "mended");
    });

    it("that was withdrawn in between counts from its return", async () => {
      const probe = finding(refused, waitingFor("it"), refused, ready(undefined));
      await settle((resource, readiness) => readiness.gate(resource, 1, probe), { graceMs: 700 });
      assert.equal(probe.looks, 4);
    });

    it("is told as the reason where time is over first", () =>
      fails(
        settle((resource, readiness) => readiness.gate(resource, 1, finding(refused)), { timeoutMs: 0 }),
        /^not ready after 0 s, still waiting for tempo-operator refuses it: no such bucket\./,
      ));
  });
});
