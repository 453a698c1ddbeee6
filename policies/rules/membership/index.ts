import type { Rule } from "../../pack/rule";
import { controlPlaneDiscovered } from "./controlPlaneDiscovered";
import { controlPlaneNotMember } from "./controlPlaneNotMember";
import { injectedNamespaceHasPods } from "./injectedNamespaceHasPods";
import { injectedNamespaceInMesh } from "./injectedNamespaceInMesh";
import { injectionByLabel } from "./injectionByLabel";
import { injectionRevisionExists } from "./injectionRevisionExists";
import { memberObjectsNamedDefault } from "./memberObjectsNamedDefault";
import { membersExist } from "./membersExist";
import { providerServiceInMesh } from "./providerServiceInMesh";
import { sidecarInMesh } from "./sidecarInMesh";
import { sidecarRequestEffective } from "./sidecarRequestEffective";
import { singleInjectionLabel } from "./singleInjectionLabel";
import { storeOutsideMesh } from "./storeOutsideMesh";
import { telemetryInMesh } from "./telemetryInMesh";
import { tracedPodsLabelled } from "./tracedPodsLabelled";

/** Which namespaces and workloads belong to the mesh. */
export const membershipRules: readonly Rule[] = [
  sidecarInMesh,
  telemetryInMesh,
  membersExist,
  controlPlaneNotMember,
  providerServiceInMesh,
  memberObjectsNamedDefault,
  controlPlaneDiscovered,
  injectedNamespaceInMesh,
  injectionRevisionExists,
  singleInjectionLabel,
  sidecarRequestEffective,
  injectionByLabel,
  tracedPodsLabelled,
  injectedNamespaceHasPods,
  storeOutsideMesh,
];
