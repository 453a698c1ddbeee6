import * as pulumi from "@pulumi/pulumi";

/**
 * A value that others may use once a resource is made, or several: what takes it waits for them, and goes before them on
 * destroy.
 *
 * In a preview nothing is made and the value is known, so nothing waits: the resources are looked at side by side, which on
 * a cluster where nothing is deployed yet takes half the time.
 */
export function onceMade<T extends string | number>(
  made: pulumi.Resource | readonly pulumi.Resource[],
  value: pulumi.Input<T>,
): pulumi.Output<T> {
  const known = pulumi.output(value) as unknown as pulumi.Output<T>;
  if (pulumi.runtime.isDryRun()) {
    return known;
  }
  const resources: readonly pulumi.Resource[] = Array.isArray(made) ? made : [made];
  return pulumi.all(resources.map(({ urn }) => urn)).apply(() => known);
}
