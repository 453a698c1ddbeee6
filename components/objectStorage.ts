import type * as pulumi from "@pulumi/pulumi";

/** What a trace store needs of the storage below it. */
export interface ObjectStorage {
  /**
   * Name of the Secret that holds endpoint, bucket and keys in the form tempo-operator reads. Known once the storage
   * serves: bucket and keys exist by then.
   */
  readonly secretName: pulumi.Output<string>;
}
