import type { Rule } from "../../rule";
import { samplingUnitsAgree } from "./samplingUnitsAgree";
import { samplingWithinLimit } from "./samplingWithinLimit";
import { singleMeshWideTelemetry } from "./singleMeshWideTelemetry";
import { telemetryProviderDeclared } from "./telemetryProviderDeclared";

/** Which share of requests is traced, and who decides it. */
export const samplingRules: readonly Rule[] = [
  samplingWithinLimit,
  samplingUnitsAgree,
  telemetryProviderDeclared,
  singleMeshWideTelemetry,
];
