import { isUnknown, type Unknown } from "./fields";
import type { KubernetesObject } from "./match";

/** A version, as far as features depend on it. */
export interface Version {
  readonly major: number;
  readonly minor: number;
}

/** The version in `v2.5`, `v1.27.9` or `v1.27-latest`; undefined for any other text, such as `master`. */
export function parseVersion(text: string): Version | undefined {
  const [, major, minor] = /^v?(\d+)\.(\d+)(?:[.-].*)?$/.exec(text) ?? [];
  return major === undefined ? undefined : { major: Number(major), minor: Number(minor) };
}

/** Whether a version is older than another. */
export function isBefore(version: Version, other: Version): boolean {
  return version.major < other.major || (version.major === other.major && version.minor < other.minor);
}

/** The version in an object's `spec.version`; undefined if it leaves the choice to its operator. */
export function versionOf(object: KubernetesObject): Version | Unknown | undefined {
  const version = object.field("spec", "version").string();
  return version === undefined || isUnknown(version) ? version : parseVersion(version);
}
