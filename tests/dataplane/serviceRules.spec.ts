import assert from "node:assert/strict";
import type { Deployed, EndpointSlice, Service } from "../../dataplane/deployed";
import { servicePorts, serviceRules } from "../../dataplane/serviceRules";

const service = (name: string, spec: Service["spec"]): Service => ({
  kind: "Service",
  metadata: { name, namespace: "mesh" },
  spec,
});
const slice = (name: string, ports: EndpointSlice["ports"], endpoints: EndpointSlice["endpoints"]): EndpointSlice => ({
  kind: "EndpointSlice",
  metadata: { name: `${name}-abcde`, namespace: "mesh", labels: { "kubernetes.io/service-name": name } },
  ports,
  endpoints,
});

/** What was deployed, as far as connections go. */
const deployed = (services: readonly Service[], endpointSlices: readonly EndpointSlice[]): Deployed => ({
  ...{ pods: [], jobs: [], configMaps: [], secrets: [] },
  services,
  endpointSlices,
});

describe("where a Service's connections go", () => {
  const gateway = service("gateway", {
    clusterIP: "10.96.0.9",
    ports: [
      { name: "http2", port: 80 },
      { name: "dns", port: 53, protocol: "UDP" },
    ],
  });

  it("is the target port of each pod that is ready, over all its slices", () => {
    const slices = [
      slice("gateway", [{ name: "http2", port: 8080 }], [{ addresses: ["10.244.0.5"] }]),
      slice(
        "gateway",
        [{ name: "http2", port: 8081 }],
        [
          { addresses: ["10.244.0.6"], conditions: { ready: true } },
          { addresses: ["10.244.0.7"], conditions: { ready: false } },
        ],
      ),
      slice("another", [{ name: "http2", port: 1 }], [{ addresses: ["10.244.0.8"] }]),
    ];
    assert.deepEqual(servicePorts(deployed([gateway], slices)), [
      { clusterIP: "10.96.0.9", port: 80, endpoints: ["10.244.0.5:8080", "10.244.0.6:8081"] },
    ]);
  });

  it("is nowhere without an address or a pod", () => {
    const headless = service("headless", { clusterIP: "None", ports: [{ port: 80 }] });
    const slices = [slice("headless", [{ port: 80 }], [{ addresses: ["10.244.0.5"] }])];
    assert.deepEqual(servicePorts(deployed([headless, gateway], slices)), []);
  });

  it("is each of its pods as often", () => {
    const rules = serviceRules([{ clusterIP: "10.96.0.9", port: 80, endpoints: ["a:1", "b:2", "c:3"] }]);
    const chances = [...rules.matchAll(/--probability ([\d.]+) -j DNAT --to-destination (\S+)/g)];
    assert.deepEqual(
      chances.map(([, chance, endpoint]) => [Number(chance), endpoint]),
      [
        [0.333333, "a:1"],
        [0.5, "b:2"],
      ],
    );
    assert.match(rules, /-A OUTPUT -d 10\.96\.0\.9\/32 -p tcp --dport 80 -j DNAT --to-destination c:3\nCOMMIT\n$/);
  });
});
