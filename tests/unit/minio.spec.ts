import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { Minio } from "../../components/minio";
import type { Deployed } from "../helpers/deploy";
import { assertComponent, deploy } from "../helpers/deploy";
import { makersOf, secretMark, valueOf } from "../helpers/mocks";
import { root } from "../helpers/program";

function deployed(credentialsGeneration = 1): Promise<Deployed<Minio>> {
  const args = { volumeSize: "7Gi", image: "server:1", clientImage: "client:1" };
  return deploy(() => new Minio("minio", { namespace: pulumi.output("traces"), credentialsGeneration, ...args }), {});
}

/** The parts of a pod template that the tests look at. */
interface Pod {
  readonly restartPolicy: string;
  readonly containers: readonly [
    {
      readonly args: readonly string[];
      readonly env: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: unknown }[];
    },
  ];
}

function podOf(deployment: Deployed<Minio>, name: string): Pod {
  return (deployment.recorder.find(name).inputs.spec as { template: { spec: Pod } }).template.spec;
}

/** A pod's environment: values as they are, references as `secret/key`. */
function environmentOf({ containers: [container] }: Pod): Record<string, string | undefined> {
  return Object.fromEntries(
    container.env.map(({ name, value, valueFrom }) => {
      const ref = (valueFrom as { secretKeyRef: { name: string; key: string } } | undefined)?.secretKeyRef;
      return [name, ref === undefined ? value : `${ref.name}/${ref.key}`];
    }),
  );
}

describe("Minio", () => {
  it("is a component", async () => {
    assertComponent(await deployed(), "mesh-tracing:storage:Minio");
  });

  describe("the server", () => {
    it("keeps its data on a volume of the configured size", async () => {
      const { recorder } = await deployed();
      assert.partialDeepStrictEqual(recorder.find("minio-volume").inputs, {
        metadata: { name: "minio", namespace: "traces" },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: "7Gi" } } },
      });
      assert.partialDeepStrictEqual(recorder.find("minio-server").inputs, {
        spec: {
          template: {
            spec: {
              containers: [{ volumeMounts: [{ name: "storage", mountPath: "/storage" }] }],
              volumes: [{ name: "storage", persistentVolumeClaim: { claimName: "minio" } }],
            },
          },
        },
      });
    });

    it("is one, and ended before the next starts, since the volume can be mounted once", async () => {
      const { recorder } = await deployed();
      assert.partialDeepStrictEqual(recorder.find("minio-server").inputs.spec, {
        replicas: 1,
        strategy: { type: "Recreate" },
      });
    });

    it("has probes, resources, the configured image and no token", async () => {
      const { recorder } = await deployed();
      assert.partialDeepStrictEqual(recorder.find("minio-server").inputs.spec, {
        template: {
          spec: {
            automountServiceAccountToken: false,
            containers: [
              {
                image: "server:1",
                readinessProbe: { httpGet: { path: "/minio/health/ready", port: "http-s3" } },
                livenessProbe: { httpGet: { path: "/minio/health/live", port: "http-s3" } },
                resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "1Gi" } },
              },
            ],
          },
        },
      });
    });

    it("is what the Service selects, and the jobs' pods are not", async () => {
      const { recorder } = await deployed();
      const { selector, ports } = recorder.find("minio-service").inputs.spec as {
        selector: Record<string, string>;
        ports: unknown;
      };
      assert.deepEqual(ports, [{ name: "http-s3", port: 9000, targetPort: "http-s3", protocol: "TCP" }]);
      const labelsOf = (name: string) =>
        (recorder.find(name).inputs.spec as { template: { metadata: { labels: Record<string, string> } } }).template
          .metadata.labels;
      const selects = (name: string) => Object.entries(selector).every(([key, value]) => labelsOf(name)[key] === value);
      assert.ok(selects("minio-server"));
      assert.ok(!selects("minio-provisioning-1"));
      const server = recorder.find("minio-server").inputs.spec as { selector: { matchLabels: object } };
      assert.deepEqual(server.selector.matchLabels, selector);
    });
  });

  describe("credentials", () => {
    it("are generated, letters and digits only, since they pass through a shell and a configuration file", async () => {
      const { recorder } = await deployed();
      assert.deepEqual(
        recorder.ofType("random:index/randomPassword:RandomPassword").map(({ name, inputs }) => [name, inputs]),
        [
          ["minio-access-key-id-1", { length: 20, special: false }],
          ["minio-access-key-secret-1", { length: 40, special: false }],
          ["minio-root-password", { length: 40, special: false }],
          ["minio-root-user", { length: 20, special: false }],
        ],
      );
    });

    it("reach the cluster in Secrets alone, in the form that tempo-operator reads", async () => {
      const { recorder } = await deployed();
      assert.partialDeepStrictEqual(recorder.reveal("minio-access-key-1"), {
        metadata: { name: "minio", namespace: "traces" },
        stringData: {
          endpoint: "http://minio.traces.svc.cluster.local:9000",
          bucket: "tempo",
          access_key_id: "generated-minio-access-key-id-1",
          access_key_secret: "generated-minio-access-key-secret-1",
        },
      });
      assert.partialDeepStrictEqual(recorder.reveal("minio-root"), {
        metadata: { name: "minio-root", namespace: "traces" },
        stringData: { user: "generated-minio-root-user", password: "generated-minio-root-password" },
      });
    });

    it("are secret wherever they go", async () => {
      const { component, recorder } = await deployed();
      assert.ok(!JSON.stringify(recorder.resources.map(({ inputs }) => inputs)).includes("generated-"));
      assert.equal(recorder.find("minio-access-key-1").inputs.stringData, secretMark);
      assert.equal(recorder.find("minio-root").inputs.stringData, secretMark);
      assert.equal(await pulumi.isSecret(component.accessKeyId), true);
      for (const output of [component.secretName, component.endpoint, component.rootSecretName]) {
        assert.equal(await pulumi.isSecret(output), false);
      }
    });

    it("stand in no source file, as minio and minio123 would", () => {
      for (const file of ["minio.ts", "minioClient.ts", "credentialRetirement.ts", "config.ts"]) {
        assert.doesNotMatch(readFileSync(path.join(root, "components", file), "utf8"), /minio123|minioadmin/);
      }
    });

    it("come to the server from its Secret", async () => {
      assert.deepEqual(environmentOf(podOf(await deployed(), "minio-server")), {
        MINIO_ROOT_USER: "minio-root/user",
        MINIO_ROOT_PASSWORD: "minio-root/password",
        HOME: "/tmp",
      });
    });
  });

  describe("provisioning", () => {
    it("makes the bucket and a key for that bucket alone", async () => {
      const pod = podOf(await deployed(), "minio-provisioning-1");
      assert.match(pod.containers[0].args[0]!, /^mc mb --ignore-existing store\/tempo$/m);
      assert.match(pod.containers[0].args[0]!, /\| mc admin user add store$/m);
      const { BUCKET_POLICY: policy, ...environment } = environmentOf(pod);
      assert.deepEqual(JSON.parse(policy!), {
        Version: "2012-10-17",
        Statement: [{ Effect: "Allow", Action: ["s3:*"], Resource: ["arn:aws:s3:::tempo", "arn:aws:s3:::tempo/*"] }],
      });
      assert.deepEqual(environment, {
        ENDPOINT: "http://minio.traces.svc.cluster.local:9000",
        ROOT_USER: "minio-root/user",
        ROOT_PASSWORD: "minio-root/password",
        ACCESS_KEY_ID: "minio/access_key_id",
        ACCESS_KEY_SECRET: "minio/access_key_secret",
        MC_CONFIG_DIR: "/tmp/mc",
      });
    });

    it("puts no password on a command line", async () => {
      const [script] = podOf(await deployed(), "minio-provisioning-1").containers[0].args;
      for (const line of script!.split("\n").filter((each) => /PASSWORD|KEY_SECRET/.test(each))) {
        // printf is the shell's own: it starts no process.
        assert.match(line, /^printf [^|]*\| mc [^$]*("\$ENDPOINT")?[^$]*$/, line);
      }
    });

    it("is bounded, tried again and kept, with the last words of a failure", async () => {
      const { recorder } = await deployed();
      const { inputs } = recorder.find("minio-provisioning-1");
      assert.partialDeepStrictEqual(inputs.spec, {
        backoffLimit: 6,
        activeDeadlineSeconds: 600,
        template: {
          spec: {
            restartPolicy: "Never",
            automountServiceAccountToken: false,
            containers: [{ image: "client:1", terminationMessagePolicy: "FallbackToLogsOnError" }],
          },
        },
      });
      assert.ok(!("ttlSecondsAfterFinished" in (inputs.spec as object)));
    });

    it("comes after the server; only then the Secret's name is known", async () => {
      const { component, recorder } = await deployed();
      const { started } = recorder.find("minio-provisioning-1");
      assert.ok(started > recorder.find("minio-server").finished!);
      assert.equal(await valueOf(component.secretName), "minio");
      assert.ok((await makersOf(component.secretName)).has("minio-provisioning-1"));
    });
  });

  describe("a rotation", () => {
    it("makes a key under a new Secret name and leaves the root credentials and the server alone", async () => {
      const [before, after] = [await deployed(1), await deployed(2)];
      assert.equal(await valueOf(after.component.secretName), "minio-2");
      assert.partialDeepStrictEqual(after.recorder.reveal("minio-access-key-2"), {
        metadata: { name: "minio-2" },
        stringData: { access_key_id: "generated-minio-access-key-id-2", bucket: "tempo" },
      });
      for (const name of ["minio-root-user", "minio-root-password", "minio-root", "minio-server", "minio-volume"]) {
        assert.deepEqual(after.recorder.reveal(name), before.recorder.reveal(name), name);
      }
    });

    it("runs provisioning again, for the new key", async () => {
      const after = await deployed(2);
      const metadata = after.recorder.find("minio-provisioning-2").inputs.metadata as { name: string };
      assert.equal(metadata.name, "minio-provisioning-2");
      assert.partialDeepStrictEqual(environmentOf(podOf(after, "minio-provisioning-2")), {
        ACCESS_KEY_ID: "minio-2/access_key_id",
        ACCESS_KEY_SECRET: "minio-2/access_key_secret",
      });
    });
  });
});
