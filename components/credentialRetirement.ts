import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { jobOptions } from "./jobOptions";
import type { Minio } from "./minio";
import { minioClientDeadlineSeconds, minioClientJob } from "./minioClient";
import type { TraceStore } from "./traceStore";

/** Arguments of {@link CredentialRetirement}. */
export interface CredentialRetirementArgs {
  /** The storage whose former access keys end. */
  readonly storage: Minio;
  /** The store that must use the current key before the former ones end. */
  readonly traceStore: TraceStore;
  /** The current generation, 2 or more; see {@link MinioArgs.credentialsGeneration}. */
  readonly credentialsGeneration: number;
  /** Namespace of the storage. */
  readonly namespace: pulumi.Input<string>;
  /** MinIO client (mc) image. */
  readonly clientImage: string;
}

/** Ends all former access keys of MinIO, once every Tempo workload runs with the current one. */
export class CredentialRetirement extends pulumi.ComponentResource {
  constructor(name: string, args: CredentialRetirementArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mesh-tracing:storage:CredentialRetirement", name, {}, opts);
    new k8s.batch.v1.Job(
      `${name}-${args.credentialsGeneration}`,
      minioClientJob({
        purpose: "retirement",
        credentialsGeneration: args.credentialsGeneration,
        namespace: args.namespace,
        image: args.clientImage,
        endpoint: args.storage.endpoint,
        rootSecretName: args.storage.rootSecretName,
        // As the store reports it: known only when Tempo runs with this Secret.
        accessKeySecretName: args.traceStore.storageSecretName,
        script: [
          // A list that cannot be had must fail the job, so it is not part of the pipe.
          `users=$(mc admin user list store)`,
          `printf '%s\\n' "$users" | while read -r _ id _; do`,
          `  [ -z "$id" ] || [ "$id" = "$ACCESS_KEY_ID" ] || mc admin user remove store "$id" >/dev/null`,
          `done`,
        ],
      }),
      jobOptions(this, minioClientDeadlineSeconds),
    );
    this.registerOutputs({});
  }
}
