import type { Rule } from "../../pack/rule";
import { apiVersionsCurrent } from "./apiVersionsCurrent";
import { clusterScopedWithoutNamespace } from "./clusterScopedWithoutNamespace";
import { containerRequests } from "./containerRequests";
import { dataProtected } from "./dataProtected";
import { defaultNamespaceUnused } from "./defaultNamespaceUnused";
import { fieldsLeftToControllers } from "./fieldsLeftToControllers";
import { jobsEnd } from "./jobsEnd";
import { kialiAddonPatched } from "./kialiAddonPatched";
import { ownershipLabels } from "./ownershipLabels";
import { scaledReplicasUnset } from "./scaledReplicasUnset";
import { servedPodsProbed } from "./servedPodsProbed";
import { waitForReportedCondition } from "./waitForReportedCondition";
import { workloadAwaited } from "./workloadAwaited";

/** Readiness, resources, ownership and what an update may lose. */
export const operationsRules: readonly Rule[] = [
  containerRequests,
  dataProtected,
  defaultNamespaceUnused,
  fieldsLeftToControllers,
  kialiAddonPatched,
  ownershipLabels,
  scaledReplicasUnset,
  waitForReportedCondition,
  workloadAwaited,
  apiVersionsCurrent,
  clusterScopedWithoutNamespace,
  jobsEnd,
  servedPodsProbed,
];
