import type { Policies } from "@pulumi/policy";
import { controlPlaneNotMember } from "./controlPlaneNotMember";
import { membersExist } from "./membersExist";
import { providerServiceInMesh } from "./providerServiceInMesh";
import { samplingUnitsAgree } from "./samplingUnitsAgree";
import { samplingWithinLimit } from "./samplingWithinLimit";
import { sidecarInMesh } from "./sidecarInMesh";
import { singleMeshWideTelemetry } from "./singleMeshWideTelemetry";
import { telemetryInMesh } from "./telemetryInMesh";
import { telemetryProviderDeclared } from "./telemetryProviderDeclared";

/** All rules of the pack, by family: sampling, then namespace membership. */
export const rules: Policies = [
  samplingWithinLimit,
  samplingUnitsAgree,
  telemetryProviderDeclared,
  singleMeshWideTelemetry,
  sidecarInMesh,
  telemetryInMesh,
  membersExist,
  controlPlaneNotMember,
  providerServiceInMesh,
];
