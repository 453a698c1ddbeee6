import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import Ajv from "ajv";
import fc from "fast-check";
import { parse } from "yaml";
import type { StackConfig } from "../../components/config";
import { loadConfig, stackConfigSchema, stackFileJsonSchema } from "../../components/config";
import { controlPlaneSampling } from "../../components/maistraMesh";
import { Recorder, runMocked } from "../helpers/mocks";
import { root, runProgram, stackConfig } from "../helpers/program";

/** The least that a stack must set. */
const minimal: Record<string, unknown> = {
  sampling: "10",
  members: ["tracing-system"],
  cluster: { context: "staging" },
  traceStore: { size: "1x.small" },
};

/** Loads a configuration as the engine hands it over: text as it is, all else as JSON. */
function load(values: Record<string, unknown>, secretKeys: string[] = []): Promise<StackConfig> {
  const config = Object.fromEntries(
    Object.entries(values).map(([key, value]) => [
      `mesh-tracing:${key}`,
      typeof value === "string" ? value : JSON.stringify(value),
    ]),
  );
  const keys = secretKeys.map((key) => `mesh-tracing:${key}`);
  return runMocked(new Recorder(), { config: { ...config, "kubernetes:context": "x" }, secretKeys: keys }, loadConfig);
}

/** The problems that the one error of a refused configuration lists. */
async function problemsOf(values: Record<string, unknown>, secretKeys: string[] = []): Promise<string[]> {
  const error = await load(values, secretKeys).then(
    () => assert.fail("the configuration was accepted"),
    (reason: Error) => reason,
  );
  assert.ok(pulumi.RunError.isInstance(error), `not an error for users: ${error.stack}`);
  const problems = error.message.split("\n").filter((line) => line.startsWith("  - "));
  assert.match(error.message, new RegExp(`^The configuration of stack dev has ${problems.length} problem\\(s\\)`));
  return problems.map((line) => line.slice("  - ".length));
}

function schemaFile(): unknown {
  return JSON.parse(readFileSync(path.join(root, "stack.schema.json"), "utf8"));
}

const stacks = ["dev", "staging", "prod"];

describe("config", () => {
  it("fills in every default", async () => {
    assert.deepEqual(await load(minimal), {
      sampling: 10,
      members: ["tracing-system"],
      cluster: { context: "staging", operatorNamespace: "openshift-operators" },
      namespaces: { controlPlane: "istio-system", tracing: "tracing-system", adopt: [] },
      objectStorage: {
        volumeSize: "20Gi",
        credentialsGeneration: 1,
        image: "quay.io/minio/minio:RELEASE.2025-09-07T16-13-09Z",
        clientImage: "quay.io/minio/mc:RELEASE.2025-08-13T08-35-41Z",
      },
      traceStore: { size: "1x.small", storageSize: "10Gi", retention: "48h0m0s" },
      bookinfo: false,
      traffic: {
        requests: 20,
        perSecond: 1,
        timeoutSeconds: 300,
        image: "registry.access.redhat.com/ubi9/nodejs-22-minimal:9.6",
      },
      verification: { timeoutSeconds: 180 },
      readinessTimeoutMinutes: 15,
    });
  });

  it("takes what a stack sets, quantities and durations in the form in which clusters give them back", async () => {
    const digest = `registry.example.test:5000/minio@sha256:${"0".repeat(64)}`;
    const config = await load({
      sampling: "0.01",
      members: ["tracing-system", "bookinfo", "7"],
      cluster: { uid: "6f9619ff-8b86-4d01-b42d-00cf4fc964ff", operatorNamespace: "olm" },
      namespaces: { controlPlane: "mesh", tracing: "traces", adopt: ["mesh"] },
      objectStorage: { volumeSize: "1.5Ti", credentialsGeneration: 3, image: digest, clientImage: digest },
      traceStore: { resources: { memory: "3Gi", cpu: "2000m" }, storageSize: "200M", retention: "1h30m" },
      bookinfo: true,
      traffic: { requests: 359, perSecond: 0.1, timeoutSeconds: 3600, image: digest },
      verification: { timeoutSeconds: 30 },
      readinessTimeoutMinutes: 120,
    });
    assert.equal(config.sampling, 0.01);
    assert.deepEqual(config.members, ["tracing-system", "bookinfo", "7"]);
    assert.deepEqual(config.namespaces, { controlPlane: "mesh", tracing: "traces", adopt: ["mesh"] });
    assert.equal(config.objectStorage.image, digest);
    assert.equal(config.objectStorage.volumeSize, "1536Gi");
    assert.deepEqual(config.traceStore, {
      resources: { memory: "3Gi", cpu: "2" },
      storageSize: "200M",
      retention: "1h30m0s",
    });
  });

  const percentage = "a percentage from 0 to 100 in steps of 0.01";
  const namespaceName = "a namespace name: lower-case letters, digits and '-', at most 63";
  const namespaceNames = "a list of namespace names";
  const quantity = "a Kubernetes quantity such as 200M, 20Gi or 2000m";
  const image = "an image with a tag or, better, a sha256 digest";
  const sizes = "one of 1x.demo, 1x.pico, 1x.extra-small, 1x.small, 1x.medium";
  const clusterKeys = "a map of the keys context, uid, operatorNamespace";
  const namespacesKeys = "a map of the keys controlPlane, tracing, adopt";
  const storageKeys = "a map of the keys volumeSize, credentialsGeneration, image, clientImage";
  const storeKeys = "a map of the keys size, resources, storageSize, retention";
  const trafficKeys = "a map of the keys requests, perSecond, timeoutSeconds, image";
  const verificationKeys = "a map of the keys timeoutSeconds";
  const size = { size: "1x.small" };
  const tooLong = "a".repeat(64);

  /** Each refused value: key, value, path of the problem, what is shown of the value, what is allowed. */
  const refused: readonly (readonly [string, unknown, string, string, string])[] = [
    ["sampling", "250", "sampling", '"250"', percentage],
    ["sampling", "100.01", "sampling", '"100.01"', percentage],
    ["sampling", "-1", "sampling", '"-1"', percentage],
    ["sampling", "0.005", "sampling", '"0.005"', percentage],
    ["sampling", "1e1", "sampling", '"1e1"', percentage],
    ["sampling", "10%", "sampling", '"10%"', percentage],
    ["sampling", "", "sampling", '""', percentage],
    ["sampling", " 1", "sampling", '" 1"', percentage],
    ["sampling", "1\n", "sampling", '"1\\n"', percentage],
    ["members", "bookinfo", "members", '"bookinfo"', namespaceNames],
    ["members", [], "members", "[]", "at least one namespace"],
    ["members", ["a", "B"], "members[1]", '"B"', namespaceName],
    ["members", [tooLong], "members[0]", `"${tooLong}"`, namespaceName],
    ["members", ["-a"], "members[0]", '"-a"', namespaceName],
    ["members", [7], "members[0]", "7", namespaceName],
    ["members", ["a", "b", "a"], "members", '["a","b","a"]', "each namespace once"],
    ["cluster", "prod", "cluster", '"prod"', clusterKeys],
    [
      "cluster",
      {},
      "cluster",
      "{}",
      "context, uid or both, so that the stack cannot reach another cluster by accident",
    ],
    ["cluster", { context: "" }, "cluster.context", '""', "the name of a context"],
    ["cluster", { context: 1 }, "cluster.context", "1", "the name of a context"],
    ["cluster", { uid: "prod" }, "cluster.uid", '"prod"', "a UID such as 6f9619ff-8b86-4d01-b42d-00cf4fc964ff"],
    ["cluster", { context: "x", operatorNamespace: "X" }, "cluster.operatorNamespace", '"X"', namespaceName],
    ["namespaces", [], "namespaces", "[]", namespacesKeys],
    ["namespaces", { controlPlane: "A" }, "namespaces.controlPlane", '"A"', namespaceName],
    ["namespaces", { tracing: "a_b" }, "namespaces.tracing", '"a_b"', namespaceName],
    ["namespaces", { adopt: "all" }, "namespaces.adopt", '"all"', namespaceNames],
    ["namespaces", { adopt: ["a", "a"] }, "namespaces.adopt", '["a","a"]', "each namespace once"],
    ["objectStorage", null, "objectStorage", "null", storageKeys],
    ["objectStorage", { volumeSize: "0Gi" }, "objectStorage.volumeSize", '"0Gi"', quantity],
    ["objectStorage", { volumeSize: 20 }, "objectStorage.volumeSize", "20", quantity],
    ["objectStorage", { volumeSize: "20GB" }, "objectStorage.volumeSize", '"20GB"', quantity],
    [
      "objectStorage",
      { credentialsGeneration: 0 },
      "objectStorage.credentialsGeneration",
      "0",
      "a whole number from 1 to 1000000",
    ],
    [
      "objectStorage",
      { credentialsGeneration: 1.5 },
      "objectStorage.credentialsGeneration",
      "1.5",
      "a whole number from 1 to 1000000",
    ],
    ["objectStorage", { image: "minio" }, "objectStorage.image", '"minio"', image],
    [
      "objectStorage",
      { clientImage: "registry.example.test:5000/mc" },
      "objectStorage.clientImage",
      '"registry.example.test:5000/mc"',
      image,
    ],
    ["traceStore", "1x.small", "traceStore", '"1x.small"', storeKeys],
    ["traceStore", {}, "traceStore", "{}", "exactly one of size and resources"],
    [
      "traceStore",
      { ...size, resources: { memory: "1Gi", cpu: "1" } },
      "traceStore",
      '{"size":"1x.small","resources":{"memory":"1Gi","cpu":"1"}}',
      "exactly one of size and resources",
    ],
    ["traceStore", { size: "1x.huge" }, "traceStore.size", '"1x.huge"', sizes],
    ["traceStore", { resources: { memory: "1Gi" } }, "traceStore.resources.cpu", "nothing", quantity],
    ["traceStore", { resources: { memory: "much", cpu: "1" } }, "traceStore.resources.memory", '"much"', quantity],
    ["traceStore", { ...size, storageSize: "big" }, "traceStore.storageSize", '"big"', quantity],
    [
      "traceStore",
      { ...size, retention: "2d" },
      "traceStore.retention",
      '"2d"',
      "a duration in hours such as 48h or 36h30m",
    ],
    ["bookinfo", "yes", "bookinfo", '"yes"', "true or false"],
    ["traffic", true, "traffic", "true", trafficKeys],
    ["traffic", { requests: 0 }, "traffic.requests", "0", "a whole number from 1 to 1000"],
    ["traffic", { requests: 1001, perSecond: 50 }, "traffic.requests", "1001", "a whole number from 1 to 1000"],
    ["traffic", { requests: "20" }, "traffic.requests", '"20"', "a whole number from 1 to 1000"],
    ["traffic", { perSecond: 0.05, requests: 1 }, "traffic.perSecond", "0.05", "a number from 0.1 to 50"],
    ["traffic", { perSecond: 51 }, "traffic.perSecond", "51", "a number from 0.1 to 50"],
    ["traffic", { timeoutSeconds: 29 }, "traffic.timeoutSeconds", "29", "a whole number from 30 to 3600"],
    ["traffic", { timeoutSeconds: 3601 }, "traffic.timeoutSeconds", "3601", "a whole number from 30 to 3600"],
    [
      "traffic",
      { requests: 300 },
      "traffic",
      '{"requests":300}',
      "requests / perSecond below timeoutSeconds, or the job would be ended before the last one",
    ],
    ["traffic", { image: "node" }, "traffic.image", '"node"', image],
    ["verification", 180, "verification", "180", verificationKeys],
    ["verification", { timeoutSeconds: 5 }, "verification.timeoutSeconds", "5", "a whole number from 30 to 3600"],
    ["verification", { timeoutSeconds: 3601 }, "verification.timeoutSeconds", "3601", "a whole number from 30 to 3600"],
    ["readinessTimeoutMinutes", 0, "readinessTimeoutMinutes", "0", "a whole number from 1 to 120"],
    ["readinessTimeoutMinutes", 121, "readinessTimeoutMinutes", "121", "a whole number from 1 to 120"],
    ["readinessTimeoutMinutes", 1.5, "readinessTimeoutMinutes", "1.5", "a whole number from 1 to 120"],
  ];

  for (const [key, value, at, found, allowed] of refused) {
    it(`refuses ${key}: ${JSON.stringify(value)}`, async () => {
      assert.deepEqual(await problemsOf({ ...minimal, [key]: value }), [
        `mesh-tracing:${at}: found ${found}; allowed: ${allowed}`,
      ]);
    });
  }

  it("has a refused value for every key", () => {
    assert.deepEqual(new Set(refused.map(([key]) => key)), new Set(Object.keys(stackConfigSchema.shape)));
  });

  it("names each key that must be set", async () => {
    assert.deepEqual(await problemsOf({}), [
      `mesh-tracing:sampling: found nothing; allowed: ${percentage}`,
      `mesh-tracing:members: found nothing; allowed: ${namespaceNames}`,
      `mesh-tracing:cluster: found nothing; allowed: ${clusterKeys}`,
      `mesh-tracing:traceStore: found nothing; allowed: ${storeKeys}`,
    ]);
  });

  it("refuses unknown keys at every level and names the known ones", async () => {
    const unknown = {
      ...minimal,
      samplng: "10",
      cluster: { context: "x", region: "y" },
      traceStore: { resources: { memory: "1Gi", cpu: "1", gpu: "1" } },
    };
    assert.deepEqual(await problemsOf(unknown), [
      `mesh-tracing:cluster.region: unknown key; allowed: ${clusterKeys}`,
      "mesh-tracing:traceStore.resources.gpu: unknown key; allowed: a map of the keys memory, cpu",
      `mesh-tracing:samplng: unknown key; allowed: a map of the keys ${Object.keys(stackConfigSchema.shape).join(", ")}`,
    ]);
  });

  it("reports all problems at once and where to mend them", async () => {
    const everywhere = {
      sampling: "101",
      members: ["A", "B"],
      cluster: { context: "", uid: "x" },
      traceStore: { size: "big", retention: "forever" },
      bookinfo: "maybe",
      extra: 1,
    };
    assert.deepEqual(
      (await problemsOf(everywhere)).map((problem) => problem.split(": ")[0]),
      [
        "mesh-tracing:sampling",
        "mesh-tracing:members[0]",
        "mesh-tracing:members[1]",
        "mesh-tracing:cluster.context",
        "mesh-tracing:cluster.uid",
        "mesh-tracing:traceStore.size",
        "mesh-tracing:traceStore.retention",
        "mesh-tracing:bookinfo",
        "mesh-tracing:extra",
      ],
    );
    await assert.rejects(load(everywhere), /nothing was created[^]*Mend them in Pulumi\.dev\.yaml or with 'pulumi/);
  });

  it("is read before anything is registered or asked of the cluster", async () => {
    const recorder = new Recorder();
    const config = { ...stackConfig("dev"), "mesh-tracing:sampling": "250" };
    await assert.rejects(
      runProgram(recorder, { stack: "dev", config, answers: {} }),
      /mesh-tracing:sampling: found "250"/,
    );
    assert.deepEqual(recorder.registered, []);
  });

  describe("and secrets", () => {
    const canary = "hunter2-canary";
    for (const [key, value] of [
      ["sampling", canary],
      ["members", [canary.toUpperCase()]],
      ["cluster", { context: "x", uid: canary }],
      ["objectStorage", { image: canary.toUpperCase() }],
      ["traceStore", { ...size, retention: canary }],
      ["traffic", { requests: canary }],
      ["unknownKey", canary],
    ] as const) {
      it(`shows nothing of ${key} when it is set as a secret`, async () => {
        const problems = (await problemsOf({ ...minimal, [key]: value }, [key])).join("\n");
        assert.ok(!problems.toLowerCase().includes(canary), problems);
        assert.match(problems, key === "unknownKey" ? /unknownKey: unknown key/ : /found \[secret\]; allowed: /);
      });
    }

    it("refuses a secret even where its value would do, since it would reach resources in plain text", async () => {
      assert.deepEqual(await problemsOf({ ...minimal, sampling: "42.42" }, ["sampling"]), [
        "mesh-tracing:sampling: set as a secret, but no key of this program holds one; set it without --secret",
      ]);
    });
  });

  describe("percentages", () => {
    const hundredths = fc.integer({ min: 0, max: 10_000 });
    const accepts = (text: string) => stackConfigSchema.shape.sampling.safeParse(text).success;
    const units = (text: string) => controlPlaneSampling(stackConfigSchema.shape.sampling.parse(text));

    it("become exactly a hundred times as many of Maistra's units", () => {
      // 0.29 * 100 and 1.15 * 100 are not whole numbers in floating point.
      assert.deepEqual(["0.29", "1.15", "0.57", "100.00", "0", "7"].map(units), [29, 115, 57, 10_000, 0, 700]);
      fc.assert(
        fc.property(hundredths, fc.boolean(), (expected, trim) => {
          const whole = Math.floor(expected / 100);
          const written = `${whole}.${String(expected % 100).padStart(2, "0")}`;
          assert.equal(units(trim ? written.replace(/\.?0+$/, "") || "0" : written), expected);
        }),
        { numRuns: 1000 },
      );
    });

    it("are refused above 100, below 0 and in finer steps", () => {
      fc.assert(
        fc.property(fc.integer({ min: 10_001, max: 10_000_000 }), (tooMany) => !accepts((tooMany / 100).toFixed(2))),
      );
      fc.assert(fc.property(hundredths, (value) => !accepts(`-${(value / 100).toFixed(2)}`)));
      fc.assert(
        fc.property(hundredths, fc.integer({ min: 0, max: 999 }), (value, rest) => {
          return !accepts(`${(value / 100).toFixed(2)}${rest}`);
        }),
      );
    });

    it("are nothing but digits and one point", () => {
      fc.assert(
        fc.property(
          fc.string(),
          (text) => accepts(text) === (/^(100|\d{1,2})(\.\d{1,2})?$/.test(text) && Number(text) <= 100),
        ),
      );
    });
  });

  describe("Pulumi.yaml", () => {
    interface Declaration {
      type: string;
      default?: unknown;
      description?: string;
    }
    const declared = (
      parse(readFileSync(path.join(root, "Pulumi.yaml"), "utf8")) as { config: Record<string, Declaration> }
    ).config;
    const config = stackFileJsonSchema().properties as {
      config: { properties: Record<string, Declaration>; required: string[] };
    };

    it("declares exactly the keys of the schema, each described", () => {
      assert.deepEqual(Object.keys(declared).sort(), Object.keys(config.config.properties).sort());
      for (const [key, { description }] of Object.entries(declared)) {
        assert.ok((description ?? "").length > 30, `${key} is not described`);
      }
    });

    it("gives them the same types and defaults, and none to keys that must be set", () => {
      for (const [key, { type, default: byDefault }] of Object.entries(config.config.properties)) {
        assert.equal(declared[key]!.type, type, key);
        assert.deepEqual(declared[key]!.default, byDefault, key);
        assert.equal(config.config.required.includes(key), byDefault === undefined, key);
      }
    });

    it("tells every nested key, with its scalar default", () => {
      for (const [name, schema] of Object.entries(stackConfigSchema.shape)) {
        const nested = (
          config.config.properties[`mesh-tracing:${name}`] as { properties?: Record<string, Declaration> }
        ).properties;
        const text = declared[`mesh-tracing:${name}`]!.description ?? "";
        for (const [key, { default: byDefault }] of Object.entries(nested ?? {})) {
          assert.match(text, new RegExp(`\\b${key}\\b`), `${name}.${key} (${schema.description})`);
          if (
            typeof byDefault === "number" ||
            (typeof byDefault === "string" && !key.toLowerCase().includes("image"))
          ) {
            assert.ok(
              new RegExp(`\\b${key}\\b.*[( ]${byDefault}[),]`).test(text),
              `default of ${name}.${key} in: ${text}`,
            );
          }
        }
      }
    });
  });

  describe("stack.schema.json", () => {
    const validate = new Ajv({ allErrors: true, format: "full" }).compile(stackFileJsonSchema());
    const check = (values: Record<string, unknown>) =>
      validate(
        JSON.parse(
          JSON.stringify({
            config: Object.fromEntries(Object.entries(values).map(([key, value]) => [`mesh-tracing:${key}`, value])),
          }),
        ),
      );

    it("is up to date", () => {
      assert.deepEqual(schemaFile(), JSON.parse(JSON.stringify(stackFileJsonSchema())), "run `npm run schema`");
    });

    for (const stack of stacks) {
      it(`accepts Pulumi.${stack}.yaml, which the program accepts too`, async () => {
        const file = path.join(root, `Pulumi.${stack}.yaml`);
        const text = readFileSync(file, "utf8");
        assert.ok(validate(parse(text)), JSON.stringify(validate.errors));
        assert.match(text, /^# yaml-language-server: \$schema=\.\/stack\.schema\.json\n/);
        await runMocked(new Recorder(), { stack, config: stackConfig(stack) }, loadConfig);
      });
    }

    it("refuses what the program refuses, rules between keys and repetitions aside", () => {
      assert.ok(check(minimal), JSON.stringify(validate.errors));
      for (const [key, value, , , allowed] of refused) {
        if (!/each namespace once|exactly one of|context, uid or both|requests \/ perSecond/.test(allowed)) {
          assert.ok(!check({ ...minimal, [key]: value }), `${key}: ${JSON.stringify(value)}`);
        }
      }
      assert.ok(!check({ ...minimal, samplng: "1" }));
      assert.ok(!check({ ...minimal, sampling: undefined }));
    });
  });
});
