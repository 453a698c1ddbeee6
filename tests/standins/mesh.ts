/** Objects that the tests of the stand-ins start from. */
import { controlPlanes } from "../../cluster/standins/maistra/controlPlane";
import { members } from "../../cluster/standins/maistra/member";
import { memberRolls } from "../../cluster/standins/maistra/memberRoll";
import {
  kinds,
  object,
  type ControlPlane,
  type ControlPlaneSpec,
  type KubeObject,
  type MemberRoll,
} from "../../cluster/standins/objects";
import type { Controller } from "../../cluster/standins/world";

/** The Maistra operator's three controllers. */
export const maistra: readonly Controller[] = [
  controlPlanes({ url: "https://127.0.0.1:1/inject", caBundle: "Q0E=" }),
  memberRolls,
  members,
];

/** A specification of which nothing is refused: the tracing of the reference. */
export const referenceSpec: ControlPlaneSpec = {
  version: "v2.5",
  profiles: ["default"],
  tracing: { type: "None", sampling: 10000 },
  security: { identity: { type: "ThirdParty" } },
  meshConfig: {
    extensionProviders: [{ name: "tempo", zipkin: { service: "tempo.tracing-system.svc.cluster.local", port: 9411 } }],
  },
  addons: { kiali: { enabled: true, name: "kiali" }, grafana: { enabled: true } },
};

/** A namespace. */
export function namespace(name: string, labels: Record<string, string> = {}): KubeObject {
  return object(kinds.namespace, name, undefined, {}, { labels });
}

/** The mesh `basic` of namespace istio-system. */
export function mesh(spec: ControlPlaneSpec = referenceSpec): ControlPlane {
  return object(kinds.controlPlane, "basic", "istio-system", { spec });
}

/** The member roll of namespace istio-system. */
export function roll(...names: string[]): MemberRoll {
  return object(kinds.memberRoll, "default", "istio-system", { spec: { members: names } });
}

/** The three namespaces of the reference. */
export const namespaces = ["istio-system", "tracing-system", "bookinfo"].map((name) => namespace(name));
