import assert from "node:assert/strict";
import * as path from "node:path";
import { LiveCluster } from "../helpers/liveCluster";
import { root } from "../helpers/program";
import { PulumiProject } from "../helpers/pulumiProject";

const policies = ["--policy-pack", path.join(root, "policies")];

interface WithStatus<Status> {
  readonly metadata: { readonly name: string; readonly annotations?: Record<string, string> };
  readonly spec: Record<string, unknown>;
  readonly status: Status;
}

interface Conditions {
  readonly conditions: readonly { readonly type: string; readonly status: string }[];
}

const holds = (status: Conditions, type: string) =>
  status.conditions.some((condition) => condition.type === type && condition.status === "True");

/** One deployment from nothing to nothing, as `npm run demo` does it, with the real engine. */
describe("the dev stack on the embedded control plane", function () {
  this.timeout(180_000);
  let cluster: LiveCluster;
  let project: PulumiProject;

  const unchanged = async (command: "preview" | "up") => {
    const flags = command === "up" ? ["--yes", "--skip-preview"] : [];
    const { code, output } = await project.pulumi(command, "--stack", "dev", ...flags, "--expect-no-changes");
    assert.equal(code, 0, output);
  };

  before(async () => {
    cluster = await LiveCluster.start();
    project = new PulumiProject(cluster.env);
    await project.init("dev");
  });

  after(async () => {
    project?.remove();
    await cluster?.stop();
  });

  it("shows every change in a first preview, with no policy violated", async () => {
    const { code, output } = await project.pulumi("preview", "--stack", "dev", ...policies);
    assert.equal(code, 0, output);
    assert.match(output, /58 to create/);
    assert.doesNotMatch(output, /mandatory|can't run policy/);
  });

  it("creates nothing in a preview", async () => {
    assert.doesNotMatch(await cluster.kubectl("get", "namespaces"), /istio-system|tracing-system|bookinfo/);
  });

  it("deploys with the policies enforced", async () => {
    const { code, output } = await project.pulumi("up", "--stack", "dev", "--yes", "--skip-preview", ...policies);
    assert.equal(code, 0, output);
  });

  it("has the control plane ready with all components and none pending", async () => {
    const mesh = await cluster.get<
      WithStatus<Conditions & { readiness: { components: Record<"ready" | "pending" | "unready", string[] | null> } }>
    >("servicemeshcontrolplane", "istio-system", "-n", "istio-system");
    assert.ok(holds(mesh.status, "Ready"));
    const { ready, pending, unready } = mesh.status.readiness.components;
    assert.deepEqual(
      [...(ready ?? [])].sort(),
      "grafana istio-discovery istio-egress istio-ingress kiali mesh-config prometheus telemetry-common".split(" "),
    );
    assert.deepEqual([...(pending ?? []), ...(unready ?? [])], []);
  });

  it("has both members configured", async () => {
    const roll = await cluster.get<WithStatus<{ configuredMembers: string[]; pendingMembers?: string[] }>>(
      "servicemeshmemberroll",
      "default",
      "-n",
      "istio-system",
    );
    assert.deepEqual([...roll.status.configuredMembers].sort(), ["bookinfo", "tracing-system"]);
    assert.deepEqual(roll.status.pendingMembers ?? [], []);
  });

  it("has Tempo's workloads, made by the real operator, ready", async () => {
    const store = await cluster.get<WithStatus<Conditions>>("tempostack", "simplest", "-n", "tracing-system");
    assert.ok(holds(store.status, "Ready"));
    const names = await cluster.kubectl(
      ..."get deployments,statefulsets -n tracing-system -l app.kubernetes.io/managed-by=tempo-operator -o name".split(
        " ",
      ),
    );
    assert.deepEqual(
      names
        .trim()
        .split("\n")
        .map((name) => name.replace(/.*tempo-simplest-/, ""))
        .sort(),
      ["compactor", "distributor", "ingester", "querier", "query-frontend"],
    );
  });

  it("has Kiali with Tempo's real address and no password for it", async () => {
    const kiali = await cluster.get<
      WithStatus<Conditions> & { spec: { external_services: { tracing: Record<string, unknown> } } }
    >("kiali", "kiali", "-n", "istio-system");
    assert.ok(holds(kiali.status, "Successful"));
    const { tracing } = kiali.spec.external_services;
    const route = await cluster.get<{ spec: { host: string } }>(
      ..."route tempo-simplest-query-frontend -n tracing-system".split(" "),
    );
    assert.equal(tracing.url, `https://${route.spec.host}`);
    assert.equal(tracing.in_cluster_url, "http://tempo-simplest-query-frontend.tracing-system.svc.cluster.local:16686");
    assert.equal((tracing.auth as { type: string }).type, "none");
    const settings = await cluster.get<{ data: Record<string, string> }>("configmap", "kiali", "-n", "istio-system");
    assert.match(settings.data["config.yaml"] ?? "", /tempo-simplest-query-frontend\.tracing-system/);
  });

  it("has the Telemetry that traces every request", async () => {
    const telemetry = await cluster.get<WithStatus<unknown>>("telemetry", "mesh-default", "-n", "istio-system");
    assert.deepEqual(telemetry.spec, {
      tracing: [{ providers: [{ name: "tempo" }], randomSamplingPercentage: 100 }],
    });
  });

  it("has every Bookinfo workload available, each pod with a sidecar", async () => {
    const { items } = await cluster.get<{ items: WithStatus<{ availableReplicas: number }>[] }>(
      "deployments",
      "-n",
      "bookinfo",
    );
    assert.equal(items.length, 6);
    assert.ok(items.every(({ status }) => status.availableReplicas === 1));
    const pods = await cluster.get<{ items: { spec: { containers: { name: string }[] } }[] }>("pods", "-n", "bookinfo");
    assert.equal(pods.items.length, 6);
    assert.ok(pods.items.every(({ spec }) => spec.containers.some(({ name }) => name === "istio-proxy")));
  });

  it("tells where to look", async () => {
    assert.deepEqual(await project.outputs("dev"), {
      kialiUrl: "https://kiali-istio-system.apps.mesh-tracing.local",
      tempoUiUrl: "https://tempo-simplest-query-frontend-tracing-system.apps.mesh-tracing.local",
      productpageUrl: "https://bookinfo-productpage-istio-system.apps.mesh-tracing.local/productpage",
      samplingPercentage: 100,
      members: ["tracing-system", "bookinfo"],
    });
  });

  it("changes nothing in a second up", () => unchanged("up"));

  it("sees no drift in a refresh", async () => {
    const { code, output } = await project.pulumi("refresh", "--stack", "dev", "--preview-only", "--expect-no-changes");
    assert.equal(code, 0, output);
  });

  it("changes nothing after the control plane has restarted", async () => {
    await cluster.restart();
    await unchanged("up");
  });

  /** The keys and passwords in a Secret. */
  const credentialsIn = async (name: string) => {
    const { data } = await cluster.get<{ data: Record<string, string> }>("secret", name, "-n", "tracing-system");
    return ["access_key_id", "access_key_secret", "user", "password"].flatMap((key) =>
      data[key] === undefined ? [] : [Buffer.from(data[key], "base64").toString("utf8")],
    );
  };
  let firstKey: string[] = [];

  it("rotates the credentials: a Secret of a new name, in use before the old one goes", async () => {
    firstKey = await credentialsIn("minio");
    project.configure("dev", (config) => (config["mesh-tracing:objectStorage"] = { credentialsGeneration: 2 }));
    const { code, output } = await project.pulumi("up", "--stack", "dev", "--yes", "--skip-preview", ...policies);
    assert.equal(code, 0, output);
    const secrets = await cluster.kubectl("get", "secrets", "-n", "tracing-system", "-o", "name");
    assert.match(secrets, /secret\/minio-2\n/);
    assert.doesNotMatch(secrets, /secret\/minio\n/);
    const workloads = JSON.stringify(await cluster.get("deployments,statefulsets", "-n", "tracing-system"));
    assert.match(workloads, /"secretKeyRef":\{[^}]*"name":"minio-2"/);
    assert.doesNotMatch(workloads, /"secretKeyRef":\{[^}]*"name":"minio"/);
    const jobs = await cluster.kubectl("get", "jobs", "-n", "tracing-system", "-o", "name");
    assert.match(jobs, /minio-retirement-2/);
    await unchanged("preview");
  });

  it("stops a preview that drops bookinfo from the members, with rule, resource and fix", async () => {
    project.configure("dev", (config) => (config["mesh-tracing:members"] = ["tracing-system"]));
    const { code, output } = await project.pulumi("preview", "--stack", "dev", ...policies);
    project.configure("dev", (config) => (config["mesh-tracing:members"] = ["tracing-system", "bookinfo"]));
    assert.notEqual(code, 0, output);
    assert.match(output, /\[mandatory\]/);
    assert.match(output, /bookinfo\/productpage-v1/);
    assert.match(output, /members/);
  });

  it("leaves no secret in state, logs, previews or outputs", async () => {
    const secrets = [...firstKey, ...(await credentialsIn("minio-2")), ...(await credentialsIn("minio-root"))];
    const kiali = JSON.stringify(await cluster.get("kiali", "kiali", "-n", "istio-system"));
    secrets.push(...[...kiali.matchAll(/"password":"([^"]+)"/g)].map(([, password]) => password!));
    assert.ok(secrets.length >= 8, `only ${secrets.length} secrets to look for`);

    const shown = await project.pulumi("preview", "--stack", "dev", "--diff", "--show-sames", "--refresh");
    const places: Record<string, string> = {
      "the exported state": await project.exported("dev"),
      "what the commands printed": project.transcript,
      "a refreshing preview": shown.output,
      "the state files": await project.stateFiles(),
      "the logs of the operators": cluster.logs(),
    };
    for (const [place, text] of Object.entries(places)) {
      assert.ok(text.length > 0, `${place} is empty`);
      for (const [index, secret] of secrets.entries()) {
        assert.ok(!text.includes(secret), `${place} shows secret ${index} of ${secrets.length}`);
        assert.ok(!text.includes(Buffer.from(secret).toString("base64")), `${place} shows secret ${index} in base64`);
      }
    }
  });

  it("destroys everything, in an order that strands no finalizer", async () => {
    const { code, output } = await project.pulumi("destroy", "--stack", "dev", "--yes", "--skip-preview");
    assert.equal(code, 0, output);
    assert.doesNotMatch(await cluster.kubectl("get", "namespaces"), /istio-system|tracing-system|bookinfo/);
    const left = await cluster.kubectl("get", "smcp,smmr,kiali,tempostack,telemetry,pvc", "-A", "-o", "name");
    assert.equal(left, "");
  });

  it("reached the API server in an order that respects every edge, there and back", () => {
    const events = cluster
      .audit()
      .filter(({ stage, userAgent }) => stage === "ResponseComplete" && /pulumi/.test(userAgent ?? ""));
    const moment = (verbs: string[], [resource, name]: readonly [string, RegExp], pick: "first" | "last") => {
      const times = events
        .filter(
          ({ verb, objectRef, responseStatus }) =>
            verbs.includes(verb) &&
            objectRef?.resource === resource &&
            name.test(objectRef.name ?? "") &&
            objectRef.subresource === undefined &&
            (responseStatus?.code ?? 500) < 300,
        )
        .map(({ stageTimestamp }) => stageTimestamp)
        .sort();
      assert.ok(times.length > 0, `no ${verbs.join(" or ")} of ${resource} ${name.source} in the audit log`);
      return pick === "first" ? times[0]! : times.at(-1)!;
    };
    const tracing = ["namespaces", /^tracing-system$/] as const;
    const istio = ["namespaces", /^istio-system$/] as const;
    const demo = ["namespaces", /^bookinfo$/] as const;
    const volume = ["persistentvolumeclaims", /^minio$/] as const;
    const server = ["deployments", /^minio$/] as const;
    const credentials = ["secrets", /^minio(-2)?$/] as const;
    const provisioning = ["jobs", /^minio-provisioning-/] as const;
    const store = ["tempostacks", /^simplest$/] as const;
    const retirement = ["jobs", /^minio-retirement-/] as const;
    const mesh = ["servicemeshcontrolplanes", /^istio-system$/] as const;
    const roll = ["servicemeshmemberrolls", /^default$/] as const;
    const telemetry = ["telemetries", /^mesh-default$/] as const;
    const kiali = ["kialis", /^kiali$/] as const;
    const workload = ["deployments", /^productpage-v1$/] as const;
    const route = ["routes", /^bookinfo-productpage$/] as const;
    const gateway = ["gateways", /^bookinfo-gateway$/] as const;
    const virtualService = ["virtualservices", /^bookinfo$/] as const;
    const traffic = ["jobs", /^traffic-/] as const;
    const verification = ["jobs", /^verification-/] as const;
    const edges = [
      [tracing, volume],
      [tracing, credentials],
      [volume, server],
      [server, provisioning],
      [credentials, provisioning],
      [provisioning, store],
      [store, retirement],
      [store, mesh],
      [store, kiali],
      [istio, mesh],
      [mesh, roll],
      [demo, roll],
      [mesh, telemetry],
      [mesh, kiali],
      [roll, workload],
      [demo, workload],
      [route, gateway],
      [gateway, virtualService],
      [workload, traffic],
      [virtualService, traffic],
      [telemetry, traffic],
      [roll, traffic],
      [traffic, verification],
      [kiali, verification],
    ] as const;
    const told = ([resource, name]: readonly [string, RegExp]) => `${resource} ${name.source}`;
    for (const [before, after] of edges) {
      const created = ["create", "patch"];
      assert.ok(
        moment(created, before, "first") < moment(created, after, "first"),
        `${told(after)} was created before ${told(before)}`,
      );
    }
    // Kiali's resource is the addon's: only its fields are released, by a patch, and the addon deletes it.
    for (const [before, after] of edges.filter((edge) => !edge.some((end) => end === kiali))) {
      assert.ok(
        moment(["delete"], after, "last") < moment(["delete"], before, "last"),
        `${told(before)} was deleted before ${told(after)}`,
      );
    }
    assert.ok(
      moment(["patch"], kiali, "last") < moment(["delete"], mesh, "last"),
      "the mesh was deleted before Kiali's fields were released",
    );
  });
});
