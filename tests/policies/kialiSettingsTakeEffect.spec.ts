import assert from "node:assert/strict";
import type { Resource } from "../../policies/kubernetes/match";
import { kialiSettingsTakeEffect as rule } from "../../policies/rules/tracePath/kialiSettingsTakeEffect";
import { judge, unknown } from "./helper";
import { frontend, kiali, planeWithAddon, tenantUrl } from "./traceObjects";

/** What the rule says of tracing settings for a version, after their common path. */
async function said(version: unknown, tracing: unknown, suffix = ""): Promise<readonly string[]> {
  return saidOf(kiali(tracing, { version }, { suffix }));
}

async function saidOf(...resources: Resource[]): Promise<readonly string[]> {
  const { violations, notes } = await judge(rule, resources);
  assert.deepEqual(notes, []);
  return violations.map(({ message }) => message.replace(/^.*?: spec\.external_services\.tracing\./, ""));
}

/** The settings that the rule refuses. */
async function refused(version: string, tracing: unknown): Promise<readonly (string | undefined)[]> {
  return (await said(version, tracing)).map((text) => /^\S+/.exec(text)?.[0]);
}

describe("kiali-settings-take-effect", () => {
  it("refuses what v1.73 does not know", async () => {
    const subject = kiali({ enabled: true, provider: "tempo" }, { version: "v1.73" });
    const { violations } = await judge(rule, [subject]);
    assert.deepEqual(violations, [
      {
        message:
          'Kiali istio-system/kiali: spec.external_services.tracing.provider is "tempo", which Kiali v1.73 ignores, for it came ' +
          "after v1.73. This version asks Jaeger's API alone: remove it, and ask at port 16686 of a query-frontend.",
        urn: subject.urn,
      },
    ]);
    const all = {
      internal_url: frontend(3200),
      external_url: "https://x",
      tempo_config: { url_format: "openshift", name: "x" },
      grpc_port: 9095,
      health_check_url: "http://x",
      custom_headers: { a: "b" },
      disable_version_check: true,
      use_waypoint_name: true,
      auth: { oauth2: {} },
    };
    assert.deepEqual(await refused("v1.73", all), [
      "internal_url",
      "external_url",
      "tempo_config",
      "grpc_port",
      "health_check_url",
      "custom_headers",
      "disable_version_check",
      "use_waypoint_name",
      "auth.oauth2",
    ]);
  });

  it("takes the addon's version for v1.73, also of a patch", async () => {
    const patch = kiali({ external_url: "https://x" }, {}, { suffix: "Patch" });
    assert.deepEqual(await saidOf(planeWithAddon(), patch), [
      'external_url is "https://x", which Kiali v1.73 ignores, for it came after v1.73. Use url.',
    ]);
    assert.deepEqual(await saidOf(planeWithAddon({ enabled: false }), patch), []);
  });

  it("knows in which version each setting came or went", async () => {
    const base = { enabled: true };
    const openshift = { url_format: "openshift", name: "x", namespace: "y", tenant: "z" };
    const cases: readonly (readonly [string, object, readonly string[]])[] = [
      [
        "v2.4",
        { provider: "tempo", internal_url: frontend(3200), external_url: "https://x", health_check_url: "http://x" },
        [],
      ],
      ["v2.4", { disable_version_check: false }, ["disable_version_check"]],
      ["v2.11", { disable_version_check: true }, []],
      [
        "v2.11",
        { tempo_config: openshift },
        ["tempo_config.name", "tempo_config.namespace", "tempo_config.tenant", "tempo_config.url_format"],
      ],
      ["v2.11", { tempo_config: { url_format: "grafana", org_id: "1" } }, []],
      ["v2.17", { tempo_config: openshift }, []],
      ["v2.17", { use_waypoint_name: true }, ["use_waypoint_name"]],
      ["v2.22", { use_waypoint_name: true }, []],
      ["v2.22", { auth: { oauth2: { client_id: "x" } } }, ["auth.oauth2"]],
      ["v2.27", { auth: { oauth2: { client_id: "x" } } }, []],
      ["v2.17", { auth: { ca_file: "/x" } }, []],
      ["v2.22", { auth: { ca_file: "/x" } }, ["auth.ca_file"]],
      [
        "v1.73",
        { auth: { ca_file: "/x", type: "none" }, in_cluster_url: frontend(16686), url: "https://x", use_grpc: false },
        [],
      ],
    ];
    for (const [version, tracing, expected] of cases) {
      assert.deepEqual(
        await refused(version, { ...base, ...tracing }),
        expected,
        `${version} ${JSON.stringify(tracing)}`,
      );
    }
    assert.deepEqual(await said("v2.22", { ...base, auth: { ca_file: "/x" } }), [
      'auth.ca_file is "/x", which Kiali v2.22 ignores, for it went with v2.22. Put the CA into the ConfigMap kiali-cabundle.',
    ]);
    assert.deepEqual(await refused("v1.73", { internal_url: "", provider: null }), []);
    const next = {
      "v1.74": {
        internal_url: "x",
        external_url: "x",
        provider: "x",
        tempo_config: {},
        grpc_port: 1,
        health_check_url: "x",
        custom_headers: {},
      },
      "v2.5": { disable_version_check: true },
      "v2.12": { tempo_config: openshift },
      "v2.18": { use_waypoint_name: true },
      "v2.23": { auth: { oauth2: {} } },
      "v2.21": { auth: { ca_file: "/x" } },
    };
    for (const [version, tracing] of Object.entries(next)) {
      assert.deepEqual(await refused(version, { ...base, ...tracing }), [], version);
    }
    assert.match((await said("v1.73", { internal_url: "x" }))[0] ?? "", /came after v1\.73\. Use in_cluster_url\.$/);
    assert.match(
      (await said("v2.4", { ...base, use_waypoint_name: true }))[0] ?? "",
      /came after v2\.17\. Remove it, or use a later version\.$/,
    );
  });

  it("refuses URLs without tracing switched on, which from v2 on is off by default", async () => {
    const off = "enabled is not set, which means false from v2 on, so Kiali shows no traces. Set it to true.";
    for (const version of ["v2.4", "v2.27", "default", undefined]) {
      assert.deepEqual(await said(version, { internal_url: frontend(3200) }), [off]);
      assert.deepEqual(await said(version, { in_cluster_url: frontend(3200) }), [off]);
      for (const enabled of [true, false]) {
        assert.deepEqual(await said(version, { internal_url: frontend(3200), enabled }), []);
      }
      assert.deepEqual(await said(version, { external_url: "https://x" }), []);
      assert.deepEqual(await said(version, { internal_url: frontend(3200) }, "Patch"), []);
    }
    assert.deepEqual(await said("v1.73", { in_cluster_url: frontend(16686) }), []);
  });

  it("refuses a URL that the former setting overrules", async () => {
    const both = { enabled: true, internal_url: frontend(3200), in_cluster_url: frontend(16686) };
    assert.deepEqual(await said("v2.4", both), [
      "internal_url is [secret], but the former spec.external_services.tracing.in_cluster_url is set, too, and overrules it. Remove in_cluster_url.",
    ]);
    assert.deepEqual(await refused("v2.4", { enabled: true, url: "https://a", external_url: "https://b" }), [
      "external_url",
    ]);
    assert.deepEqual(await refused("v2.4", { enabled: true, url: "https://a", external_url: "https://a" }), []);
    assert.deepEqual(await refused("v2.4", { enabled: true, url: "https://a", external_url: "" }), []);
    assert.deepEqual(await refused("v2.4", { enabled: true, in_cluster_url: "", internal_url: "http://a" }), []);
  });

  it("refuses links to OpenShift's console without the Tempo instance that they lead to", async () => {
    const config = {
      enabled: true,
      internal_url: tenantUrl,
      tempo_config: { url_format: "openshift", name: "x", tenant: "" },
    };
    assert.deepEqual(await said("v2.17", config), [
      "tempo_config.namespace is not set, but links of the url_format openshift need it. Set name, namespace and tenant of the Tempo instance.",
      'tempo_config.tenant is "", but links of the url_format openshift need it. Set name, namespace and tenant of the Tempo instance.',
    ]);
    assert.deepEqual(await said("v2.17", config, "Patch"), []);
  });

  it("refuses OAuth 2 with gRPC", async () => {
    const oauth = { enabled: true, auth: { type: "oauth2", oauth2: {} } };
    assert.deepEqual(await said("v2.27", oauth), [
      'auth.type is "oauth2", which Kiali knows for HTTP only, but use_grpc is on. Set use_grpc to false.',
    ]);
    assert.equal((await said("v2.27", { ...oauth, use_grpc: true })).length, 1);
    assert.deepEqual(await said("v2.27", { ...oauth, use_grpc: false }), []);
    assert.deepEqual(await said("v2.27", oauth, "Patch"), []);
    assert.deepEqual(await said("v2.27", { enabled: true, auth: { type: "bearer" } }), []);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    const subjects = [
      kiali({ provider: "tempo" }, { version: unknown }),
      kiali({ provider: unknown }, { version: "v1.73" }),
      kiali(
        { enabled: true, tempo_config: { url_format: unknown, name: "x", namespace: "y", tenant: "z" } },
        { version: "v2.11" },
      ),
      kiali({ internal_url: unknown }, { version: "v2.4" }),
      kiali({ enabled: unknown, internal_url: frontend(3200) }, { version: "v2.4" }),
      kiali({ enabled: true, internal_url: unknown, in_cluster_url: "http://x" }, { version: "v2.4" }),
      kiali({ enabled: true, internal_url: "http://x", in_cluster_url: unknown }, { version: "v2.4" }),
      kiali({ enabled: true, use_grpc: unknown, auth: { type: "oauth2" } }, { version: "v2.27" }),
    ];
    for (const subject of subjects) {
      const { violations, notes } = await judge(rule, [subject]);
      assert.equal(notes.length, 1, JSON.stringify({ notes, violations }));
      assert.match(notes[0] ?? "", /is not known before the update\.$/);
    }
    const { notes } = await judge(rule, [planeWithAddon({ name: unknown }), kiali({ provider: "tempo" })]);
    assert.equal(notes.length, 1);
  });
});
