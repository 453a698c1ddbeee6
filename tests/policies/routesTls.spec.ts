import assert from "node:assert/strict";
import { routesTls } from "../../policies/rules/security/routesTls";
import type { Resource } from "../../policies/kubernetes/match";
import { judge, mend, resource, unknown } from "./helper";

const metadata = { name: "kiali", namespace: "istio-system" };
const to = { kind: "Service", name: "kiali" };
const route = (tls?: unknown, token = "route.openshift.io/v1:Route"): Resource =>
  resource(token, { metadata, spec: { to, ...(tls !== undefined && { tls }) } });
const ingress = (tls?: unknown, annotations: object = {}): Resource =>
  resource("networking.k8s.io/v1:Ingress", {
    metadata: { ...metadata, annotations },
    spec: { ...(tls !== undefined && { tls }) },
  });

const messages = async (subject: Resource) =>
  (await judge(routesTls, [subject])).violations.map(({ message }) => message);
const plain = "so what goes through it, tokens and traces too, travels in plain text";

describe("routes-tls", () => {
  it("accepts a Route that ends TLS and serves nothing else", async () => {
    for (const tls of [
      { termination: "edge" },
      { termination: "edge", insecureEdgeTerminationPolicy: "Redirect" },
      { termination: "reencrypt", insecureEdgeTerminationPolicy: "None" },
      { termination: "passthrough" },
    ]) {
      assert.deepEqual(await messages(route(tls)), []);
    }
  });

  it("names what a Route lacks, and the fix", async () => {
    assert.deepEqual(await messages(route()), [
      `Route istio-system/kiali: spec.tls.termination is not set, ${plain}. Set it to edge, reencrypt or passthrough.`,
    ]);
    assert.deepEqual(await messages(route({ termination: "edge", insecureEdgeTerminationPolicy: "Allow" })), [
      'Route istio-system/kiali: spec.tls.insecureEdgeTerminationPolicy is "Allow", so it serves plain HTTP beside HTTPS. Set it to Redirect.',
    ]);
  });

  it("names what an Ingress lacks, and the fix", async () => {
    const [message, ...others] = await messages(ingress());
    assert.deepEqual(others, []);
    assert.equal(
      message,
      `Ingress istio-system/kiali: spec.tls is not set, ${plain}. Name the hosts and the Secret with their certificate.`,
    );
    assert.equal((await messages(ingress([]))).length, 1);
    assert.deepEqual(await messages(ingress([{ hosts: ["a"], secretName: "b" }])), []);
    assert.deepEqual(await messages(ingress(undefined, { "route.openshift.io/termination": "edge" })), []);
    assert.deepEqual(await messages(ingress(undefined, { "alb.ingress.kubernetes.io/certificate-arn": "arn" })), []);
    assert.equal((await messages(ingress(undefined, { other: "x" }))).length, 1);
  });

  const custom: readonly (readonly [token: string, path: string, spec: (termination: unknown) => object])[] = [
    [
      "tempo.grafana.com/v1alpha1:TempoStack",
      "spec.template.gateway.ingress.route.termination",
      (termination) => ({ template: { gateway: { ingress: { route: { termination } } } } }),
    ],
    [
      "tempo.grafana.com/v1alpha1:TempoStack",
      "spec.template.queryFrontend.jaegerQuery.ingress.route.termination",
      (termination) => ({ template: { queryFrontend: { jaegerQuery: { ingress: { route: { termination } } } } } }),
    ],
    [
      "tempo.grafana.com/v1alpha1:TempoMonolithic",
      "spec.jaegerui.route.termination",
      (termination) => ({ jaegerui: { route: { termination } } }),
    ],
    [
      "opentelemetry.io/v1beta1:OpenTelemetryCollector",
      "spec.ingress.route.termination",
      (termination) => ({ ingress: { route: { termination } } }),
    ],
  ];
  for (const [token, path, spec] of custom) {
    it(`judges ${path} of a ${token}`, async () => {
      const subject = (termination: unknown) => resource(token, { metadata, spec: spec(termination) });
      const [message, ...others] = await messages(subject("insecure"));
      assert.deepEqual(others, []);
      assert.ok(
        message?.endsWith(`${path} is "insecure", ${plain}. Remove it, or set edge, reencrypt or passthrough.`),
      );
      for (const termination of ["edge", "reencrypt", "passthrough"]) {
        assert.deepEqual(await messages(subject(termination)), []);
      }
      assert.deepEqual(await messages(resource(token, { metadata, spec: {} })), []);
      const { violations, notes } = await judge(routesTls, [subject(unknown)]);
      assert.equal(violations.length, 0);
      assert.equal(notes.length, 1);
    });
  }

  it("asks a patch for nothing, and judges what it sets", async () => {
    const patch = "route.openshift.io/v1:RoutePatch";
    assert.deepEqual(await messages(route(undefined, patch)), []);
    assert.equal((await messages(route({ insecureEdgeTerminationPolicy: "Allow" }, patch))).length, 1);
    assert.deepEqual(await messages(resource("networking.k8s.io/v1:IngressPatch", { metadata, spec: {} })), []);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const subject of [
      route(unknown),
      route({ termination: unknown }),
      route({ termination: "edge", insecureEdgeTerminationPolicy: unknown }),
      ingress(unknown),
      ingress(undefined, { "route.openshift.io/termination": unknown }),
    ]) {
      const { violations, notes } = await judge(routesTls, [subject]);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
      assert.match(notes[0] ?? "", /^Not decided for \w+ istio-system\/kiali: .* is not known before the update\.$/);
    }
  });

  it("mends a Route that serves plain HTTP too, and no other", async () => {
    const mended = async (subject: Resource) => (await mend(routesTls, subject))?.props;
    assert.deepEqual(await mended(route({ termination: "edge", insecureEdgeTerminationPolicy: "Allow" })), {
      metadata,
      spec: { to, tls: { termination: "edge", insecureEdgeTerminationPolicy: "Redirect" } },
    });
    for (const subject of [
      route(),
      route({ termination: "edge" }),
      route({ insecureEdgeTerminationPolicy: unknown }),
      ingress(),
    ]) {
      assert.equal(await mended(subject), undefined);
    }
  });

  it("does not apply to other kinds", async () => {
    const { notApplicable } = await judge(routesTls, [resource("core/v1:Service", {})]);
    assert.equal(notApplicable, 1);
  });
});
