import { anyOf, isUnknown, type Decision, type Unknown } from "../kubernetes/fields";
import { kinds, type KubernetesObject, type Match } from "../kubernetes/match";
import type { Stack } from "../kubernetes/stack";

/** An Istio makes a revision of its own name, or one for each version (`default-v1-24-3`). */
const istio: Match = { group: kinds.istio.group, kinds: ["Istio"] };

/** The revisions of Istio's own control planes that a stack declares. */
export class Revisions {
  /** Whether the stack declares any; if not, nothing can be said of them. */
  readonly areDeclared: boolean;
  private readonly names: readonly string[];
  /** Beginnings of the names that an Istio gives to its versions. */
  private readonly prefixes: readonly string[];
  private readonly doubts: readonly Unknown[];

  /** @param existing Names of revisions that others declare. */
  constructor(stack: Stack, existing: readonly string[]) {
    const planes = stack.ofKind(kinds.istio);
    const strategies = planes.map((plane) => plane.field("spec", "updateStrategy", "type").string());
    const isByVersion = (plane: KubernetesObject, index: number) =>
      plane.is(istio) && strategies[index] === "RevisionBased";
    const named = [
      ...planes.filter((plane, index) => !isByVersion(plane, index) && !isUnknown(strategies[index])),
      ...stack.ofKind(kinds.istioRevisionTag),
    ];
    const prefixes = planes.filter(isByVersion).map(({ name }) => name);
    const names = named.map(({ name }) => name);
    this.areDeclared = planes.length > 0;
    this.names = [...names.filter((name) => typeof name === "string"), ...existing];
    this.prefixes = prefixes.filter((name) => typeof name === "string").map((name) => `${name}-v`);
    this.doubts = [...names, ...prefixes, ...strategies].filter(isUnknown);
  }

  /** Whether there is a revision, or a tag for one, of this name. */
  have(name: string): Decision {
    const isVersion = this.prefixes.some((prefix) => name.startsWith(prefix));
    return anyOf([this.names.includes(name), isVersion, ...this.doubts]);
  }

  /** Their names, for messages. */
  toString(): string {
    return [...this.names, ...this.prefixes.map((prefix) => `${prefix}…`)].join(", ") || "none";
  }
}
