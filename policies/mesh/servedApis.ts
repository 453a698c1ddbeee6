import { kinds, type KubernetesObject, type Match } from "../kubernetes/match";
import type { Stack } from "../kubernetes/stack";

/** Kinds of an API and the versions in which a cluster has them. */
export interface ServedApi {
  readonly kinds: Match;
  /** Each with its group, the one to write first. */
  readonly served: readonly string[];
  /** Those of them that their operator is about to give up. */
  readonly outdated?: readonly string[];
}

/** An API of which all versions are in one group. */
function api(match: Match, ...versions: readonly string[]): ServedApi {
  return { kinds: match, served: versions.map((version) => `${match.group}/${version}`) };
}

/** Kinds that Istio reads. Their v1 came with 1.22; OpenShift Service Mesh 2 is older. Source: istio.io, blog/2024/v1-apis. */
const istioApis: readonly ServedApi[] = [
  api(
    {
      group: "networking.istio.io",
      kinds: [
        "DestinationRule",
        "Gateway",
        "ServiceEntry",
        "Sidecar",
        "VirtualService",
        "WorkloadEntry",
        "WorkloadGroup",
      ],
    },
    ...["v1", "v1beta1", "v1alpha3"],
  ),
  api({ group: "security.istio.io", kinds: ["PeerAuthentication"] }, "v1", "v1beta1"),
  api(kinds.telemetry, "v1", "v1alpha1"),
];

/** Kinds of the operators. Source: the CustomResourceDefinitions of their releases. */
const operatorApis: readonly ServedApi[] = [
  { ...api(kinds.controlPlane, "v2", "v1"), outdated: ["maistra.io/v1"] },
  api(kinds.memberRoll, "v1"),
  api(kinds.member, "v1"),
  api(kinds.istio, "v1"),
  api(kinds.istioRevisionTag, "v1"),
  api(kinds.istioCni, "v1"),
  api(kinds.ztunnel, "v1", "v1alpha1"),
  api(kinds.tempoStack, "v1alpha1"),
  api(kinds.tempoMonolithic, "v1alpha1"),
  api(kinds.kiali, "v1alpha1"),
  api(kinds.ossmConsole, "v1alpha1"),
  api(kinds.uiPlugin, "v1alpha1"),
  { ...api(kinds.collector, "v1beta1", "v1alpha1"), outdated: ["opentelemetry.io/v1alpha1"] },
  // Groups that samples write, and that no operator has.
  { kinds: { ...kinds.uiPlugin, group: "observability.redhat.com" }, served: ["observability.openshift.io/v1alpha1"] },
  { kinds: { ...kinds.istio, group: "sail-operator.io" }, served: ["sailoperator.io/v1"] },
  { kinds: { ...kinds.istioCni, group: "sail-operator.io" }, served: ["sailoperator.io/v1"] },
];

/**
 * The API of an object, as the meshes of its stack have it; undefined for a kind of which nothing is known. While a stack
 * moves from one mesh to the other, both read the object.
 */
export function servedApi(object: KubernetesObject, stack: Stack): ServedApi | undefined {
  const istio = istioApis.find((each) => object.is(each.kinds));
  if (!istio) {
    return operatorApis.find((each) => object.is(each.kinds));
  }
  const isMaistra = [kinds.controlPlane, kinds.memberRoll, kinds.member].some((kind) => stack.ofKind(kind).length > 0);
  const isSail = stack.ofKind(kinds.istio).length > 0;
  const older = istio.served.filter((version) => !version.endsWith("/v1"));
  if (isMaistra && !isSail) {
    return { ...istio, served: older };
  }
  return isSail && !isMaistra ? { ...istio, outdated: older } : istio;
}
