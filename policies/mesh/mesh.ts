import { equals, not } from "../pack/decisions";
import { anyOf, isUnknown, Unknown, type Decision, type Field } from "../kubernetes/fields";
import { selects } from "../kubernetes/labelSelector";
import { kinds, type KubernetesObject } from "../kubernetes/match";
import type { DeclaredNamespaces } from "../kubernetes/namespaces";

/** What a stack declares of one mesh; any of it may be patches of what is declared elsewhere, or missing. */
export interface MeshObjects {
  /** ServiceMeshControlPlane (Maistra) or Istio (Sail). */
  readonly controlPlanes: KubernetesObject[];
  readonly rolls: KubernetesObject[];
  /** ServiceMeshMember objects that refer to this mesh. */
  readonly memberObjects: KubernetesObject[];
}

/** A namespace that a member roll or a ServiceMeshMember puts into a mesh, and where it says so. */
export interface Member {
  readonly object: KubernetesObject;
  readonly field: Field;
  readonly namespace: string | Unknown;
}

/** An entry of `extensionProviders`, and the control plane that has it. */
export interface Provider {
  readonly object: KubernetesObject;
  readonly entry: Field;
}

/** A service mesh of the stack: which namespaces it has and which extension providers. */
export class Mesh {
  /** The namespace whose Telemetry applies to the whole mesh. */
  readonly rootNamespace: string | Unknown;
  /** The members that are listed by name; not those that a label selector finds. */
  readonly members: readonly Member[];
  /** A list that is not known counts as one entry that is not known. */
  readonly providers: readonly Provider[];
  private readonly memberNames: ReadonlySet<string | Unknown>;
  private readonly selectors: readonly Field[];
  private readonly isWholeCluster: boolean;
  /** Why the mesh may have more namespaces, or more providers, than were found. */
  private readonly doubts: { readonly namespaces: readonly Unknown[]; readonly providers: readonly Unknown[] };

  /**
   * @param namespace Namespace of the control plane.
   * @param unplaced Why further parts may belong to it.
   */
  constructor(
    readonly namespace: string,
    readonly objects: MeshObjects,
    private readonly declared: DeclaredNamespaces,
    unplaced: readonly Unknown[],
  ) {
    const { controlPlanes, rolls, memberObjects } = objects;
    const istios = controlPlanes.filter((plane) => plane.is(kinds.istio));
    const roots = istios.map((istio) => meshConfig(istio, "rootNamespace").string());
    this.rootNamespace = roots.find((root) => root !== undefined) ?? namespace;

    this.providers = controlPlanes.flatMap((object) => {
      const list = meshConfig(object, "extensionProviders");
      const entries = list.items();
      return (isUnknown(entries) ? [list.at(0)] : entries).map((entry) => ({ object, entry }));
    });

    this.members = [
      ...rolls.flatMap((object) =>
        object
          .field("spec", "members")
          .strings()
          .map(({ field, value }) => ({ object, field, namespace: value })),
      ),
      ...memberObjects.map((object) => ({
        object,
        field: object.field("metadata", "namespace"),
        namespace: object.namespace,
      })),
    ];
    this.memberNames = new Set(this.members.map(({ namespace }) => namespace));

    const discovery = istios.map((istio) => meshConfig(istio, "discoverySelectors"));
    const selectors = lists([...rolls.map((roll) => roll.field("spec", "memberSelectors")), ...discovery]);
    this.selectors = selectors.items;
    this.isWholeCluster = istios.some((istio) => !istio.isPatch) && lists(discovery).isEmpty;

    this.doubts = {
      namespaces: [
        ...selectors.doubts,
        ...[...this.memberNames].filter(isUnknown),
        ...unplaced,
        ...elsewhere("member roll", namespace, not(hasRoll(objects))),
      ],
      providers: [
        ...unplaced,
        ...elsewhere(
          "control plane",
          namespace,
          this.providers.length === 0 && controlPlanes.every(({ isPatch }) => isPatch),
        ),
      ],
    };
  }

  /** Whether it has a control plane of Istio's own (Sail, OpenShift Service Mesh 3). */
  get isSail(): boolean {
    return this.objects.controlPlanes.some((plane) => plane.is(kinds.istio));
  }

  /** Whether it has a part of Maistra's (OpenShift Service Mesh 2); during a migration it may have both. */
  get isMaistra(): boolean {
    const { controlPlanes, rolls, memberObjects } = this.objects;
    return rolls.length + memberObjects.length > 0 || controlPlanes.some((plane) => plane.is(kinds.controlPlane));
  }

  /** How a namespace gets into the mesh, as an instruction for messages. */
  howToJoin(namespace: string): string {
    const istio = this.objects.controlPlanes.find((plane) => plane.is(kinds.istio));
    const roll = this.objects.rolls[0]?.toString() ?? `the ServiceMeshMemberRoll of ${this.namespace}`;
    return istio
      ? `label namespace ${namespace} so that discoverySelectors of ${istio.toString()} match it`
      : `add ${namespace} to spec.members of ${roll}`;
  }

  /** Whether the mesh has a namespace; its control plane's own counts. */
  contains(namespace: string): Decision {
    if ([namespace, "*"].some((name) => this.memberNames.has(name)) || namespace === this.namespace) {
      return true;
    }
    const labelOf = this.declared.labelsOf(namespace);
    const selected = this.selectors.map((selector) => selects(selector, labelOf));
    return anyOf([this.isWholeCluster, ...selected, ...this.doubts.namespaces]);
  }

  /** The names of its extension providers. */
  get providerNames(): readonly (string | Unknown)[] {
    return this.providers.flatMap(({ entry }) => entry.at("name").asString()).map(({ value }) => value);
  }

  /** Whether it declares an extension provider of this name. */
  declaresProvider(name: string): Decision {
    const names = this.providerNames;
    return anyOf([names.includes(name), ...names.filter(isUnknown), ...this.doubts.providers]);
  }
}

/** A key of a control plane's mesh configuration. */
export function meshConfig(plane: KubernetesObject, key: string): Field {
  return plane.field("spec", ...(plane.is(kinds.istio) ? ["values"] : []), "meshConfig", key);
}

/** The items of several lists together, and the lists that are not known. */
function lists(fields: readonly Field[]): { items: readonly Field[]; doubts: readonly Unknown[]; isEmpty: boolean } {
  const read = fields.map((field) => field.items());
  const items = read.flatMap((list) => (isUnknown(list) ? [] : list));
  const doubts = read.filter(isUnknown);
  return { items, doubts, isEmpty: items.length + doubts.length === 0 };
}

/** Whether the stack itself says which members the mesh has; if not, that one is missing proves nothing. */
function hasRoll({ controlPlanes, rolls }: MeshObjects): Decision {
  const declaresMembers = rolls.some((roll) => !roll.isPatch || roll.field("spec", "members").read() !== undefined);
  // Without a roll, the stack's mesh has no members, unless it makes a roll of its own that selects them by label.
  const wholes = controlPlanes.filter(({ isPatch }) => !isPatch);
  return anyOf([declaresMembers, ...wholes.map((plane) => not(equals(plane.field("spec", "mode"), "ClusterWide")))]);
}

function elsewhere(what: string, namespace: string, isElsewhere: Decision): readonly Unknown[] {
  if (isUnknown(isElsewhere)) {
    return [isElsewhere];
  }
  return isElsewhere ? [new Unknown(() => `the ${what} of ${namespace} is declared outside this stack`)] : [];
}
