import assert from "node:assert/strict";
import { gatewaysTls } from "../../policies/rules/security/gatewaysTls";
import type { Resource } from "../../policies/kubernetes/match";
import { judge, resource, unknown } from "./helper";

const gateway = (
  servers: unknown,
  { version = "v1beta1", selector = { istio: "ingressgateway" } }: { version?: string; selector?: unknown } = {},
): Resource =>
  resource(`networking.istio.io/${version}:Gateway`, {
    metadata: { name: "bookinfo", namespace: "bookinfo" },
    spec: { selector, servers },
  });
const server = (protocol: unknown, tls?: object) => ({
  hosts: ["*"],
  port: { number: 80, protocol },
  ...(tls && { tls }),
});
const route = (tls: unknown, name: unknown = "istio-ingressgateway"): Resource =>
  resource("route.openshift.io/v1:Route", {
    metadata: { name: "r" },
    spec: { to: { name }, ...(tls !== undefined && { tls }) },
  });
const api = (listeners: unknown, gatewayClassName: unknown = "istio"): Resource =>
  resource("gateway.networking.k8s.io/v1:Gateway", { metadata: { name: "g" }, spec: { gatewayClassName, listeners } });

const messages = async (...resources: Resource[]) =>
  (await judge(gatewaysTls, resources)).violations.map(({ message }) => message);
const undecided = async (...resources: Resource[]) => {
  const { violations, notes } = await judge(gatewaysTls, resources);
  assert.deepEqual(violations, []);
  assert.equal(notes.length, 1);
  assert.match(notes[0] ?? "", /^Not decided for Gateway .* is not known before the update\.$/);
};

describe("gateways-tls", () => {
  it("names the server that takes plain requests, and the fix", async () => {
    assert.deepEqual(await messages(gateway([server("HTTPS"), server("HTTP")])), [
      'Gateway bookinfo/bookinfo: spec.servers[1].port.protocol is "HTTP", so requests, their tokens and their trace ids arrive in plain text. ' +
        "Set tls.httpsRedirect to true beside a server with HTTPS, or put a Route with TLS in front.",
    ]);
    for (const protocol of ["HTTP2", "GRPC", "GRPC-Web", "http"]) {
      assert.equal((await messages(gateway([server(protocol)]))).length, 1, protocol);
    }
    assert.equal((await messages(gateway([server("HTTP", { httpsRedirect: false })]))).length, 1);
  });

  it("accepts servers that take TLS or redirect to it, and other protocols", async () => {
    for (const protocol of ["HTTPS", "TLS", "TCP", "MONGO"]) {
      assert.deepEqual(await messages(gateway([server(protocol)])), [], protocol);
    }
    assert.deepEqual(await messages(gateway([server("HTTP", { httpsRedirect: true })])), []);
    assert.deepEqual(await messages(gateway([{ hosts: ["*"] }])), []);
  });

  it("accepts a gateway behind a Route that takes TLS", async () => {
    assert.deepEqual(await messages(gateway([server("HTTP")]), route({ termination: "edge" })), []);
    for (const other of [route(undefined), route({ termination: "edge" }, "kiali"), route({})]) {
      assert.equal((await messages(gateway([server("HTTP")]), other)).length, 1);
    }
    assert.equal(
      (await messages(gateway([server("HTTP")], { selector: {} }), route({ termination: "edge" }))).length,
      1,
    );
  });

  it("judges every version and patches", async () => {
    for (const version of ["v1", "v1alpha3"]) {
      assert.equal((await messages(gateway([server("HTTP")], { version }))).length, 1, version);
    }
    const patch = resource("networking.istio.io/v1:GatewayPatch", { spec: { servers: [server("HTTP")] } });
    assert.equal((await messages(patch)).length, 1);
    assert.deepEqual(await messages(resource("networking.istio.io/v1:GatewayPatch", { spec: {} })), []);
  });

  it("judges the Gateway API", async () => {
    assert.deepEqual(await messages(api([{ protocol: "TCP" }, { protocol: "HTTP" }])), [
      'Gateway g: spec.listeners[1].protocol is "HTTP", so requests, their tokens and their trace ids arrive in plain text. Add a listener with HTTPS, and redirect to it.',
    ]);
    assert.deepEqual(await messages(api([{ protocol: "HTTP" }, { protocol: "HTTPS" }])), []);
    assert.deepEqual(await messages(api([{ protocol: "HTTP" }, { protocol: "TLS" }])), []);
    assert.deepEqual(await messages(api([{ protocol: "HTTP" }], "istio-waypoint")), []);
    assert.deepEqual(await messages(api([])), []);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    await undecided(gateway(unknown));
    await undecided(gateway([server(unknown)]));
    await undecided(gateway([server("HTTP", { httpsRedirect: unknown })]));
    await undecided(gateway([server("HTTP")], { selector: unknown }));
    await undecided(gateway([server("HTTP")]), route({ termination: unknown }));
    await undecided(gateway([server("HTTP")]), route({ termination: "edge" }, unknown));
    await undecided(api(unknown));
    await undecided(api([{ protocol: "HTTP" }, { protocol: unknown }]));
    await undecided(api([{ protocol: "HTTP" }], unknown));
    assert.deepEqual(await messages(api([{ protocol: unknown }, { protocol: "HTTPS" }])), []);
  });
});
