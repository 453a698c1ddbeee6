import type { Rule } from "../../pack/rule";
import { samplingInRange } from "./samplingInRange";
import { samplingInTracingEntry } from "./samplingInTracingEntry";
import { samplingRaisedAtGateway } from "./samplingRaisedAtGateway";
import { samplingRateStated } from "./samplingRateStated";
import { samplingUnitsAgree } from "./samplingUnitsAgree";
import { samplingWithinLimit } from "./samplingWithinLimit";
import { singleMeshWideTelemetry } from "./singleMeshWideTelemetry";
import { singleTracingProvider } from "./singleTracingProvider";
import { telemetryProviderDeclared } from "./telemetryProviderDeclared";

/** Which share of requests is traced, and who decides it. */
export const samplingRules: readonly Rule[] = [
  samplingWithinLimit,
  samplingUnitsAgree,
  telemetryProviderDeclared,
  singleMeshWideTelemetry,
  samplingInRange,
  samplingInTracingEntry,
  samplingRateStated,
  samplingRaisedAtGateway,
  singleTracingProvider,
];
