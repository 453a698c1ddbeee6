import { Secret } from "@pulumi/policy";
import type { Field } from "../kubernetes/fields";

/** All properties of a resource. */
export type Props = Record<string, unknown>;

/** A field and its new value; undefined takes the field away. */
export type Change = readonly [field: Field, value: unknown];

/**
 * The properties with some fields changed, and everything on the way to a field that was missing. The other values are
 * handed on unread, so that those not known yet stay so and secrets stay secret.
 */
export function withFields(props: Props, changes: readonly Change[]): Props {
  return changes.reduce((mended, [field, value]) => set(mended, field.path, value) as Props, unguarded(props) as Props);
}

/**
 * The mended properties with all that was secret in the original marked so again. A remediation sees secrets as plain
 * values, and the SDK takes for plain whatever has been copied.
 */
export function keepSecrets(original: unknown, mended: unknown): Props {
  return marked(unguarded(original), unguarded(mended)) as Props;
}

function set(container: unknown, [key, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (container instanceof Secret) {
    return new Secret(set(container.value, [key!, ...rest], value));
  }
  const copy = (Array.isArray(container) ? [...(container as unknown[])] : { ...(container as Props) }) as Props;
  const changed = rest.length === 0 ? value : set(copy[key!], rest, value);
  if (changed === undefined) {
    delete copy[key!];
  } else {
    copy[key!] = changed;
  }
  return copy;
}

function marked(original: unknown, mended: unknown): unknown {
  if (original === mended || mended instanceof Secret) {
    return mended;
  }
  if (original instanceof Secret) {
    return new Secret(mended);
  }
  if (!isContainer(original) || !isContainer(mended)) {
    return mended;
  }
  if (Array.isArray(mended)) {
    // Items may have moved, so a secret among them makes all of them secret, unless each is where it was.
    const moved = !Array.isArray(original) || original.length !== mended.length;
    return moved && holdsSecret(original)
      ? new Secret(mended)
      : mended.map((item, at) => marked(original[at as never], unguarded(item)));
  }
  return Object.fromEntries(
    Object.entries(mended).map(([key, value]) => [key, marked((original as Props)[key], unguarded(value))]),
  );
}

function isContainer(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}

function holdsSecret(value: unknown): boolean {
  return value instanceof Secret || (isContainer(value) && Object.values(value).some(holdsSecret));
}

/** What stands behind the proxies in which the SDK hands out properties. */
function unguarded(value: unknown): unknown {
  const proxy = value as
    { readonly __isSpecialProxy?: boolean; readonly __getSpecialProxyTarget?: unknown } | undefined;
  return isContainer(value) && proxy?.__isSpecialProxy ? unguarded(proxy.__getSpecialProxyTarget) : value;
}
