import { anyOf, isUnknown, type Decision } from "../../kubernetes/fields";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { containers, isGateway, podSpec } from "../../kubernetes/workloads";
import { stackRule } from "../../pack/rule";
import { isBehind } from "../../services/podsBehind";

/** Without a probe, pods get requests and an update is done as soon as their processes have started. */
export const servedPodsProbed = stackRule(
  {
    name: "served-pods-probed",
    displayName: "Pods say when they can serve",
    description: "Pods behind a Service must have a readiness probe.",
    enforcementLevel: "advisory",
    severity: "medium",
    tags: ["operations"],
    url: "https://kubernetes.io/docs/tasks/configure-pod-container/configure-liveness-readiness-startup-probes/#define-readiness-probes",
    remediationSteps: "Set readinessProbe of the container that serves.",
  },
  (stack, findings) => {
    const services = stack.ofKind(kinds.service);
    for (const workload of stack.ofKind(kinds.appsWorkload)) {
      const isProbed = anyOf([workload.isPatch, isGateway(workload), hasProbe(workload)]);
      const isServed = anyOf(services.map((service) => isBehind(service, workload)));
      const unknown = [isProbed, isServed].find(isUnknown);
      if (isProbed === true || isServed === false) {
        continue;
      }
      if (unknown) {
        findings.undecided(workload, unknown);
      } else {
        const service = services.find((each) => isBehind(each, workload) === true)!;
        findings.violation({
          object: workload,
          field: podSpec(workload)!.at("containers", 0, "readinessProbe"),
          problem: `so ${service.toString()} sends requests to pods that do not serve yet`,
          fix: "Set it to what tells that the container serves.",
        });
      }
    }
  },
  { withoutMesh: true },
);

/** Whether one of the containers has a probe; without containers there is nothing to probe. */
function hasProbe(workload: KubernetesObject): Decision {
  const { all, doubts } = containers(podSpec(workload)!);
  const probes = all.map((container) => container.at("readinessProbe").read());
  return all.length === 0
    ? (doubts[0] ?? true)
    : anyOf([...probes.map((probe) => (isUnknown(probe) ? probe : probe !== undefined)), ...doubts]);
}
