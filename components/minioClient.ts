import type * as k8s from "@pulumi/kubernetes";
import type * as pulumi from "@pulumi/pulumi";
import { jobAnnotations } from "./jobOptions";
import { recommendedLabels } from "./labels";
import { restrictedContainer, restrictedPod } from "./podSecurity";

/** A job that administers MinIO is ended after this many seconds; it takes a few. */
export const minioClientDeadlineSeconds = 600;

/** What a job that administers MinIO needs to know. */
export interface MinioClientJobArgs {
  /** What it does, in a word: a part of its name, and its label. */
  readonly purpose: string;
  /** The generation of the access key that it is for. */
  readonly credentialsGeneration: number;
  /** Namespace of the storage. */
  readonly namespace: pulumi.Input<string>;
  /** Image with `mc` and a shell. */
  readonly image: string;
  /** URL of the MinIO server. */
  readonly endpoint: pulumi.Input<string>;
  /** Secret with MinIO's root credentials (keys `user` and `password`). */
  readonly rootSecretName: pulumi.Input<string>;
  /** Secret with Tempo's access key (keys `access_key_id` and `access_key_secret`). */
  readonly accessKeySecretName: pulumi.Input<string>;
  /** Shell commands, run in order until one fails; the server's alias is `store`. */
  readonly script: readonly string[];
  /** Further environment variables, none of them secret. */
  readonly environment?: Readonly<Record<string, string>>;
}

/**
 * A job that runs MinIO's client once against the server. Credentials arrive as environment from Secrets, never as
 * arguments.
 */
export function minioClientJob(args: MinioClientJobArgs): k8s.batch.v1.JobArgs {
  const labels = recommendedLabels("minio", args.purpose);
  const name = `minio-${args.purpose}-${args.credentialsGeneration}`;
  return {
    metadata: { name, namespace: args.namespace, labels, annotations: jobAnnotations },
    spec: {
      backoffLimit: 6,
      activeDeadlineSeconds: minioClientDeadlineSeconds,
      template: { metadata: { labels }, spec: podSpec(args) },
    },
  };
}

function podSpec(args: MinioClientJobArgs): k8s.types.input.core.v1.PodSpec {
  const fromSecret = (name: pulumi.Input<string>, key: string) => ({ secretKeyRef: { name, key } });
  return {
    restartPolicy: "Never",
    automountServiceAccountToken: false,
    securityContext: restrictedPod,
    containers: [
      {
        name: "mc",
        image: args.image,
        command: ["/bin/sh", "-euc"],
        args: [
          [
            // Standard input instead of arguments: the process list shows no credentials.
            `printf '%s\\n%s\\n' "$ROOT_USER" "$ROOT_PASSWORD" | mc alias set store "$ENDPOINT" >/dev/null`,
            ...args.script,
          ].join("\n"),
        ],
        env: [
          { name: "ENDPOINT", value: args.endpoint },
          { name: "ROOT_USER", valueFrom: fromSecret(args.rootSecretName, "user") },
          { name: "ROOT_PASSWORD", valueFrom: fromSecret(args.rootSecretName, "password") },
          { name: "ACCESS_KEY_ID", valueFrom: fromSecret(args.accessKeySecretName, "access_key_id") },
          { name: "ACCESS_KEY_SECRET", valueFrom: fromSecret(args.accessKeySecretName, "access_key_secret") },
          { name: "MC_CONFIG_DIR", value: "/tmp/mc" },
          ...Object.entries(args.environment ?? {}).map(([name, value]) => ({ name, value })),
        ],
        // What the last command said becomes the pod's termination message when it fails.
        terminationMessagePolicy: "FallbackToLogsOnError",
        resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
        securityContext: restrictedContainer,
        volumeMounts: [{ name: "tmp", mountPath: "/tmp" }],
      },
    ],
    volumes: [{ name: "tmp", emptyDir: {} }],
  };
}
