import type { Rule } from "../../rule";
import { controlPlaneNotMember } from "./controlPlaneNotMember";
import { membersExist } from "./membersExist";
import { providerServiceInMesh } from "./providerServiceInMesh";
import { sidecarInMesh } from "./sidecarInMesh";
import { telemetryInMesh } from "./telemetryInMesh";

/** Which namespaces and workloads belong to the mesh. */
export const membershipRules: readonly Rule[] = [
  sidecarInMesh,
  telemetryInMesh,
  membersExist,
  controlPlaneNotMember,
  providerServiceInMesh,
];
