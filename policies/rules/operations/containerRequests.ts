import { isUnknown, type Field } from "../../kubernetes/fields";
import { resourceRule } from "../../pack/rule";
import { podSpec, workloadKinds } from "../../kubernetes/workloads";

const defaultResources: readonly string[] = ["cpu", "memory"];

/** Without requests the scheduler packs pods onto nodes that cannot hold them, and these are the first to be evicted. */
export const containerRequests = resourceRule(
  {
    name: "container-requests",
    displayName: "Containers request what they need",
    description: "Each container of a workload must request CPU and memory.",
    enforcementLevel: "advisory",
    severity: "medium",
    tags: ["operations"],
    url: "https://kubernetes.io/docs/concepts/configuration/manage-resources-containers/",
    remediationSteps: "Set resources.requests of each container to what it uses; a limit counts as a request too.",
    configSchema: {
      properties: {
        resources: {
          type: "array",
          items: { type: "string", minLength: 1 },
          description: "Resources that each container must request.",
          default: [...defaultResources],
        },
      },
    },
  },
  workloadKinds,
  (object, findings, config) => {
    const pod = podSpec(object)!;
    const containers = pod.at("containers").items();
    if (isUnknown(containers)) {
      findings.undecided(object, containers);
    }
    // A patch may well leave the requests to whoever declares the container.
    if (isUnknown(containers) || object.isPatch) {
      return;
    }
    const resources = (config["resources"] as readonly string[] | undefined) ?? defaultResources;
    for (const container of containers) {
      const missing: string[] = [];
      for (const resource of resources) {
        const values = requests(container, pod, resource);
        const unknown = values.find(isUnknown);
        if (values.length === 0) {
          missing.push(resource);
        } else if (unknown && values.every(isUnknown)) {
          findings.undecided(object, unknown);
        }
      }
      if (missing.length > 0) {
        const field = container.at("resources", "requests");
        findings.violation({
          object,
          field,
          value: field.read(),
          problem: `without ${missing.join(" and ")}, so the scheduler takes the container to need none`,
          fix: "Set it to what the container uses.",
        });
      }
    }
  },
);

/** What says how much a container needs: its own requests and limits, and those of the whole pod. */
function requests(container: Field, pod: Field, resource: string): readonly unknown[] {
  const values = [container, pod].flatMap((owner) =>
    ["requests", "limits"].map((kind) => owner.at("resources", kind, resource).read()),
  );
  return values.filter((value) => value !== undefined);
}
