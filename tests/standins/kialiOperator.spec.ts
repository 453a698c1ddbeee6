import assert from "node:assert/strict";
import { parse } from "yaml";
import { kialiOperator } from "../../cluster/standins/kiali/operator";
import { kinds, object, type Kiali } from "../../cluster/standins/objects";
import { router } from "../../cluster/standins/router";
import { condition } from "../../cluster/standins/world";
import { namespaces } from "./mesh";
import { Simulation } from "./simulation";

type Spec = NonNullable<Kiali["spec"]>;

const addonSpec: Spec = {
  version: "v1.73",
  auth: { strategy: "openshift" },
  deployment: { accessible_namespaces: ["bookinfo"], ingress: { enabled: true }, namespace: "istio-system" },
  external_services: { tracing: { enabled: false, auth: { type: "basic" } as never } },
};

function kiali(spec: object = addonSpec): Kiali {
  return object(kinds.kiali, "kiali", "istio-system", { spec });
}

/** The Kiali operator beside the router and the allocation of hosts. */
function simulation(spec: object = addonSpec): Simulation {
  return new Simulation([kialiOperator, withHosts, router], [...namespaces, kiali(spec)]);
}

const withHosts = {
  name: "host-allocation",
  watches: [kinds.route],
  reconcile: (world: Simulation["world"]) =>
    world
      .list(kinds.route)
      .filter(({ spec }) => spec?.host === undefined)
      .map(({ metadata }) => ({
        verb: "patch" as const,
        object: object(kinds.route, metadata.name, metadata.namespace, { spec: { host: `${metadata.name}.example` } }),
      })),
};

function live(of: Simulation): Kiali {
  const found = of.world.live(kiali());
  assert.ok(found);
  return found;
}

function verdict(of: Simulation, type: string): string {
  const { status, reason } = condition(live(of).status?.conditions, type);
  return `${status} ${reason ?? ""}`.trim();
}

function podTemplate(of: Simulation): { annotations: Record<string, string> } {
  const deployment = of.world.get(kinds.deployment, "kiali", "istio-system");
  return { annotations: { ...deployment?.spec.template.metadata.annotations } };
}

/** What tests look at of the server's configuration. */
interface ServerConfig {
  readonly external_services: { readonly tracing: Record<string, unknown> };
  readonly identity: Record<string, unknown>;
  readonly login_token: Record<string, unknown>;
  readonly deployment: Record<string, unknown>;
}

function config(of: Simulation): ServerConfig {
  const text = of.world.get(kinds.configMap, "kiali", "istio-system")?.data?.["config.yaml"] ?? "";
  return parse(text) as ServerConfig;
}

describe("stand-in of the Kiali operator", () => {
  it("installs the server: service account, configuration, Service, Deployment, Route", async () => {
    const run = simulation();
    await run.settle();
    for (const [kind, name] of [
      [kinds.serviceAccount, "kiali-service-account"],
      [kinds.configMap, "kiali"],
      [kinds.configMap, "kiali-cabundle"],
      [kinds.service, "kiali"],
      [kinds.deployment, "kiali"],
      [kinds.route, "kiali"],
      [kinds.secret, "kiali-signing-key"],
    ] as const) {
      assert.ok(run.world.get(kind, name, "istio-system"), name);
    }
    const service = run.world.get(kinds.service, "kiali", "istio-system");
    assert.match(JSON.stringify(service), /"port":20001/);
    assert.deepEqual(live(run).metadata.finalizers, ["kiali.io/finalizer"]);
    assert.equal(await run.step(), 0);
  });

  it("lets the server into the accessible namespaces, and out of those that are no longer", async () => {
    const run = simulation();
    await run.settle();
    const label = (name: string) => run.world.get(kinds.namespace, name)?.metadata.labels?.["kiali.io/member-of"];
    assert.equal(label("bookinfo"), "istio-system");
    assert.equal(label("istio-system"), "istio-system");
    assert.ok(run.world.get(kinds.roleBinding, "kiali", "bookinfo"));
    const role = JSON.stringify(run.world.get(kinds.role, "kiali-viewer", "bookinfo"));
    for (const right of ["namespaces", "services", "statefulsets", "networking.istio.io", "telemetry.istio.io"]) {
      assert.ok(role.includes(`"${right}"`), right);
    }
    run.patch(kiali({ deployment: { accessible_namespaces: ["tracing-system"] } }));
    await run.settle();
    assert.equal(label("bookinfo"), undefined);
    assert.equal(run.world.get(kinds.roleBinding, "kiali", "bookinfo"), undefined);
    assert.equal(label("tracing-system"), "istio-system");
  });

  it("serves with the certificate of its Service and signs sessions with its key, in files of the pod", async () => {
    const run = simulation();
    await run.settle();
    const { identity, login_token: token, deployment } = config(run);
    assert.deepEqual(identity, { cert_file: "/kiali-cert/tls.crt", private_key_file: "/kiali-cert/tls.key" });
    assert.equal(token.signing_key, "secret:kiali-signing-key:key");
    assert.equal(deployment.cluster_wide_access, false);
    const pod = JSON.stringify(run.world.get(kinds.deployment, "kiali", "istio-system")?.spec.template.spec);
    assert.match(pod, /"secretName":"kiali-cert-secret"/);
    assert.match(pod, /"secretName":"kiali-signing-key","items":\[{"key":"key","path":"value.txt"}\]/);
    assert.match(pod, /"mountPath":"\/kiali-override-secrets\/login-token-signing-key"/);
  });

  it("says Running first and Successful only when it is through", async () => {
    const run = simulation();
    while (live(run).status === undefined) await run.step();
    assert.equal(verdict(run, "Running"), "True Running");
    assert.equal(run.world.get(kinds.deployment, "kiali", "istio-system"), undefined);
    await run.settle();
    assert.equal(verdict(run, "Running"), "True Successful");
    assert.equal(verdict(run, "Successful"), "True Successful");
    assert.equal(verdict(run, "Failure"), "False");
  });

  it("is not Successful while the Route has no host", async () => {
    const run = new Simulation([kialiOperator, router], [...namespaces, kiali()]);
    await run.settle();
    assert.equal(verdict(run, "Running"), "True Running");
    assert.equal(condition(live(run).status?.conditions, "Successful").status, "Unknown");
  });

  it("keeps saying Successful until it takes a change up, then runs again", async () => {
    const run = simulation();
    await run.settle();
    run.patch(kiali({ external_services: { tracing: { enabled: true, in_cluster_url: "http://tempo" } } }));
    assert.equal(verdict(run, "Successful"), "True Successful");
    assert.equal(config(run).external_services.tracing.enabled, false);
    await run.step();
    assert.equal(verdict(run, "Running"), "True Running");
    assert.equal(condition(live(run).status?.conditions, "Successful").status, "False");
    await run.settle();
    assert.equal(verdict(run, "Successful"), "True Successful");
    assert.equal(config(run).external_services.tracing.in_cluster_url, "http://tempo");
  });

  it("hands the pod annotations on and rolls the server out when its configuration changed", async () => {
    const run = simulation();
    await run.settle();
    const before = podTemplate(run).annotations["operator.kiali.io/last-updated"];
    run.patch(kiali({ deployment: { pod_annotations: { "example.org/hash": "abc" } } }));
    await run.settle();
    const { annotations } = podTemplate(run);
    assert.equal(annotations["example.org/hash"], "abc");
    assert.notEqual(annotations["operator.kiali.io/last-updated"], before);
  });

  it("does not wait for the server's pods", async () => {
    const run = simulation();
    run.broken = ["kiali"];
    await run.settle();
    assert.equal(verdict(run, "Successful"), "True Successful");
    assert.equal(run.world.get(kinds.deployment, "kiali", "istio-system")?.status, undefined);
  });

  const failures: [string, object, RegExp][] = [
    ["an unknown release", { version: "v9" }, /version \[v9\] that does not have a known supported image/],
    ["a login that OpenShift does not have", { auth: { strategy: "openid" } }, /Invalid auth.strategy \[openid\]/],
    ["the login of OpenShift without a Route", { deployment: { ingress: { enabled: false } } }, /requires a Route/],
    ["another image", { deployment: { image_name: "x" } }, /ad hoc Kiali image \[x:\]/],
    ["another namespace", { deployment: { namespace: "elsewhere" } }, /namespace \[elsewhere\] that is different/],
    ["an invalid name", { deployment: { instance_name: "Kiali!" } }, /does not follow the DNS label standard/],
    [
      "a signing key of the wrong length",
      { login_token: { signing_key: "short" } },
      /Signing key must be 16, 24 or 32/,
    ],
    [
      "all namespaces without access to the cluster",
      { deployment: { accessible_namespaces: ["**"], cluster_wide_access: false } },
      /cluster_wide_access must be enabled/,
    ],
    ["an invalid selector", { api: { namespaces: { label_selector_include: "x" } } }, /is not valid \[x\]/],
  ];
  for (const [what, spec, message] of failures) {
    it(`fails on ${what}, installs nothing, and recovers`, async () => {
      const run = new Simulation([kialiOperator, withHosts, router], [...namespaces, kiali({ ...addonSpec, ...spec })]);
      await run.settle();
      assert.equal(verdict(run, "Failure"), "True Failed");
      assert.match(condition(live(run).status?.conditions, "Failure").message ?? "", message);
      assert.equal(condition(live(run).status?.conditions, "Successful").status, "False");
      assert.deepEqual(run.world.list(kinds.deployment), []);
      const mended = { ...live(run), spec: addonSpec, metadata: { ...live(run).metadata, generation: 9 } };
      run.world.put(mended);
      await run.settle();
      assert.equal(verdict(run, "Failure"), "False");
      assert.equal(verdict(run, "Successful"), "True Successful");
    });
  }

  it("does not rename what it installed", async () => {
    const run = simulation();
    await run.settle();
    run.patch(kiali({ deployment: { instance_name: "other" } }));
    await run.settle();
    assert.match(
      condition(live(run).status?.conditions, "Failure").message ?? "",
      /It was \[kiali\] but is now \[other\]/,
    );
  });

  it("goes only after what it made is gone", async () => {
    const run = simulation();
    await run.settle();
    run.delete(kiali());
    await run.settle();
    assert.equal(run.world.live(kiali()), undefined);
    for (const kind of [
      kinds.deployment,
      kinds.service,
      kinds.route,
      kinds.configMap,
      kinds.roleBinding,
      kinds.secret,
    ]) {
      assert.deepEqual(run.world.list(kind), [], kind.kind);
    }
    assert.equal(run.world.get(kinds.namespace, "bookinfo")?.metadata.labels?.["kiali.io/member-of"], undefined);
  });
});
