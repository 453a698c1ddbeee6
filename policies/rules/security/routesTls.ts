import { isUnknown, type Field, type Unknown } from "../../kubernetes/fields";
import type { Findings } from "../../pack/findings";
import { hardeningGuide } from "../../pack/frameworks";
import { kinds, type KubernetesObject, type Match } from "../../kubernetes/match";
import { withFields, type Props } from "../../pack/remediation";
import { resourceRule } from "../../pack/rule";

/** Where a custom resource says how the Route that its operator makes ends TLS. */
const terminations: readonly (readonly [Match, readonly (readonly string[])[]])[] = [
  [
    kinds.tempoStack,
    [
      ["spec", "template", "gateway", "ingress", "route", "termination"],
      ["spec", "template", "queryFrontend", "jaegerQuery", "ingress", "route", "termination"],
    ],
  ],
  [kinds.tempoMonolithic, [["spec", "jaegerui", "route", "termination"]]],
  [kinds.collector, [["spec", "ingress", "route", "termination"]]],
];

/** Annotations by which an Ingress gets TLS from elsewhere than its own fields. */
const tlsAnnotations = ["route.openshift.io/termination", "alb.ingress.kubernetes.io/certificate-arn"];

const plain = "so what goes through it, tokens and traces too, travels in plain text";

/** An unencrypted way in shows tokens and traces to whoever is on the way. */
export const routesTls = resourceRule(
  {
    name: "routes-tls",
    displayName: "TLS on Routes and Ingresses",
    description: "A Route or Ingress must take TLS, and must not serve plain HTTP beside it.",
    enforcementLevel: "advisory",
    severity: "high",
    tags: ["security", "network"],
    url: "https://docs.redhat.com/en/documentation/openshift_container_platform/4.17/html/networking/configuring-routes",
    framework: hardeningGuide("Network separation and hardening", "Traffic from outside must be encrypted."),
    remediationSteps:
      "Set tls.termination, and insecureEdgeTerminationPolicy to Redirect so that those who come over HTTP still arrive.",
  },
  [kinds.route, kinds.ingress, ...terminations.map(([match]) => match)],
  (object, findings) => {
    if (object.is(kinds.route)) {
      judgeRoute(object, findings);
    } else if (object.is(kinds.ingress)) {
      judgeIngress(object, findings);
    } else {
      const paths = terminations.find(([match]) => object.is(match))?.[1] ?? [];
      paths.forEach((path) => judgeTermination(object, object.field(...path), findings));
    }
  },
  { remediate: redirect },
);

function judgeRoute(object: KubernetesObject, findings: Findings): void {
  const field = object.field("spec", "tls", "termination");
  const policyField = insecurePolicy(object);
  const termination = field.string();
  const policy = policyField.string();
  // A patch may leave these to what it patches, and a Route without a target is refused anyway.
  const isWhole = !object.isPatch && object.field("spec", "to").read() !== undefined;
  if (isUnknown(termination) || isUnknown(policy)) {
    findings.undecided(object, isUnknown(termination) ? termination : (policy as Unknown));
  } else if (policy === "Allow") {
    findings.violation({
      object,
      field: policyField,
      problem: "so it serves plain HTTP beside HTTPS",
      fix: "Set it to Redirect.",
    });
  } else if (termination === undefined && isWhole) {
    findings.violation({ object, field, problem: plain, fix: "Set it to edge, reencrypt or passthrough." });
  }
}

function judgeIngress(object: KubernetesObject, findings: Findings): void {
  const field = object.field("spec", "tls");
  const tls = field.items();
  const annotations = tlsAnnotations.map((key) => object.field("metadata", "annotations", key).string());
  const isAnnotated = annotations.some((value) => typeof value === "string");
  const unknown = [tls, ...annotations].find(isUnknown);
  if (isAnnotated || (!isUnknown(tls) && tls.length > 0)) {
    return;
  }
  if (unknown) {
    findings.undecided(object, unknown);
  } else if (!object.isPatch) {
    findings.violation({ object, field, problem: plain, fix: "Name the hosts and the Secret with their certificate." });
  }
}

function judgeTermination(object: KubernetesObject, field: Field, findings: Findings): void {
  const termination = field.string();
  if (isUnknown(termination)) {
    findings.undecided(object, termination);
  } else if (termination === "insecure") {
    findings.violation({ object, field, problem: plain, fix: "Remove it, or set edge, reencrypt or passthrough." });
  }
}

/** Sends those on to HTTPS who come over HTTP. How TLS ends is for the team to say, so a Route without it is left alone. */
function redirect(object: KubernetesObject): Props | undefined {
  const policy = insecurePolicy(object);
  return object.is(kinds.route) && policy.string() === "Allow"
    ? withFields(object.props, [[policy, "Redirect"]])
    : undefined;
}

function insecurePolicy(route: KubernetesObject): Field {
  return route.field("spec", "tls", "insecureEdgeTerminationPolicy");
}
