import { isUnknown, type Decision, type StringField } from "../kubernetes/fields";
import { kinds, type KubernetesObject } from "../kubernetes/match";
import { meshConfig, type Mesh } from "./mesh";
import type { Stack } from "../kubernetes/stack";
import { isMeshWide, usedProviders } from "./telemetry";

/** A field that makes proxies send their spans to a provider. */
export interface ProviderUse extends StringField {
  readonly object: KubernetesObject;
  /** Whether it is for the whole mesh; not for a namespace or some workloads. */
  readonly isMeshWide: Decision;
}

/** Which providers a mesh uses, those for the whole mesh first: by its Telemetry objects and by its own default. */
export function providerUses(mesh: Mesh, stack: Stack): readonly ProviderUse[] {
  const telemetries = stack
    .ofKind(kinds.telemetry)
    .map((object) => ({ object, isInMesh: isInMesh(object, mesh) }))
    .filter((telemetry) => telemetry.isInMesh !== false)
    .flatMap(({ object, isInMesh }) =>
      usedProviders(object).map(({ field, value }) => ({
        field,
        value: isUnknown(isInMesh) ? isInMesh : value,
        object,
        isMeshWide: isMeshWide(object, mesh.rootNamespace),
      })),
    );
  const defaults = mesh.objects.controlPlanes.flatMap((object) =>
    meshConfig(object, "defaultProviders")
      .at("tracing")
      .strings()
      .slice(0, 1)
      .map((use) => ({ ...use, object, isMeshWide: true })),
  );
  return [...defaults, ...telemetries].sort(
    (left, right) => Number(right.isMeshWide === true) - Number(left.isMeshWide === true),
  );
}

function isInMesh({ namespace }: KubernetesObject, mesh: Mesh): Decision {
  return isUnknown(namespace) ? namespace : mesh.contains(namespace);
}
