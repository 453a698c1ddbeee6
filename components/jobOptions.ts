import type * as pulumi from "@pulumi/pulumi";

/**
 * Annotations of every Job of this program. Without them a Job that has failed once would fail every later `up` as
 * well: Pulumi goes on waiting for it, and it can never succeed. Completed Jobs are left alone.
 */
export const jobAnnotations = { "pulumi.com/replaceUnready": "true" };

/**
 * Options of a Job, so that Pulumi waits for as long as the Job may take (by itself it gives up after ten minutes), and
 * the Job's own reason is what ends the wait.
 *
 * @param parent the component that makes the Job.
 * @param activeDeadlineSeconds when the cluster ends the Job.
 */
export function jobOptions(parent: pulumi.Resource, activeDeadlineSeconds: number): pulumi.CustomResourceOptions {
  const wait = `${activeDeadlineSeconds + 60}s`;
  return { parent, customTimeouts: { create: wait, update: wait } };
}
