import type { Resource } from "../../policies/kubernetes/match";
import { resource, tokens } from "./helper";

/** A control plane of Istio's own, in istio-system. */
export const istio = (
  values: object = {},
  { name = "default", spec = {}, kind = "Istio" }: { name?: unknown; spec?: object; kind?: string } = {},
): Resource =>
  resource(tokens.istio.replace(/Istio$/, kind), {
    metadata: { name },
    spec: { namespace: "istio-system", values, ...spec },
  });

/** One that discovers only the namespaces that these selectors match. */
export const discovering = (...discoverySelectors: unknown[]): Resource =>
  istio({ meshConfig: { discoverySelectors } });

export const enabled = { "istio-injection": "enabled" };
export const revision = (name: unknown): Record<string, unknown> => ({ "istio.io/rev": name });
