import { allOf, equals, not, same } from "../../pack/decisions";
import { anyOf, isUnknown, type Decision } from "../../kubernetes/fields";
import { namespaceRequest } from "../../mesh/injection";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { stackRule } from "../../pack/rule";
import type { Stack } from "../../kubernetes/stack";
import { injectKey, isGateway, podTemplate, sidecarRequest } from "../../kubernetes/workloads";

const defaultLabels: readonly string[] = ["app", "version"];

/** Proxies name their spans by the pods' label app, and Kiali looks for traces by it; without one it finds none. */
export const tracedPodsLabelled = stackRule(
  {
    name: "traced-pods-labelled",
    displayName: "Pods in the mesh say what they are",
    description: "Pods with a sidecar must have the labels by which Kiali finds their traces: app and version.",
    enforcementLevel: "advisory",
    severity: "medium",
    tags: ["membership"],
    url: "https://istio.io/latest/docs/ops/deployment/application-requirements/",
    remediationSteps: "Add the labels to the pod template; app is the name that the spans get, as <app>.<namespace>.",
    configSchema: {
      properties: {
        labels: {
          type: "array",
          items: { type: "string", minLength: 1 },
          description: "Labels that pods with a sidecar must have.",
          default: [...defaultLabels],
        },
      },
    },
  },
  (stack, findings, config) => {
    const labels = (config["labels"] as readonly string[] | undefined) ?? defaultLabels;
    const injected = injectedNamespaces(stack);
    for (const object of stack.objects) {
      const metadata = podTemplate(object)?.at("metadata");
      const hasSidecar =
        metadata && !object.isPatch ? allOf([not(isGateway(object)), getsSidecar(object, injected)]) : false;
      for (const label of hasSidecar === false ? [] : labels) {
        const field = metadata!.at("labels", label);
        const value = field.string();
        const unknown = [value, hasSidecar].find(isUnknown);
        if (unknown) {
          findings.undecided(object, unknown);
        } else if (value === undefined || value === "") {
          findings.violation({
            object,
            field,
            problem: "so Kiali cannot tell which traces are those of these pods",
            fix: `Set it to the ${label === "app" ? "name of the service that the pods serve" : `pods' ${label}`}.`,
          });
        }
      }
    }
  },
  { withoutMesh: true },
);

/** The namespaces whose labels ask for sidecars, or may do so. */
function injectedNamespaces(stack: Stack): readonly InjectedNamespace[] {
  const declared = [...stack.ofKind(kinds.namespace), ...stack.ofKind(kinds.project)];
  return declared.flatMap((namespace) => {
    const request = namespaceRequest(namespace);
    return request ? [{ name: namespace.name, isInjected: isUnknown(request) ? request : true }] : [];
  });
}

interface InjectedNamespace {
  readonly name: KubernetesObject["name"];
  readonly isInjected: Decision;
}

function getsSidecar(object: KubernetesObject, injected: readonly InjectedNamespace[]): Decision {
  const request = sidecarRequest(object);
  const metadata = podTemplate(object)?.at("metadata");
  const declines = ["labels", "annotations"].map((map) => equals(metadata!.at(map, injectKey), "false"));
  const byNamespace = injected.map(({ name, isInjected }) => allOf([isInjected, same(name, object.namespace)]));
  return anyOf([
    isUnknown(request) ? request : request !== undefined,
    allOf([not(anyOf(declines)), anyOf(byNamespace)]),
  ]);
}
