import { isUnknown, type Unknown } from "../../kubernetes/fields";
import type { Findings } from "../../pack/findings";
import { goesByIstio, namespaceRequest, podRequest, type InjectionRequest } from "../../mesh/injection";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { Revisions } from "../../mesh/revisions";
import { stackRule } from "../../pack/rule";
import type { Stack } from "../../kubernetes/stack";

/** A request for a revision that is not there is answered by nobody: the pods start without a sidecar. */
export const injectionRevisionExists = stackRule(
  {
    name: "injection-revision-exists",
    displayName: "Sidecars of revisions that exist",
    description: "A label that asks for a sidecar must mean a revision that a control plane of the stack has.",
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["membership"],
    url: "https://docs.redhat.com/en/documentation/red_hat_openshift_service_mesh/3.1/html/installing/ossm-sidecar-injection",
    remediationSteps:
      "Name a revision of the stack in istio.io/rev, or declare an IstioRevisionTag of the name that the label means.",
    configSchema: {
      properties: {
        existing: {
          type: "array",
          items: { type: "string", minLength: 1 },
          description: "Revisions of control planes that others made.",
          default: [],
        },
      },
    },
  },
  (stack, findings, config) => {
    const revisions = new Revisions(stack, (config["existing"] as readonly string[] | undefined) ?? []);
    if (!revisions.areDeclared) {
      return;
    }
    for (const object of stack.objects) {
      const isNamespace = object.is(kinds.namespace) || object.is(kinds.project);
      const request = isNamespace ? namespaceRequest(object) : requestOfPods(stack, object);
      if (isUnknown(request)) {
        findings.undecided(object, request);
      } else if (request) {
        judge(revisions, object, request, findings);
      }
    }
  },
);

/** What pods ask Istio for, if their namespace has no label that decides for them. */
function requestOfPods(stack: Stack, object: KubernetesObject): InjectionRequest | Unknown | undefined {
  const request = podRequest(object);
  const namespace = object.namespace;
  if (!request || isUnknown(request) || isUnknown(namespace)) {
    return request && (isUnknown(namespace) ? namespace : request);
  }
  const isIstios = goesByIstio(stack, namespace);
  if (isIstios !== true) {
    return isIstios || undefined;
  }
  const labelOf = stack.namespaces.labelsOf(namespace);
  const labels = ["istio-injection", "istio.io/rev"].map(labelOf);
  return labels.some((label) => typeof label === "string") ? undefined : (labels.find(isUnknown) ?? request);
}

function judge(
  revisions: Revisions,
  object: KubernetesObject,
  { field, revision }: InjectionRequest,
  findings: Findings,
): void {
  const exists = isUnknown(revision) ? revision : revisions.have(revision);
  if (isUnknown(exists)) {
    findings.undecided(object, exists);
  } else if (!exists && !isUnknown(revision)) {
    findings.violation({
      object,
      field,
      problem: `which asks for revision ${revision}, but the stack's control planes have ${revisions.toString()}: the pods get no sidecar`,
      fix: `Name one of these in istio.io/rev, declare an IstioRevisionTag ${revision}, or list it under existing of policy injection-revision-exists.`,
    });
  }
}
