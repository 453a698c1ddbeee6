import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Resource } from "../../policies/kubernetes/match";
import { presetLevel, presets, type Preset } from "../../policies/presets/definition";
import { rules } from "../../policies/rules";
import { judge } from "./helper";

/** What the program puts into the storage Secret, which the golden files hide. */
const storageSecret = { endpoint: "http://x:9000", bucket: "x", access_key_id: "x", access_key_secret: "x" };

/** The resources that a stack of this project registers, as its golden file has them. */
function resourcesOf(stack: string): readonly Resource[] {
  const file = join(__dirname, "../golden", `${stack}.json`);
  const registered = JSON.parse(readFileSync(file, "utf8")) as { type: string; name: string; inputs: object }[];
  return registered.map(({ type, name, inputs }) => ({
    type,
    urn: `urn:pulumi:${stack}::mesh-tracing::${type}::${name}`,
    props: { ...inputs, ...("stringData" in inputs && { stringData: storageSecret }) },
  }));
}

/** The names of the rules that refuse the resources, by their own levels or by those of a preset. */
async function refusals(resources: readonly Resource[], preset?: Preset): Promise<readonly string[]> {
  const mandatory = rules.filter(
    (rule) => (preset ? presetLevel(preset, rule) : rule.enforcementLevel) === "mandatory",
  );
  const outcomes = await Promise.all(mandatory.map(async (rule) => ({ rule, ...(await judge(rule, resources)) })));
  return outcomes.flatMap(({ rule, violations }) => (violations.length > 0 ? [rule.name] : []));
}

/** What the rules advise about the resources: the rule, and how its messages call the objects. */
async function advice(resources: readonly Resource[]): Promise<Record<string, readonly string[]>> {
  const advised: Record<string, readonly string[]> = {};
  for (const rule of rules.filter(({ enforcementLevel }) => enforcementLevel === "advisory")) {
    const { violations, notes } = await judge(rule, resources);
    assert.deepEqual(notes, [], rule.name);
    const objects = new Set(violations.map(({ message }) => message.split(":", 1)[0] ?? ""));
    if (objects.size > 0) {
      advised[rule.name] = [...objects].sort();
    }
  }
  return advised;
}

const minio = "Deployment tracing-system/minio";
const tempo = "TempoStack tracing-system/simplest";

/** What the rules rightly advise about every stack; docs/design.md says why it is as it is. */
const advisedEverywhere: Record<string, readonly string[]> = {
  "images-pinned": [minio, "Job tracing-system/minio-provisioning-1"],
  "receivers-tls": [tempo],
  "restricted-namespaces": ["Namespace istio-system", "Namespace tracing-system"],
  "storage-tls": [tempo],
  "store-network-policy": [minio],
};

/** What they advise about each stack, in place of that or beside it. */
const advised: Readonly<Record<string, Record<string, readonly string[]>>> = {
  dev: {
    ...advisedEverywhere,
    "images-pinned": [
      ...["details-v1", "productpage-v1", "ratings-v1", "reviews-v1", "reviews-v2", "reviews-v3"].map(
        (name) => `Deployment bookinfo/${name}`,
      ),
      minio,
      "Job istio-system/traffic",
      "Job istio-system/verification",
      "Job tracing-system/minio-provisioning-1",
    ],
    "query-frontend-memory": [tempo],
    "restricted-namespaces": ["Namespace bookinfo", "Namespace istio-system", "Namespace tracing-system"],
  },
  staging: advisedEverywhere,
  prod: {
    ...advisedEverywhere,
    "data-protected": ["PersistentVolumeClaim tracing-system/minio", tempo],
    "gateway-in-production": [tempo],
    "no-minio-in-production": [minio],
  },
};

/** The same resources with the fields of one changed. */
function changed(resources: readonly Resource[], kind: string, spec: object): readonly Resource[] {
  assert.ok(resources.some(({ type }) => type.endsWith(`:${kind}`)));
  return resources.map((resource) =>
    resource.type.endsWith(`:${kind}`)
      ? { ...resource, props: { ...resource.props, spec: { ...(resource.props["spec"] as object), ...spec } } }
      : resource,
  );
}

describe("this project's own stacks and the policy pack", () => {
  for (const stack of ["dev", "staging", "prod"]) {
    it(`refuses nothing of ${stack}`, async () => {
      for (const rule of rules.filter(({ enforcementLevel }) => enforcementLevel === "mandatory")) {
        const { violations, notes } = await judge(rule, resourcesOf(stack));
        assert.deepEqual({ violations, notes }, { violations: [], notes: [] }, rule.name);
      }
    });

    it(`advises about ${stack} what is listed`, async () => {
      // The names of jobs end in a digest of what they do, which is not what is judged here.
      const found = Object.entries(await advice(resourcesOf(stack))).map(
        ([rule, names]) => [rule, names.map((name) => name.replace(/-[0-9a-f]{10}$/, ""))] as const,
      );
      assert.deepEqual(Object.fromEntries(found), advised[stack]);
    });
  }

  it("passes dev and staging with the presets of their names", async () => {
    assert.deepEqual(await refusals(resourcesOf("dev"), presets.dev), []);
    assert.deepEqual(await refusals(resourcesOf("staging"), presets.staging), []);
  });

  it("refuses prod with the preset production, for what docs/design.md says", async () => {
    const refused = ["gateway-in-production", "storage-tls", "no-minio-in-production", "data-protected"];
    assert.deepEqual(await refusals(resourcesOf("prod"), presets.production), refused);
  });

  it("refuses dev without bookinfo among the members", async () => {
    const resources = changed(resourcesOf("dev"), "ServiceMeshMemberRoll", { members: ["tracing-system"] });
    assert.deepEqual(await refusals(resources), ["sidecar-in-mesh"]);
  });

  it("refuses dev without tracing-system among the members", async () => {
    const resources = changed(resourcesOf("dev"), "ServiceMeshMemberRoll", { members: ["bookinfo"] });
    assert.deepEqual(await refusals(resources), ["provider-service-in-mesh"]);
  });

  it("refuses prod with the sampling of dev", async () => {
    const tracing = [{ providers: [{ name: "tempo" }], randomSamplingPercentage: 100 }];
    const resources = changed(resourcesOf("prod"), "Telemetry", { tracing });
    assert.deepEqual(await refusals(resources), ["sampling-within-limit", "sampling-units-agree"]);
  });
});
