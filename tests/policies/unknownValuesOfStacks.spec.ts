import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import { rules } from "../../policies/rules";
import { controlPlane, deployment, namespace, resource, roll, telemetry, tokens } from "./helper";
import { destinationRule, istio, otel, service, tempoService, tempoStack, withProviders, zipkin } from "./traceObjects";
import { withoutEach } from "./unknownPlaces";

const rbac = (kind: string, name: string, props: object): Resource =>
  resource(`rbac.authorization.k8s.io/v1:${kind}`, { metadata: { name }, ...props });
const everybody = [{ kind: "Group", name: "system:authenticated" }];
const bindingTo = (name: string): Resource =>
  rbac("ClusterRoleBinding", "binding", { roleRef: { kind: "ClusterRole", name }, subjects: everybody });

const members = roll("tracing-system", "bookinfo");
const store = tempoStack({ template: { distributor: { tls: { enabled: true } } } });
const rule = (mode: string): Resource => destinationRule({ host: tempoService, trafficPolicy: { tls: { mode } } });
const mutualTls = { security: { dataPlane: { mtls: true } } };
const own = service({ selector: { app: "collector" }, ports: [{ port: 9411 }] });
const behind = (ns: string): Resource =>
  deployment(ns, { labels: { app: "collector", "sidecar.istio.io/inject": "true" } });
const ownService = "collector.tracing-system.svc.cluster.local";
const sidecar = resource("networking.istio.io/v1:Sidecar", {
  metadata: { name: "default", namespace: "shop" },
  spec: { egress: [{ hosts: ["./*"] }] },
});
const gateway = deployment("bookinfo", { labels: { "inject.istio.io/templates": "gateway" } });
const rated = (ns: string, rate: number): Resource => telemetry([{ randomSamplingPercentage: rate }], { ns, name: ns });
const byVersion = resource(tokens.istio, {
  metadata: { name: "default" },
  spec: { namespace: "istio-system", updateStrategy: { type: "RevisionBased" } },
});
const using = (name: string, ns: string): Resource => telemetry([{ providers: [{ name }] }], { ns, name: ns });
const injected = deployment("bookinfo", { labels: { app: "x" } });

/** Stacks in which it takes several objects to tell whether a rule is broken. */
const cases: readonly (readonly [rule: string, ...resources: Resource[]])[] = [
  ["provider-service-in-mesh", controlPlane(), members],
  ["provider-tls-agrees", controlPlane(withProviders(zipkin())), members, store, rule("SIMPLE")],
  ["store-reachable-under-mtls", controlPlane({ ...withProviders(zipkin()), ...mutualTls }), members, tempoStack()],
  ["store-reachable-under-mtls", controlPlane(withProviders(zipkin())), members, tempoStack(), rule("ISTIO_MUTUAL")],
  [
    "store-reachable-under-mtls",
    controlPlane({ ...withProviders(zipkin(ownService)), ...mutualTls }),
    ...[members, own, behind("tracing-system")],
  ],
  [
    "sidecar-egress-includes-store",
    controlPlane(withProviders(zipkin())),
    ...[roll("bookinfo"), using("tempo", "istio-system"), sidecar],
  ],
  [
    "trace-context-formats-agree",
    controlPlane(withProviders(zipkin(), otel(tempoService))),
    using("tempo", "bookinfo"),
  ],
  ["sampling-raised-at-gateway", controlPlane(), members, rated("istio-system", 1), rated("bookinfo", 5), gateway],
  ["traced-pods-labelled", namespace("bookinfo", { "istio-injection": "enabled" }), injected],
  ["traced-pods-labelled", namespace("bookinfo", { "istio-injection": "enabled" }), gateway],
  ["injection-revision-exists", byVersion, namespace("bookinfo", { "istio-injection": "enabled" })],
  [
    "sidecar-request-effective",
    istio([]),
    namespace("bookinfo", { "istio-injection": "disabled" }),
    deployment("bookinfo"),
  ],
  [
    "sidecar-request-effective",
    ...[istio([]), roll("bookinfo"), namespace("bookinfo")],
    deployment("bookinfo", { annotations: { "sidecar.istio.io/inject": "true" } }),
  ],
  [
    "no-wide-bindings",
    bindingTo("traces"),
    rbac("ClusterRole", "traces", {
      rules: [{ apiGroups: ["tempo.grafana.com"], resources: ["dev"], verbs: ["get"] }],
    }),
  ],
  [
    "tenants-not-for-everyone",
    bindingTo("x"),
    rbac("ClusterRole", "x", { rules: [{ apiGroups: ["tempo.grafana.com"], resources: ["dev"], verbs: ["get"] }] }),
  ],
  [
    "no-wide-roles",
    rbac("ClusterRole", "x", { rules: [{ apiGroups: [""], resources: ["secrets"], verbs: ["get"] }] }),
    rbac("RoleBinding", "x", { roleRef: { kind: "ClusterRole", name: "x" }, subjects: [] }),
  ],
  [
    "no-wide-scc",
    rbac("ClusterRole", "x", {
      rules: [
        {
          ...{ apiGroups: ["security.openshift.io"], resources: ["securitycontextconstraints"] },
          ...{ verbs: ["use"], resourceNames: ["privileged"] },
        },
      ],
    }),
  ],
];

describe("a value of a stack that only the update tells", () => {
  for (const [name, ...resources] of cases) {
    const kinds = resources.map(({ type }) => type.split(":").at(-1)).join(", ");
    it(`breaks ${name} only where it does so in any case, and else leaves it undecided: ${kinds}`, async () => {
      const judged = rules.find((each) => each.name === name);
      assert.ok(judged);
      assert.deepEqual((await withoutEach(judged, resources)).problems, []);
    });
  }
});
