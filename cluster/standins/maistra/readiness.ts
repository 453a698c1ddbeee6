/** How ready a mesh is, told from its Deployments. */
import { kinds, type ControlPlane, type Deployment } from "../objects";
import { condition, type World } from "../world";
import { componentLabel } from "./names";

/** The components with Deployments, and whether all of those are available. */
export function deploymentReadiness(world: World, mesh: ControlPlane): Map<string, boolean> {
  const { namespace = "" } = mesh.metadata;
  const readiness = new Map<string, boolean>();
  for (const deployment of world.list(kinds.deployment, namespace)) {
    const labels = deployment.metadata.labels ?? {};
    const component = labels[componentLabel];
    if (labels["maistra.io/owner"] !== namespace || component === undefined) continue;
    readiness.set(component, (readiness.get(component) ?? true) && isReady(deployment));
  }
  return readiness;
}

function isReady({ metadata, status }: Deployment): boolean {
  const outdated = (status?.observedGeneration ?? 0) < (metadata.generation ?? 0);
  const short = (status?.readyReplicas ?? 0) < (status?.replicas ?? 0);
  return !outdated && !short && condition(status?.conditions, "Available").status === "True";
}
