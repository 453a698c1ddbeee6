import assert from "node:assert/strict";
import type { Container, Deployed, Pod, Volume } from "../../dataplane/deployed";
import { containerEnvironment } from "../../dataplane/backend/environment";
import { volumeContent } from "../../dataplane/backend/volumes";
import { podAddresses } from "../../dataplane/hosts";

const base64 = (text: string) => Buffer.from(text).toString("base64");

const meta = (name: string, namespace = "tracing-system", labels: Record<string, string> = {}) => ({
  metadata: { name, namespace, labels },
});

const service = (name: string, namespace?: string, selector?: Record<string, string>) => ({
  kind: "Service",
  ...meta(name, namespace),
  spec: { selector },
});

/** A pod that runs, or what is said of it. */
function podAt(podIP: string | undefined, labels: Record<string, string>, namespace?: string, phase = "Running"): Pod {
  return { kind: "Pod", ...meta(`at-${podIP}`, namespace, labels), spec: { containers: [] }, status: { phase, podIP } };
}

const replaced = podAt("10.244.0.8", { app: "kiali" }, "istio-system");

const deployed: Deployed = {
  pods: [
    podAt("10.244.0.3", { app: "store", part: "tempo" }),
    podAt("10.244.0.4", { app: "other", part: "tempo" }),
    podAt("10.244.0.9", { app: "kiali" }, "istio-system"),
    { ...replaced, metadata: { ...replaced.metadata, deletionTimestamp: "2026-01-01T00:00:00Z" } },
    podAt("10.244.0.5", { app: "job" }, undefined, "Succeeded"),
    podAt(undefined, { app: "job" }),
    podAt("10.244.0.7", { app: "store", part: "tempo" }, "elsewhere"),
  ],
  jobs: [],
  configMaps: [{ kind: "ConfigMap", ...meta("conf"), data: { "tempo.yaml": "a: 1", "other.yaml": "b: 2" } }],
  secrets: [{ kind: "Secret", ...meta("keys"), data: { id: base64("the-id"), key: base64("the-key") } }],
  services: [
    service("store", undefined, { app: "store" }),
    service("ring", undefined, { part: "tempo" }),
    service("kiali", "istio-system", { app: "kiali" }),
    service("without-pods", undefined, { app: "job" }),
    service("by-hand"),
    service("kubernetes", "default"),
  ],
  // Written a moment before Kiali's pod was replaced.
  endpointSlices: [
    {
      kind: "EndpointSlice",
      ...meta("kiali-abcde", "istio-system", { "kubernetes.io/service-name": "kiali" }),
      endpoints: [{ addresses: ["10.244.0.8"] }],
    },
  ],
};

const pod: Pod = {
  kind: "Pod",
  ...meta("tempo-0"),
  spec: { containers: [], serviceAccountName: "tempo" },
  status: { podIP: "10.244.0.3" },
};

describe("a container's environment", () => {
  const environment = (...env: NonNullable<Container["env"]>) =>
    containerEnvironment(pod, { name: "tempo", env }, deployed);

  it("has plain values, keys of Secrets and ConfigMaps, and what the pod knows of itself", () => {
    const found = environment(
      { name: "PLAIN", value: "1" },
      { name: "EMPTY" },
      { name: "KEY", valueFrom: { secretKeyRef: { name: "keys", key: "key" } } },
      { name: "TEXT", valueFrom: { configMapKeyRef: { name: "conf", key: "tempo.yaml" } } },
      { name: "ADDRESS", valueFrom: { fieldRef: { fieldPath: "status.podIP" } } },
    );
    assert.deepEqual(found, { PLAIN: "1", EMPTY: "", KEY: "the-key", TEXT: "a: 1", ADDRESS: "10.244.0.3" });
  });

  it("lacks what is optional and not there", () => {
    const reference = { name: "nothing", key: "key", optional: true };
    assert.deepEqual(environment({ name: "KEY", valueFrom: { secretKeyRef: reference } }), {});
  });

  it("cannot be made where something it needs is missing or unknown", () => {
    const missing = { name: "KEY", valueFrom: { secretKeyRef: { name: "keys", key: "other" } } };
    assert.throws(() => environment(missing), /KEY of pod tracing-system\/tempo-0.*key other of Secret keys/);
    const field = { name: "CPU", valueFrom: { fieldRef: { fieldPath: "status.hostIP" } } };
    assert.throws(() => environment(field), /asks for its status\.hostIP/);
    const resource = { name: "CPU", valueFrom: { resourceFieldRef: {} } } as object as { name: string };
    assert.throws(() => environment(resource), /a source that is not known here: resourceFieldRef/);
  });
});

describe("a volume", () => {
  const content = (volume: Omit<Volume, "name">, token?: string) =>
    volumeContent(pod, { name: "v", ...volume }, deployed, token);
  const text = (found: ReturnType<typeof content>) =>
    "files" in found && Object.fromEntries(Object.entries(found.files).map(([file, data]) => [file, data.toString()]));

  it("of a ConfigMap or Secret has its keys as files, or those that are picked", () => {
    assert.deepEqual(text(content({ configMap: { name: "conf" } })), { "tempo.yaml": "a: 1", "other.yaml": "b: 2" });
    const picked = content({ secret: { secretName: "keys", items: [{ key: "key", path: "a/value.txt" }] } });
    assert.deepEqual(text(picked), { "a/value.txt": "the-key" });
  });

  it("that is projected has the token, the CA and the namespace", () => {
    const sources = [
      { serviceAccountToken: { path: "token" } },
      { configMap: { name: "conf", items: [{ key: "tempo.yaml", path: "ca.crt" }] } },
      { downwardAPI: { items: [{ path: "namespace", fieldRef: { fieldPath: "metadata.namespace" } }] } },
    ];
    const found = { token: "t", "ca.crt": "a: 1", namespace: "tracing-system" };
    assert.deepEqual(text(content({ projected: { sources } }, "t")), found);
    assert.throws(() => content({ projected: { sources } }), /wants a token/);
  });

  it("that is empty goes with the pod, one of a claim stays", () => {
    assert.deepEqual(content({ emptyDir: {} }), { folder: "pod" });
    assert.deepEqual(content({ persistentVolumeClaim: { claimName: "data" } }), { folder: "claim", claim: "data" });
  });

  it("is not made up where its source is missing, unless that is optional", () => {
    assert.throws(() => content({ configMap: { name: "x" } }), /volume v of pod tracing-system\/tempo-0.*ConfigMap x/);
    const items = [{ key: "x", path: "x" }];
    assert.throws(() => content({ secret: { secretName: "keys", items } }), /key x of Secret keys/);
    assert.deepEqual(content({ configMap: { name: "x", optional: true } }), { files: {} });
    assert.throws(() => content({ hostPath: {} } as object), /of a kind that is not known here \(name,hostPath\)/);
  });
});

describe("the names that a pod knows", () => {
  const names = podAddresses(deployed, "tracing-system", "10.244.0.254");
  const addressesOf = (name: string) =>
    names.filter((entry) => entry.names.includes(name)).map(({ address }) => address);

  it("are those of Services, with the addresses of the pods that they select and that run", () => {
    assert.deepEqual(addressesOf("kiali.istio-system.svc.cluster.local"), ["10.244.0.9"]);
    assert.deepEqual(addressesOf("kiali.istio-system.svc"), ["10.244.0.9"]);
    assert.deepEqual(addressesOf("ring.tracing-system"), ["10.244.0.3", "10.244.0.4"]);
    assert.deepEqual(addressesOf("without-pods.tracing-system"), []);
    assert.deepEqual(addressesOf("by-hand.tracing-system"), []);
  });

  it("are short in its own namespace only", () => {
    assert.deepEqual(addressesOf("store"), ["10.244.0.3"]);
    assert.deepEqual(addressesOf("kiali"), []);
  });

  it("have the API server where the host answers for it", () => {
    assert.deepEqual(addressesOf("kubernetes.default.svc"), ["10.244.0.254"]);
  });
});
