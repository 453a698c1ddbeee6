import { anyOf, isUnknown, type Decision } from "../../kubernetes/fields";
import type { Findings } from "../../pack/findings";
import { hardeningGuide } from "../../pack/frameworks";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { stackRule } from "../../pack/rule";
import type { Stack } from "../../kubernetes/stack";

/** Protocols of a server that are not encrypted by themselves. */
const plainProtocols: ReadonlySet<string> = new Set(["HTTP", "HTTP2", "GRPC", "GRPC-WEB"]);

const plain = "so requests, their tokens and their trace ids arrive in plain text";

/** An open gateway is the first hop of every trace. Waypoints are none: they take the mesh's own mTLS. */
export const gatewaysTls = stackRule(
  {
    name: "gateways-tls",
    displayName: "TLS at the mesh's gateways",
    description: "A gateway must take TLS or send those on to it who come over HTTP, unless a Route in front does.",
    enforcementLevel: "advisory",
    severity: "medium",
    tags: ["security", "network"],
    url: "https://istio.io/latest/docs/tasks/traffic-management/ingress/secure-ingress/",
    framework: hardeningGuide("Network separation and hardening", "Traffic from outside must be encrypted."),
    remediationSteps:
      "Add a server with protocol HTTPS and a certificate, and set tls.httpsRedirect at the plain one; or put a Route with TLS in front.",
  },
  (stack, findings) => {
    for (const gateway of stack.ofKind(kinds.gateway)) {
      judgeIstio(stack, gateway, findings);
    }
    for (const gateway of stack.ofKind(kinds.gatewayApi)) {
      judgeGatewayApi(gateway, findings);
    }
  },
  { withoutMesh: true },
);

function judgeIstio(stack: Stack, object: KubernetesObject, findings: Findings): void {
  const servers = object.field("spec", "servers").items();
  if (isUnknown(servers)) {
    findings.undecided(object, servers);
    return;
  }
  for (const server of servers) {
    const protocol = server.at("port", "protocol");
    const name = protocol.string();
    const redirects = server.at("tls", "httpsRedirect").boolean();
    if (redirects === true || (typeof name === "string" && !plainProtocols.has(name.toUpperCase()))) {
      continue;
    }
    const behindRoute = isUnknown(name) || isUnknown(redirects) ? false : isBehindRoute(stack, object);
    const unknown = [name, redirects, behindRoute].find(isUnknown);
    if (unknown) {
      findings.undecided(object, unknown);
    } else if (name !== undefined && !behindRoute) {
      findings.violation({
        object,
        field: protocol,
        problem: plain,
        fix: "Set tls.httpsRedirect to true beside a server with HTTPS, or put a Route with TLS in front.",
      });
    }
  }
}

/** Whether a Route of the stack takes TLS for the gateway. Its Service is named after the gateway's label, by custom. */
function isBehindRoute(stack: Stack, gateway: KubernetesObject): Decision {
  const selector = gateway.field("spec", "selector").entries();
  if (isUnknown(selector)) {
    return selector;
  }
  const labels = selector.flatMap(([, field]) => field.asString()).map(({ value }) => value);
  return anyOf(
    stack.ofKind(kinds.route).flatMap((route) => {
      const termination = route.field("spec", "tls", "termination").string();
      const target = route.field("spec", "to", "name").string();
      const unknown = [termination, target, ...labels].find(isUnknown);
      const isTarget = labels.some((label) => !isUnknown(label) && !isUnknown(target) && target?.includes(label));
      return unknown ?? (termination !== undefined && isTarget);
    }),
  );
}

/** A listener of HTTPS beside the plain one is taken for what the plain one sends people on to. */
function judgeGatewayApi(object: KubernetesObject, findings: Findings): void {
  const listeners = object.field("spec", "listeners").strings("protocol");
  const protocols = listeners.map(({ value }) => value);
  const gatewayClass = object.field("spec", "gatewayClassName").string();
  const isWaypoint = typeof gatewayClass === "string" && gatewayClass.includes("waypoint");
  if (isWaypoint || protocols.some((protocol) => protocol === "HTTPS" || protocol === "TLS")) {
    return;
  }
  const unknown = [gatewayClass, ...protocols].find(isUnknown);
  if (unknown) {
    findings.undecided(object, unknown);
    return;
  }
  for (const { field } of listeners.filter(({ value }) => value === "HTTP")) {
    findings.violation({ object, field, problem: plain, fix: "Add a listener with HTTPS, and redirect to it." });
  }
}
