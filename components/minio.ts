import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import * as random from "@pulumi/random";
import { jobOptions } from "./jobOptions";
import { recommendedLabels } from "./labels";
import { minioClientDeadlineSeconds, minioClientJob } from "./minioClient";
import type { ObjectStorage } from "./objectStorage";
import { onceMade } from "./onceMade";
import { restrictedContainer, restrictedPod } from "./podSecurity";

/** Arguments of {@link Minio}. */
export interface MinioArgs {
  /** Namespace, which is Tempo's as well: tempo-operator reads the Secret only there. */
  readonly namespace: pulumi.Input<string>;
  /** Size of the volume, a Kubernetes quantity such as 20Gi. */
  readonly volumeSize: string;
  /** Which access key is the current one, counted from 1. Raising it makes a new one. */
  readonly credentialsGeneration: number;
  /** MinIO server image. */
  readonly image: string;
  /** MinIO client (mc) image. */
  readonly clientImage: string;
}

/** An access key of MinIO and the Secret that tells Tempo of it. */
interface AccessKey {
  readonly id: pulumi.Output<string>;
  readonly secretName: pulumi.Output<string>;
}

const bucket = "tempo";
const port = 9000;

/**
 * MinIO as Tempo's object storage: one server on one volume, for demos and small stacks.
 *
 * Its root credentials never leave it. Tempo gets an access key of its own that may use its bucket and nothing else.
 * Tempo reads the key as environment, so a rotation makes a key under a new Secret name and MinIO accepts both until
 * {@link CredentialRetirement} has seen Tempo use the new one.
 */
export class Minio extends pulumi.ComponentResource implements ObjectStorage {
  readonly secretName: pulumi.Output<string>;
  /** URL of the S3 API inside the cluster. */
  readonly endpoint: pulumi.Output<string>;
  /** Name of the Secret with the root credentials (keys `user` and `password`). */
  readonly rootSecretName: pulumi.Output<string>;
  /** The current access key id; secret. */
  readonly accessKeyId: pulumi.Output<string>;

  constructor(name: string, args: MinioArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mesh-tracing:storage:Minio", name, args, opts);
    this.rootSecretName = this.rootSecret(name, args);
    const service = this.service(name, args);
    this.endpoint = onceMade(service, pulumi.interpolate`http://minio.${args.namespace}.svc.cluster.local:${port}`);
    const deployment = this.deployment(name, args, this.rootSecretName);
    const key = this.accessKey(name, args);
    const provisioning = new k8s.batch.v1.Job(
      `${name}-provisioning-${args.credentialsGeneration}`,
      minioClientJob({
        purpose: "provisioning",
        credentialsGeneration: args.credentialsGeneration,
        namespace: args.namespace,
        image: args.clientImage,
        endpoint: onceMade(deployment, this.endpoint),
        rootSecretName: this.rootSecretName,
        accessKeySecretName: key.secretName,
        script: [
          `mc mb --ignore-existing store/${bucket}`,
          `printf '%s' "$BUCKET_POLICY" > /tmp/policy.json`,
          `mc admin policy create store ${bucket} /tmp/policy.json`,
          // From standard input, so that the key is in no process list.
          `printf '%s\\n%s\\n' "$ACCESS_KEY_ID" "$ACCESS_KEY_SECRET" | mc admin user add store`,
          // Attaching again is an error; then the user must have the policy already.
          `mc admin policy attach store ${bucket} --user "$ACCESS_KEY_ID" || case "$(mc admin user info store "$ACCESS_KEY_ID")" in *${bucket}*) ;; *) exit 1 ;; esac`,
        ],
        environment: { BUCKET_POLICY: JSON.stringify(bucketPolicy) },
      }),
      jobOptions(this, minioClientDeadlineSeconds),
    );
    this.accessKeyId = key.id;
    this.secretName = onceMade(provisioning, key.secretName);
    this.registerOutputs({ secretName: this.secretName, endpoint: this.endpoint });
  }

  /** The name of the Secret with the root credentials. */
  private rootSecret(name: string, args: MinioArgs): pulumi.Output<string> {
    const user = new random.RandomPassword(`${name}-root-user`, { length: 20, special: false }, { parent: this });
    const password = new random.RandomPassword(
      `${name}-root-password`,
      { length: 40, special: false },
      { parent: this },
    );
    const secretName = "minio-root";
    const secret = new k8s.core.v1.Secret(
      `${name}-root`,
      {
        metadata: {
          name: secretName,
          namespace: args.namespace,
          labels: recommendedLabels("minio", "object-storage"),
        },
        stringData: { user: pulumi.secret(user.result), password: pulumi.secret(password.result) },
      },
      { parent: this },
    );
    return onceMade(secret, secretName);
  }

  private accessKey(name: string, args: MinioArgs): AccessKey {
    const generation = args.credentialsGeneration;
    const id = new random.RandomPassword(
      `${name}-access-key-id-${generation}`,
      { length: 20, special: false },
      { parent: this },
    );
    const secret = new random.RandomPassword(
      `${name}-access-key-secret-${generation}`,
      { length: 40, special: false },
      { parent: this },
    );
    const secretName = generation === 1 ? "minio" : `minio-${generation}`;
    const forTempo = new k8s.core.v1.Secret(
      `${name}-access-key-${generation}`,
      {
        metadata: {
          name: secretName,
          namespace: args.namespace,
          labels: recommendedLabels("minio", "object-storage"),
        },
        stringData: {
          endpoint: this.endpoint,
          bucket,
          access_key_id: pulumi.secret(id.result),
          access_key_secret: pulumi.secret(secret.result),
        },
      },
      { parent: this },
    );
    return { id: pulumi.secret(id.result), secretName: onceMade(forTempo, secretName) };
  }

  private service(name: string, args: MinioArgs): k8s.core.v1.Service {
    return new k8s.core.v1.Service(
      `${name}-service`,
      {
        // Made before its pods exist, so do not wait for endpoints.
        metadata: {
          name: "minio",
          namespace: args.namespace,
          labels: recommendedLabels("minio", "object-storage"),
          annotations: { "pulumi.com/skipAwait": "true" },
        },
        spec: {
          type: "ClusterIP",
          selector: selector,
          ports: [{ name: "http-s3", port, targetPort: "http-s3", protocol: "TCP" }],
        },
      },
      { parent: this },
    );
  }

  private deployment(name: string, args: MinioArgs, rootSecretName: pulumi.Output<string>): k8s.apps.v1.Deployment {
    const labels = recommendedLabels("minio", "object-storage");
    const claim = new k8s.core.v1.PersistentVolumeClaim(
      `${name}-volume`,
      {
        metadata: { name: "minio", namespace: args.namespace, labels },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage: args.volumeSize } } },
      },
      { parent: this },
    );
    const fromRoot = (key: string) => ({ secretKeyRef: { name: rootSecretName, key } });
    const probe = (path: string) => ({ httpGet: { path, port: "http-s3" }, periodSeconds: 10, timeoutSeconds: 5 });
    return new k8s.apps.v1.Deployment(
      `${name}-server`,
      {
        metadata: { name: "minio", namespace: args.namespace, labels },
        spec: {
          replicas: 1,
          // The volume can be mounted once: the old server must go before the new one starts.
          strategy: { type: "Recreate" },
          selector: { matchLabels: selector },
          template: {
            metadata: { labels },
            spec: {
              automountServiceAccountToken: false,
              securityContext: restrictedPod,
              containers: [
                {
                  name: "minio",
                  image: args.image,
                  args: ["server", "/storage", "--address", `:${port}`],
                  env: [
                    { name: "MINIO_ROOT_USER", valueFrom: fromRoot("user") },
                    { name: "MINIO_ROOT_PASSWORD", valueFrom: fromRoot("password") },
                    // Any user id may run it; its certificate folder goes where every user may write.
                    { name: "HOME", value: "/tmp" },
                  ],
                  ports: [{ name: "http-s3", containerPort: port }],
                  readinessProbe: probe("/minio/health/ready"),
                  livenessProbe: { ...probe("/minio/health/live"), initialDelaySeconds: 30 },
                  resources: { requests: { cpu: "100m", memory: "256Mi" }, limits: { memory: "1Gi" } },
                  securityContext: restrictedContainer,
                  volumeMounts: [
                    { name: "storage", mountPath: "/storage" },
                    { name: "tmp", mountPath: "/tmp" },
                  ],
                },
              ],
              volumes: [
                { name: "storage", persistentVolumeClaim: { claimName: onceMade(claim, "minio") } },
                { name: "tmp", emptyDir: {} },
              ],
            },
          },
        },
      },
      { parent: this },
    );
  }
}

/** What the Service and the Deployment select pods by; a subset of the labels that never changes. */
const selector = { "app.kubernetes.io/name": "minio", "app.kubernetes.io/component": "object-storage" };

/** What Tempo's key may do: everything S3 in its own bucket. */
const bucketPolicy = {
  Version: "2012-10-17",
  Statement: [{ Effect: "Allow", Action: ["s3:*"], Resource: [`arn:aws:s3:::${bucket}`, `arn:aws:s3:::${bucket}/*`] }],
};
