import assert from "node:assert/strict";
import { parse } from "yaml";
import { lastApplied } from "../../cluster/standins/maistra/kialiAddon";
import { kinds, object, type Condition, type ControlPlane } from "../../cluster/standins/objects";
import { router } from "../../cluster/standins/router";
import { condition } from "../../cluster/standins/world";
import { maistra, mesh, namespaces, referenceSpec } from "./mesh";
import { Simulation } from "./simulation";

const allComponents = [
  "grafana",
  "istio-discovery",
  "istio-egress",
  "istio-ingress",
  "kiali",
  "mesh-config",
  "prometheus",
  "telemetry-common",
];

function live(simulation: Simulation): ControlPlane {
  const found = simulation.world.get(kinds.controlPlane, "basic", "istio-system");
  assert.ok(found);
  return found;
}

function ready(simulation: Simulation): Condition {
  return condition(live(simulation).status?.conditions, "Ready");
}

describe("stand-in of Maistra: control plane", () => {
  it("turns Ready with the operator's components, conditions and versions", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh()]);
    await simulation.settle();
    const { status } = live(simulation);
    assert.deepEqual(status?.readiness?.components, { ready: allComponents, unready: [], pending: [] });
    assert.equal(status.annotations?.readyComponentCount, "8/8");
    assert.equal(status.observedGeneration, 1);
    assert.equal(status.operatorVersion, "2.5.1");
    assert.equal(status.chartVersion, "2.5.1");
    const said = (status.conditions ?? []).map(({ type, status, reason, message }) => [type, status, reason, message]);
    assert.deepEqual(said, [
      ["Installed", "True", "InstallSuccessful", "Successfully installed all mesh components"],
      ["Reconciled", "True", "InstallSuccessful", "Successfully installed version 2.5.1-1"],
      ["Ready", "True", "ComponentsReady", "All component deployments are Available"],
    ]);
  });

  it("says that it installs before it has made anything", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh()]);
    while (live(simulation).status === undefined) await simulation.step();
    assert.deepEqual(
      (live(simulation).status?.conditions ?? []).map(({ type, status, reason }) => [type, status, reason]),
      ["Installed", "Reconciled", "Ready"].map((type) => [type, "False", "ResourceCreated"]),
    );
    assert.deepEqual(simulation.world.list(kinds.deployment), []);
  });

  it("installs stage by stage and waits for the Deployments of each", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh()]);
    simulation.broken = ["prometheus"];
    await simulation.settle();
    assert.deepEqual(live(simulation).status?.readiness?.components, {
      ready: ["istio-discovery", "mesh-config", "telemetry-common"],
      unready: ["prometheus"],
      pending: ["grafana", "istio-egress", "istio-ingress", "kiali"],
    });
    assert.equal(ready(simulation).reason, "PausingInstall");
    assert.equal(ready(simulation).message, "Paused until the following components become ready: [prometheus]");
    assert.equal(simulation.world.get(kinds.kiali, "kiali", "istio-system"), undefined);
  });

  it("is no longer Ready once a Deployment of it is not", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh()]);
    await simulation.settle();
    const gateway = simulation.world.get(kinds.deployment, "istio-ingressgateway", "istio-system");
    assert.ok(gateway);
    const status = { ...gateway.status, readyReplicas: 0, conditions: [{ type: "Available", status: "False" }] };
    simulation.world.put({ ...gateway, status } as typeof gateway);
    await simulation.settle();
    assert.equal(ready(simulation).reason, "ComponentsNotReady");
    assert.equal(ready(simulation).message, "The following components are not fully available: [istio-ingress]");
    assert.deepEqual(live(simulation).status?.readiness?.components?.unready, ["istio-ingress"]);
  });

  it("installs nothing of a specification that turns out invalid with its profile, and says why", async () => {
    const { tracing: _, ...spec } = referenceSpec;
    const simulation = new Simulation(maistra, [...namespaces, mesh(spec)]);
    await simulation.settle();
    assert.equal(ready(simulation).status, "False");
    assert.equal(ready(simulation).reason, "ValidationError");
    assert.match(ready(simulation).message ?? "", /^Spec is invalid: error: extension provider 'tempo' can not define/);
    assert.deepEqual(simulation.world.list(kinds.deployment), []);
  });

  it("lacks Jaeger", async () => {
    const spec = { ...referenceSpec, tracing: { type: "Jaeger" }, meshConfig: {} };
    const simulation = new Simulation(maistra, [...namespaces, mesh(spec)]);
    await simulation.settle();
    assert.equal(ready(simulation).reason, "DependencyMissingError");
    assert.match(ready(simulation).message ?? "", /Dependency "Jaeger CRD" is missing/);
  });

  it("refuses a profile that does not exist", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh({ ...referenceSpec, profiles: ["none-such"] })]);
    await simulation.settle();
    assert.equal(ready(simulation).reason, "ReconcileError");
    assert.match(ready(simulation).message ?? "", /none-such/);
  });

  it("leaves out what is switched off", async () => {
    const addons = { kiali: { enabled: false }, grafana: { enabled: false } };
    const gateways = { enabled: true, egress: { enabled: false } };
    const security = { manageNetworkPolicy: false };
    const spec = { ...referenceSpec, addons, gateways, security };
    const simulation = new Simulation(maistra, [...namespaces, mesh(spec)]);
    await simulation.settle();
    const { ready: names } = live(simulation).status?.readiness?.components ?? {};
    const expected = allComponents.filter((name) => !["grafana", "kiali"].includes(name));
    assert.deepEqual(names, expected);
    const deployments = simulation.world.list(kinds.deployment).map(({ metadata }) => metadata.name);
    assert.deepEqual(deployments.sort(), ["istio-ingressgateway", "istiod-basic", "prometheus"]);
    assert.deepEqual(simulation.world.list(kinds.networkPolicy), []);
  });

  it("gives istiod the extension providers and the injector's webhook, in the mesh's namespaces alone", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh()]);
    await simulation.settle();
    const config = simulation.world.get(kinds.configMap, "istio-basic", "istio-system")?.data?.mesh ?? "";
    assert.match(config, /name: tempo\s+zipkin:\s+service: tempo\.tracing-system/);
    // Istiod reads it as YAML 1.1, where more words are truth values, and takes none of it where one is not valid.
    const read = parse(config, { version: "1.1" }) as Record<string, unknown>;
    assert.deepEqual([read.ingressControllerMode, read.enableTracing], ["OFF", false]);
    const injector = simulation.world.get(kinds.mutatingWebhook, "istiod-basic-istio-system");
    assert.match(JSON.stringify(injector), /"key":"maistra.io\/member-of","operator":"In","values":\["istio-system"\]/);
    assert.match(JSON.stringify(injector), /"failurePolicy":"Fail"/);
  });

  it("labels its own namespace as part of the mesh", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh()]);
    await simulation.settle();
    const labels = simulation.world.get(kinds.namespace, "istio-system")?.metadata.labels;
    assert.equal(labels?.["maistra.io/member-of"], "istio-system");
  });

  it("makes the ingress gateway with its Service and Route", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh()]);
    await simulation.settle();
    const service = simulation.world.get(kinds.service, "istio-ingressgateway", "istio-system");
    assert.match(JSON.stringify(service), /"name":"http2","port":80,"targetPort":8080/);
    const route = simulation.world.get(kinds.route, "istio-ingressgateway", "istio-system");
    assert.equal(route?.spec?.to?.name, "istio-ingressgateway");
  });

  it("writes nothing more once all is in place", async () => {
    const simulation = new Simulation([...maistra, router], [...namespaces, mesh()]);
    await simulation.settle();
    assert.equal(await simulation.step(), 0);
  });

  it("updates to a new generation: says so, replaces the Routes without a host, prunes what fell away", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh()]);
    await simulation.settle();
    const route = simulation.world.get(kinds.route, "istio-ingressgateway", "istio-system");
    simulation.patch(mesh({ tracing: { sampling: 100 }, addons: { grafana: { enabled: false } } }));
    await simulation.step();
    assert.equal(ready(simulation).reason, "SpecUpdated");
    assert.equal(ready(simulation).message, "Updating mesh from generation 1 to generation 2");
    await simulation.settle();
    const reconciled = condition(live(simulation).status?.conditions, "Reconciled");
    assert.equal(reconciled.message, "Successfully updated from version 2.5.1-1 to version 2.5.1-2");
    assert.equal(ready(simulation).status, "True");
    const after = simulation.world.get(kinds.route, "istio-ingressgateway", "istio-system");
    assert.notEqual(after?.metadata.uid, route?.metadata.uid);
    assert.equal(simulation.world.get(kinds.deployment, "grafana", "istio-system"), undefined);
  });

  it("leaves a second mesh of the namespace alone", async () => {
    const second = object(kinds.controlPlane, "second", "istio-system", { spec: referenceSpec });
    const simulation = new Simulation(maistra, [...namespaces, mesh(), second]);
    await simulation.settle();
    const conditions = simulation.world.get(kinds.controlPlane, "second", "istio-system")?.status?.conditions;
    assert.equal(condition(conditions, "Reconciled").reason, "ErrMultipleSMCPs");
    assert.equal(simulation.world.get(kinds.deployment, "istiod-second", "istio-system"), undefined);
  });

  it("goes only after it has removed what it made", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh()]);
    await simulation.settle();
    assert.deepEqual(live(simulation).metadata.finalizers, ["maistra.io/istio-operator"]);
    simulation.delete(mesh());
    await simulation.step();
    assert.equal(ready(simulation).reason, "Deleting");
    assert.equal(ready(simulation).status, "False");
    await simulation.settle();
    assert.equal(simulation.world.live(mesh()), undefined);
    for (const kind of [
      kinds.deployment,
      kinds.service,
      kinds.route,
      kinds.secret,
      kinds.kiali,
      kinds.mutatingWebhook,
    ]) {
      assert.deepEqual(simulation.world.list(kind), [], kind.kind);
    }
    assert.equal(
      simulation.world.get(kinds.namespace, "istio-system")?.metadata.labels?.["maistra.io/member-of"],
      undefined,
    );
  });
});

describe("stand-in of Maistra: Kiali addon", () => {
  const kialiOf = (simulation: Simulation) => {
    const kiali = simulation.world.get(kinds.kiali, "kiali", "istio-system");
    assert.ok(kiali);
    return kiali;
  };
  const password = (simulation: Simulation): string => {
    const encoded = simulation.world.get(kinds.secret, "htpasswd", "istio-system")?.data?.rawPassword ?? "";
    return Buffer.from(encoded, "base64").toString();
  };

  it("makes a Kiali of the name that the mesh gives it, with tracing off and basic authentication left over", async () => {
    const spec = { ...referenceSpec, addons: { kiali: { enabled: true, name: "my-kiali" } } };
    const simulation = new Simulation(maistra, [...namespaces, mesh(spec)]);
    await simulation.settle();
    const kiali = simulation.world.get(kinds.kiali, "my-kiali", "istio-system");
    const { tracing } = kiali?.spec?.external_services ?? {};
    assert.deepEqual(tracing, {
      auth: { type: "basic", use_kiali_token: false, username: "internal", password: password(simulation) },
      enabled: false,
      in_cluster_url: "https://jaeger-query.istio-system.svc",
      url: "",
      use_grpc: false,
    });
    assert.equal(kiali?.spec?.version, "v1.73");
  });

  it("writes the one generated password into all backends, and into the annotation of what it applied last", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh()]);
    await simulation.settle();
    const { grafana, prometheus, tracing } = kialiOf(simulation).spec?.external_services ?? {};
    const secret = password(simulation);
    assert.ok(secret.length > 64);
    for (const service of [grafana, prometheus, tracing]) assert.equal(service?.auth?.password, secret);
    assert.ok(kialiOf(simulation).metadata.annotations?.[lastApplied]?.includes(secret));
  });

  it("finds Grafana by its Route's host", async () => {
    const grafana = object(kinds.route, "grafana", "istio-system", { spec: { host: "grafana.example", tls: {} } });
    const simulation = new Simulation(maistra, [...namespaces, mesh()]);
    await simulation.settle();
    assert.equal(kialiOf(simulation).spec?.external_services?.grafana?.enabled, false);
    simulation.patch(grafana);
    await simulation.settle();
    assert.equal(kialiOf(simulation).spec?.external_services?.grafana?.enabled, true);
    assert.equal(kialiOf(simulation).spec?.external_services?.grafana?.url, "https://grafana.example");
  });

  it("writes its own fields again after a change of the mesh, and leaves tracing to whoever set it", async () => {
    const simulation = new Simulation(maistra, [...namespaces, mesh()]);
    await simulation.settle();
    const ours = { enabled: true, in_cluster_url: "http://tempo:16686", auth: { type: "none" } };
    const theirs = { grafana: { enabled: true, auth: { password: "mine" } }, istio: { config_map_name: "mine" } };
    const external = { tracing: ours, ...theirs };
    simulation.patch(object(kinds.kiali, "kiali", "istio-system", { spec: { external_services: external } }));
    simulation.patch(mesh({ tracing: { sampling: 100 } }));
    await simulation.settle();
    const { grafana, istio, tracing } = kialiOf(simulation).spec?.external_services ?? {};
    assert.equal(grafana?.enabled, false);
    assert.equal(grafana.auth?.password, password(simulation));
    assert.equal(istio?.config_map_name, "istio-basic");
    assert.equal(tracing?.enabled, true);
    assert.equal(tracing.in_cluster_url, "http://tempo:16686");
    assert.equal((tracing.auth as { type?: string }).type, "none");
  });

  it("keeps its hands off a Kiali that the mesh does not own", async () => {
    const own = object(kinds.kiali, "kiali", "istio-system", { spec: { version: "v1.73" } });
    const simulation = new Simulation(maistra, [...namespaces, own, mesh()]);
    await simulation.settle();
    assert.equal(ready(simulation).status, "True");
    assert.equal(kialiOf(simulation).spec?.external_services?.tracing, undefined);
  });
});
