import { isUnknown, type Decision, type Field } from "../../kubernetes/fields";
import { hardeningGuide } from "../../pack/frameworks";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { resourceRule } from "../../pack/rule";

/** A view that is reachable from outside shows every trace to whoever knows its address. */
export const traceViewsAuthenticated = resourceRule(
  {
    name: "trace-views-authenticated",
    displayName: "Kiali and trace views ask who it is",
    description: "Kiali, and a view of traces that is reachable from outside, must authenticate their users.",
    enforcementLevel: "advisory",
    severity: "high",
    tags: ["security", "access"],
    url: "https://kiali.io/docs/configuration/authentication/",
    framework: hardeningGuide("Authentication and authorization", "Anonymous access must be switched off."),
    remediationSteps:
      "Choose another strategy for Kiali. For Jaeger's view enable authentication, which OpenShift's OAuth does, or open Tempo's gateway instead.",
  },
  [kinds.kiali, kinds.tempoStack, kinds.tempoMonolithic],
  (object, findings) => {
    for (const { field, isOpen } of views(object)) {
      if (isUnknown(isOpen)) {
        findings.undecided(object, isOpen);
      } else if (isOpen) {
        findings.violation({
          object,
          field,
          problem: "so whoever knows the address sees every trace",
          fix: object.is(kinds.kiali)
            ? "Set it to openshift, openid, token or header."
            : "Set it to true, or take the view off the Route or Ingress.",
        });
      }
    }
  },
);

/** The switches of authentication, and whether a view stands open for want of it. */
function views(object: KubernetesObject): readonly { readonly field: Field; readonly isOpen: Decision }[] {
  if (object.is(kinds.kiali)) {
    const field = object.field("spec", "auth", "strategy");
    const strategy = field.string();
    return [{ field, isOpen: isUnknown(strategy) ? strategy : strategy === "anonymous" }];
  }
  if (object.is(kinds.tempoStack)) {
    const query = object.field("spec", "template", "queryFrontend", "jaegerQuery");
    const field = query.at("authentication", "enabled");
    const type = query.at("ingress", "type").string();
    return [{ field, isOpen: isUnknown(type) ? type : isOpen(object, type === "route", type === "ingress", field) }];
  }
  const view = object.field("spec", "jaegerui");
  const field = view.at("authentication", "enabled");
  const [route, ingress] = [view.at("route", "enabled").boolean(), view.at("ingress", "enabled").boolean()];
  const unknown = [route, ingress].find(isUnknown);
  return [{ field, isOpen: unknown ?? isOpen(object, route === true, ingress === true, field) }];
}

/** Behind a Route on OpenShift the operator authenticates unless told not to, behind an Ingress only if told to. */
function isOpen(tempo: KubernetesObject, isRoute: boolean, isIngress: boolean, authentication: Field): Decision {
  const enabled = authentication.boolean();
  if (enabled === true || !(isRoute || isIngress)) {
    return false;
  }
  return isUnknown(enabled) ? enabled : enabled === false || (isIngress && !tempo.isPatch);
}
