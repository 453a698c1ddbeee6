import assert from "node:assert/strict";
import { noSensitiveSpanTags } from "../../policies/rules/security/noSensitiveSpanTags";
import type { Resource } from "../../policies/kubernetes/match";
import { controlPlane, judge, resource, telemetry, tokens, unknown } from "./helper";
import { workload } from "./pods";

const tagged = (tag: unknown): Resource => telemetry([{ providers: [{ name: "tempo" }], customTags: { user: tag } }]);
const header = (name: unknown): Resource => tagged({ header: { name } });
const annotated = (text: unknown): Resource =>
  workload({}, { metadata: { annotations: { "proxy.istio.io/config": text } } });
const configMap = (mesh: unknown): Resource =>
  resource("core/v1:ConfigMap", { metadata: { name: "istio", namespace: "istio-system" }, data: { mesh } });

const messages = async (subject: Resource, config?: Record<string, unknown>) => {
  const { violations, notes } = await judge(noSensitiveSpanTags, [subject], config);
  assert.deepEqual(notes, []);
  return violations.map(({ message }) => message);
};

describe("no-sensitive-span-tags", () => {
  it("names the tag, the header and the fix", async () => {
    assert.deepEqual(await messages(header("Authorization")), [
      'Telemetry istio-system/mesh-default: spec.tracing[0].customTags.user.header.name is "Authorization", so every span has the header Authorization in it, and who reads traces may use it. Remove the tag.',
    ]);
  });

  for (const name of [
    "authorization",
    "proxy-authorization",
    "Cookie",
    "set-cookie",
    "x-api-key",
    "X-Auth-Token",
    "x-forwarded-client-cert",
    "x-forwarded-access-token",
    "x-client-secret",
  ]) {
    it(`refuses ${name}`, async () => assert.equal((await messages(header(name))).length, 1));
  }

  it("accepts headers that prove nothing, literals, and variables that are no credentials", async () => {
    for (const tag of [
      { header: { name: "x-request-id" } },
      { header: { name: "user-agent", defaultValue: "authorization" } },
      { literal: { value: "authorization" } },
      { environment: { name: "POD_NAME" } },
      { formatter: { value: "%REQ(X-USER)%" } },
    ]) {
      assert.deepEqual(await messages(tagged(tag)), [], JSON.stringify(tag));
    }
  });

  it("refuses a variable that is a credential", async () => {
    const [message] = await messages(tagged({ environment: { name: "DB_PASSWORD", defaultValue: "x" } }));
    assert.match(message ?? "", /environment\.name is "DB_PASSWORD", so every span has the variable DB_PASSWORD in it/);
  });

  it("reads Envoy's formatter", async () => {
    const [message] = await messages(tagged({ formatter: { value: "%REQ(X-USER?Cookie):10%" } }));
    assert.match(
      message ?? "",
      /formatter\.value is "%REQ\(X-USER\?Cookie\):10%", so every span has the header Cookie in it/,
    );
  });

  it("takes further headers and exceptions from its configuration", async () => {
    assert.deepEqual(await messages(header("x-tenant")), []);
    assert.equal((await messages(header("X-Tenant"), { headers: ["x-tenant"] })).length, 1);
    assert.deepEqual(await messages(header("x-csrf-token"), { allowed: ["X-CSRF-Token"] }), []);
    assert.deepEqual(await messages(header("x-tenant"), { headers: ["x-tenant"], allowed: ["x-tenant"] }), []);
  });

  const customTags = { user: { header: { name: "cookie" } } };
  const elsewhere: readonly (readonly [what: string, subject: Resource])[] = [
    ["a control plane", controlPlane({ meshConfig: { defaultConfig: { tracing: { customTags } } } })],
    [
      "a control plane's preview settings",
      controlPlane({ techPreview: { meshConfig: { defaultConfig: { tracing: { customTags } } } } }),
    ],
    [
      "an Istio",
      resource(tokens.istio, {
        metadata: { name: "default" },
        spec: { values: { meshConfig: { defaultConfig: { tracing: { customTags } } } } },
      }),
    ],
    [
      "an EnvoyFilter",
      resource("networking.istio.io/v1alpha3:EnvoyFilter", {
        spec: { value: { tracing: { custom_tags: [{ tag: "user", request_header: { name: "cookie" } }] } } },
      }),
    ],
    ["a patch", resource(`${tokens.telemetry}Patch`, { spec: { tracing: [{ customTags }] } })],
    ["another version", resource("telemetry.istio.io/v1:Telemetry", { spec: { tracing: [{ customTags }] } })],
  ];
  for (const [what, subject] of elsewhere) {
    it(`reads ${what}`, async () => {
      const [message, ...others] = await messages(subject);
      assert.deepEqual(others, []);
      assert.match(message ?? "", /is "cookie", so every span has the header cookie in it/);
    });
  }

  it("reads texts, and does not show them", async () => {
    const yaml = "tracing:\n  customTags:\n    user:\n      header:\n        name: authorization\n";
    const json = '{"tracing":{"custom_tags":{"user":{"environment":{"name":"API_TOKEN"}}}}}';
    for (const subject of [annotated(yaml), annotated(json), configMap(yaml), configMap(json)]) {
      const [message, ...others] = await messages(subject);
      assert.deepEqual(others, []);
      assert.match(
        message ?? "",
        /is \[secret\], so every span has the (header authorization|variable API_TOKEN) in it/,
      );
    }
    for (const text of [yaml.replace("customTags", "other"), yaml.replace("authorization", "x-user"), ""]) {
      assert.deepEqual(await messages(annotated(text)), []);
      assert.deepEqual(await messages(configMap(text)), []);
    }
    const other = workload({}, { metadata: { annotations: { other: yaml } } });
    assert.deepEqual(await messages(other), []);
  });

  it("leaves the same words elsewhere alone", async () => {
    const matched = resource("networking.istio.io/v1alpha3:EnvoyFilter", { spec: { header: { name: "cookie" } } });
    assert.deepEqual(await messages(matched), []);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    for (const subject of [
      header(unknown),
      tagged(unknown),
      telemetry([{ customTags: unknown }]),
      telemetry([unknown]),
      telemetry(unknown),
      resource("telemetry.istio.io/v1:Telemetry", { metadata: { name: "x" }, spec: unknown }),
      annotated(unknown),
      configMap(unknown),
    ]) {
      const { violations, notes } = await judge(noSensitiveSpanTags, [subject]);
      assert.deepEqual(violations, []);
      assert.equal(notes.length, 1);
      assert.match(notes[0] ?? "", /^Not decided for .* is not known before the update\.$/);
    }
    const selector = telemetry([], { spec: { selector: unknown } });
    assert.deepEqual((await judge(noSensitiveSpanTags, [selector])).notes, [], "has no tags in any case");
  });

  it("does not apply to other kinds", async () => {
    const { notApplicable } = await judge(noSensitiveSpanTags, [resource("core/v1:Service", {})]);
    assert.equal(notApplicable, 1);
  });
});
