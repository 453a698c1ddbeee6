import assert from "node:assert/strict";
import { stringify } from "yaml";
import type { Resource } from "../../policies/kubernetes/match";
import { rules } from "../../policies/rules";
import { exampleOf } from "./examples";
import { controlPlane, judge, namespace, resource, roll } from "./helper";
import { otel, receiving, withProviders } from "./traceObjects";

/** The groups that serve their kinds in several versions, without a change of the fields that rules read. */
const served: Readonly<Record<string, readonly string[]>> = {
  "kiali.io": ["v1alpha1", "v1"],
  "networking.istio.io": ["v1alpha3", "v1beta1", "v1"],
  "sailoperator.io": ["v1alpha1", "v1"],
  "telemetry.istio.io": ["v1alpha1", "v1"],
};

/** The rules that are about the version itself. */
const aboutVersions: ReadonlySet<string> = new Set(["api-versions-served", "api-versions-current"]);
const others = rules.filter(({ name }) => !aboutVersions.has(name));

/** The version in a type token, with the group before it. */
const versionOfToken = /^kubernetes:(?<group>[^/]+)\/(?<version>[^:]+):/;

/** The groups of some objects that serve several versions. */
function groupsOf(objects: readonly Resource[]): readonly string[] {
  const groups = objects.map(({ type }) => versionOfToken.exec(type)?.groups?.["group"] ?? "");
  return [...new Set(groups)].filter((group) => Object.hasOwn(served, group));
}

/** The object in another version of its group; the same if it is of another group. */
function inVersion(object: Resource, group: string, version: string): Resource {
  return versionOfToken.exec(object.type)?.groups?.["group"] === group
    ? {
        ...object,
        type: object.type.replace(versionOfToken, `kubernetes:${group}/${version}:`),
        props: { ...object.props, apiVersion: `${group}/${version}` },
      }
    : object;
}

describe("rules on kinds that are served in several versions", () => {
  for (const rule of others) {
    const objects = exampleOf(rule);
    for (const group of groupsOf(objects)) {
      it(`${rule.name} says the same of every version of ${group}`, async () => {
        const expected = await judge(rule, objects);
        assert.notEqual(expected.violations.length, 0);
        for (const version of served[group]!) {
          const versioned = objects.map((object) => inVersion(object, group, version));
          assert.deepEqual(await judge(rule, versioned), expected, version);
        }
      });
    }
  }

  /** A mesh with a collector that breaks some rules; only `config` differs by version. */
  const collecting = (version: string, config: unknown): readonly Resource[] => [
    namespace("tracing-system", { "pod-security.kubernetes.io/enforce": "restricted" }),
    controlPlane(withProviders(otel("otel-collector.tracing-system.svc.cluster.local"))),
    roll("tracing-system"),
    resource(`opentelemetry.io/${version}:OpenTelemetryCollector`, {
      metadata: { name: "otel", namespace: "tracing-system", annotations: { "pulumi.com/waitFor": "condition=Ready" } },
      spec: { image: "otel/collector:1", ingress: { route: { termination: "insecure" } }, config },
    }),
  ];

  /** What each rule says of a version, of those that say something. */
  const said = async (version: string, config: unknown): Promise<ReadonlyMap<string, readonly string[]>> => {
    const outcomes = await Promise.all(others.map((rule) => judge(rule, collecting(version, config))));
    const messages = outcomes.map(({ violations, notes }) => [...violations.map(({ message }) => message), ...notes]);
    return new Map(
      others.map(({ name }, index) => [name, messages[index]!] as const).filter(([, { length }]) => length),
    );
  };

  const ofAnyConfig = ["wait-for-reported-condition", "ownership-labels", "images-pinned", "routes-tls"];
  for (const [rule, receiver] of [
    ["provider-tls-agrees", { protocols: { grpc: { tls: { cert_file: "/tls.crt" } } } }],
    ["provider-port-takes-spans", { protocols: { http: null } }],
  ] as const) {
    it(`${rule} and others say the same of a collector's configuration as a map and as a text`, async () => {
      const { config } = receiving({ otlp: receiver }) as { config: object };
      const ofMap = await said("v1beta1", config);
      assert.deepEqual(new Set(ofMap.keys()), new Set([rule, ...ofAnyConfig]));
      assert.deepEqual(await said("v1alpha1", stringify(config)), ofMap);
    });
  }

  it("do not judge a collector whose text is no YAML, and say so", async () => {
    const rule = rules.find(({ name }) => name === "provider-port-takes-spans")!;
    const { violations, notes } = await judge(rule, collecting("v1alpha1", "receivers: {"));
    assert.deepEqual(violations, []);
    assert.match(notes.join(), /spec\.config of OpenTelemetryCollector tracing-system\/otel is no YAML\.$/);
  });
});
