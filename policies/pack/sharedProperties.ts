import { createRequire } from "node:module";

/** The SDK's reading of a resource's properties from what comes over the wire. */
interface Deserialization {
  deserializeProperties: (wire: object, keepSecrets: boolean) => object;
}

/**
 * Lets all rules share one reading of a resource's properties; to be called before the pack is made. The SDK reads them
 * anew for each rule, also for those that are not meant for the resource, which costs more than all rules together.
 */
export function shareProperties(): void {
  const sdk = createRequire(require.resolve("@pulumi/policy"))("./deserialize") as Deserialization;
  const read = sdk.deserializeProperties;
  const known = new WeakMap<object, object>();
  sdk.deserializeProperties = (wire, keepSecrets) => {
    if (keepSecrets) {
      return read(wire, keepSecrets); // For a remediation, which may change them.
    }
    const props = known.get(wire) ?? read(wire, keepSecrets);
    known.set(wire, props);
    return props;
  };
}
