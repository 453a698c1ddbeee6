import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { ApiServer, objectPath, patchTypes } from "../../cluster/standins/apiServer";
import { readKubeconfig } from "../../cluster/standins/kubeconfig";
import type {
  Condition,
  Deployment,
  Kiali,
  KubeObject,
  MemberRoll,
  Pod,
  Route,
  Secret,
} from "../../cluster/standins/objects";
import { condition } from "../../cluster/standins/world";
import { ownDefinitions } from "../../cluster/moduleManifests";
import { LiveCluster } from "../helpers/liveCluster";
import { mesh, namespace, namespaces, referenceSpec, roll } from "./mesh";
import { realFiles, realFolder } from "./realDefinitions";

type WithStatus = KubeObject & {
  readonly status?: { readonly conditions?: readonly Condition[]; readonly phase?: string };
};

/** A Deployment whose pods ask for a sidecar. */
function workload(inNamespace: string): object {
  const labels = { app: "details" };
  const annotations = { "sidecar.istio.io/inject": "true" };
  const containers = [{ name: "details", image: "details" }];
  const template = { metadata: { labels, annotations }, spec: { containers } };
  return {
    apiVersion: "apps/v1",
    kind: "Deployment",
    metadata: { name: "details", namespace: inNamespace },
    spec: { selector: { matchLabels: labels }, template },
  };
}

/** The stand-ins' promises that only a real API server, its controllers and its admission can show. */
describe("stand-ins on the embedded control plane", function () {
  this.timeout(120_000);
  let cluster: LiveCluster;

  /** The result of `look` once it passes; its last failure after so many seconds. */
  async function eventually<T>(look: () => Promise<T>, seconds = 40): Promise<T> {
    const deadline = Date.now() + seconds * 1000;
    for (;;) {
      try {
        return await look();
      } catch (error) {
        if (Date.now() > deadline) throw error;
        await sleep(200);
      }
    }
  }

  async function holds(type: string, ...of: string[]): Promise<void> {
    const { status } = await cluster.get<WithStatus>(...of);
    const found = condition(status?.conditions, type);
    assert.equal(found.status, "True", `${of.join(" ")}: ${found.reason ?? ""} ${found.message ?? ""}`);
  }

  async function refusal(...args: string[]): Promise<string> {
    return cluster.kubectl(...args).then(
      () => "accepted",
      (error: unknown) => (error as { stderr: string }).stderr,
    );
  }

  /** What the stand-ins wrote since the audit log had so many entries. */
  function writesSince(start: number): string[] {
    return cluster
      .audit()
      .slice(start)
      .filter(
        ({ userAgent, verb }) => userAgent === "mesh-tracing-standins" && !["get", "list", "watch"].includes(verb),
      )
      .filter(({ objectRef }) => objectRef?.resource !== "subjectaccessreviews")
      .map(({ verb, objectRef }) => `${verb} ${objectRef?.resource ?? ""} ${objectRef?.name ?? ""}`);
  }

  async function meshIsReady(): Promise<void> {
    await holds("Ready", "-n", "istio-system", "smcp", "basic");
    await holds("Ready", "-n", "istio-system", "smmr", "default");
    await holds("Successful", "-n", "istio-system", "kiali", "kiali");
    await holds("Available", "-n", "istio-system", "deployment", "kiali");
  }

  before(async () => {
    cluster = await LiveCluster.start();
  });
  after(async () => cluster?.stop());

  it("bring up a whole mesh within seconds", async () => {
    await cluster.apply(...namespaces, namespace("late"), workload("late"));
    const begin = Date.now();
    await cluster.apply(mesh(), roll("tracing-system", "bookinfo"));
    await eventually(meshIsReady);
    const seconds = (Date.now() - begin) / 1000;
    assert.ok(seconds < 30, `${seconds} s`);
  });

  it("refuse in the operator's words what its webhooks refuse", async () => {
    const change = (kind: string, name: string, spec: object): Promise<string> =>
      refusal("-n", "istio-system", "patch", kind, name, "--type=merge", "-p", JSON.stringify({ spec }));
    assert.match(
      await change("smcp", "basic", { tracing: { type: "Jaeger" } }),
      /denied the request: extension provider 'tempo'/,
    );
    assert.match(await change("smmr", "default", { members: ["a", "a"] }), /denied the request: duplicate namespace/);
    assert.match(await change("smcp", "basic", { tracing: { sampling: 10001 } }), /less than or equal to 10000/);
    assert.match(await change("smcp", "basic", { tracing: { sampling: "1" } }), /must be of type integer/);
  });

  it("refuse a misspelt field", async () => {
    await assert.rejects(cluster.apply(mesh({ ...referenceSpec, tracingg: {} } as never)), /tracingg/);
  });

  it("inject the sidecar into pods created after their namespace joined, not before", async () => {
    const containers = async (): Promise<string[]> => {
      const { items } = await cluster.get<{ items: Pod[] }>("-n", "late", "pods", "-l", "app=details");
      assert.equal(items.length, 1);
      return (items[0]?.spec.containers ?? []).map(({ name }) => name);
    };
    assert.deepEqual(await eventually(containers), ["details"]);
    await cluster.apply(roll("tracing-system", "bookinfo", "late"));
    // Until the operator has seen the change, the roll is ready for the former members.
    await eventually(async () => {
      const { status } = await cluster.get<MemberRoll>("-n", "istio-system", "smmr", "default");
      assert.ok(status?.configuredMembers?.includes("late"));
    });
    assert.deepEqual(await containers(), ["details"]);
    await cluster.kubectl("-n", "late", "delete", "pods", "--all", "--wait");
    assert.deepEqual(await eventually(containers), ["details", "istio-proxy"]);
  });

  it("keep a Route's host when it is written without one", async () => {
    const find = (): Promise<Route> => cluster.get<Route>("-n", "istio-system", "route", "istio-ingressgateway");
    const { spec } = await find();
    assert.equal(spec?.host, "istio-ingressgateway-istio-system.apps.mesh-tracing.local");
    const without = [{ op: "remove", path: "/spec/host" }];
    await cluster.kubectl(
      "-n",
      "istio-system",
      "patch",
      "route",
      "istio-ingressgateway",
      "--type=json",
      "-p",
      JSON.stringify(without),
    );
    const after = await find();
    assert.equal(after.spec?.host, spec.host);
    assert.equal(condition(after.status?.ingress?.[0]?.conditions, "Admitted").status, "True");
  });

  it("provide a volume for a claim, and take it away again", async () => {
    const claim = {
      apiVersion: "v1",
      kind: "PersistentVolumeClaim",
      metadata: { name: "data", namespace: "late" },
      spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "1Gi" } } },
    };
    await cluster.apply(claim);
    const volume = await eventually(async () => {
      const { spec, status } = await cluster.get<WithStatus & { spec: { volumeName?: string } }>(
        "-n",
        "late",
        "pvc",
        "data",
      );
      assert.equal(status?.phase, "Bound");
      return spec.volumeName ?? "";
    });
    await cluster.kubectl("-n", "late", "delete", "pvc", "data", "--wait");
    await eventually(async () => assert.match(await refusal("get", "pv", volume), /NotFound/));
  });

  it("start a pod when the last of its inputs is there, not before", async () => {
    const env = [{ name: "KEY", valueFrom: { secretKeyRef: { name: "late", key: "key" } } }];
    const pod = {
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name: "waiting", namespace: "late" },
      spec: { containers: [{ name: "main", image: "main", env }] },
    };
    type Waiting = KubeObject & { status: { phase: string; containerStatuses?: { state: { waiting?: object } }[] } };
    const find = (): Promise<Waiting> => cluster.get<Waiting>("-n", "late", "pod", "waiting");
    await cluster.apply(pod);
    await eventually(async () => {
      const waiting = { reason: "CreateContainerConfigError", message: 'secret "late" not found' };
      assert.deepEqual((await find()).status.containerStatuses?.[0]?.state, { waiting });
    });
    await sleep(2000);
    assert.equal((await find()).status.phase, "Pending");
    const secret = { apiVersion: "v1", kind: "Secret", metadata: { name: "late", namespace: "late" } };
    await cluster.apply({ ...secret, stringData: { key: "value" } });
    await eventually(async () => {
      const { phase, containerStatuses } = (await find()).status;
      assert.equal(phase, "Running");
      assert.equal(containerStatuses?.[0]?.state.waiting, undefined);
    });
  });

  it("issue what Kiali's Service asks the service CA for", async () => {
    const secret = await cluster.get<Secret>("-n", "istio-system", "secret", "kiali-cert-secret");
    assert.deepEqual(Object.keys(secret.data ?? {}).sort(), ["tls.crt", "tls.key"]);
    const bundle = await cluster.kubectl("-n", "istio-system", "get", "cm", "kiali-cabundle", "-o", "jsonpath={.data}");
    assert.match(bundle, /BEGIN CERTIFICATE/);
  });

  it("own the addon's fields of Kiali, so that another manager has to force them, and leave them to it then", async () => {
    const tracing = { enabled: true, in_cluster_url: "http://tempo:16686", auth: { type: "none" } };
    const deployment = { pod_annotations: { "example.org/tracing": "hash" } };
    const change = {
      apiVersion: "kiali.io/v1alpha1",
      kind: "Kiali",
      metadata: { name: "kiali", namespace: "istio-system" },
      spec: { external_services: { tracing }, deployment },
    };
    // Not by kubectl: it would take the operator's fields over by the annotation of what was last applied.
    const api = new ApiServer(readKubeconfig(cluster.folder.kubeconfig));
    const path = `${objectPath(change)}?fieldManager=somebody`;
    await assert.rejects(api.call("PATCH", path, change, patchTypes.apply), /conflicts with "istio-operator"/);
    await api.call("PATCH", `${path}&force=true`, change, patchTypes.apply);
    await eventually(async () => {
      const server = await cluster.get<Deployment>("-n", "istio-system", "deployment", "kiali");
      assert.equal(server.spec.template.metadata.annotations?.["example.org/tracing"], "hash");
      assert.equal(server.status?.observedGeneration, server.metadata.generation);
      await meshIsReady();
    });
    const spec = { tracing: { sampling: 100 } };
    await cluster.kubectl(
      "-n",
      "istio-system",
      "patch",
      "smcp",
      "basic",
      "--type=merge",
      "-p",
      JSON.stringify({ spec }),
    );
    await eventually(async () => {
      const { status } = await cluster.get<KubeObject & { status: { observedGeneration: number } }>(
        ...["-n", "istio-system", "smcp", "basic"],
      );
      assert.equal(status.observedGeneration, 2);
      await meshIsReady();
    });
    const kiali = await cluster.get<Kiali>("-n", "istio-system", "kiali", "kiali");
    const after = kiali.spec?.external_services?.tracing;
    assert.deepEqual([after?.enabled, after?.in_cluster_url], [true, "http://tempo:16686"]);
  });

  /** Waits until the stand-ins have written nothing for two seconds. */
  async function settled(): Promise<void> {
    await eventually(async () => {
      const start = cluster.audit().length;
      await sleep(2000);
      assert.deepEqual(writesSince(start), []);
    });
  }

  it("are quiet when nothing happens", async () => {
    await settled();
    const start = cluster.audit().length;
    await sleep(3000);
    assert.deepEqual(writesSince(start), []);
  });

  it("keep the addon's password out of their log", async () => {
    const { data } = await cluster.get<Secret>("-n", "istio-system", "secret", "htpasswd");
    const password = Buffer.from(data?.rawPassword ?? "", "base64").toString();
    assert.ok(password.length > 64);
    assert.ok(!cluster.logs().includes(password));
  });

  it("let everything go, in any order", async () => {
    const names = ["bookinfo", "istio-system", "tracing-system", "late"];
    await cluster.kubectl("delete", "namespace", "--wait=false", ...names);
    await eventually(async () => {
      for (const name of names) assert.match(await refusal("get", "namespace", name), /NotFound/);
    }, 60);
    const left = await cluster.kubectl("get", "mutatingwebhookconfigurations", "-o", "name");
    assert.doesNotMatch(left, /istiod/);
  });

  it("work on the real definitions as well", async function () {
    if (!existsSync(realFolder)) return this.skip();
    for (const file of Object.values(realFiles)) {
      await cluster.kubectl("apply", "--server-side", "--force-conflicts", "-f", join(realFolder, file));
    }
    await cluster.apply(...namespaces);
    await cluster.apply(mesh(), roll("tracing-system", "bookinfo"));
    await eventually(meshIsReady);
  });

  it("write nothing after a restart", async () => {
    // The start lays the project's own definitions out again, which drops what the real ones had defaulted.
    await cluster.kubectl("apply", "--server-side", "--force-conflicts", "-f", ownDefinitions);
    await cluster.apply(...namespaces);
    await cluster.apply(mesh(), roll("tracing-system", "bookinfo"));
    await eventually(meshIsReady);
    await settled();
    const start = cluster.audit().length;
    await cluster.restart();
    await eventually(meshIsReady);
    await sleep(2000);
    // Their webhooks they register at each start: the port may be another.
    assert.deepEqual(
      writesSince(start).filter((write) => !write.includes("webhookconfigurations")),
      [],
    );
  });
});
