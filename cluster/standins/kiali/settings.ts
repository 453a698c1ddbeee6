/** The settings of a Kiali resource that decide names and shapes, with the operator's defaults. */
import type { Kiali } from "../objects";

/** What the operator goes by. */
export interface Settings {
  /** The name of everything that belongs to the installation. */
  readonly instance: string;
  /** Where the server runs. */
  readonly namespace: string;
  /** The server's port. */
  readonly port: number;
  /** How users log in. */
  readonly strategy: string;
  /** Whether there is a Route. */
  readonly ingress: boolean;
  /** What sessions are signed with: a key, or `secret:NAME:KEY` for where it is. */
  readonly signingKey: string;
  /** The namespaces that the server may read, sorted; `**` alone for all. */
  readonly accessible: readonly string[];
  /** Whether its rights hold in the whole cluster. */
  readonly clusterWide: boolean;
  /** Name and value of the label of those namespaces. */
  readonly memberLabel: readonly [string, string];
}

/** The settings of a resource. */
export function settingsOf({ metadata, spec }: Kiali): Settings {
  const { deployment } = spec ?? {};
  const instance = nonEmpty(deployment?.instance_name) ?? "kiali";
  const namespace = nonEmpty(deployment?.namespace) ?? metadata.namespace ?? "";
  const accessible = deployment?.accessible_namespaces ?? ["**"];
  const prefix = instance === "kiali" ? "kiali.io/" : `kiali.io/${instance}.`;
  const selector = nonEmpty(spec?.api?.namespaces?.label_selector_include) ?? `${prefix}member-of=${namespace}`;
  const [label = "", value = ""] = selector.split("=");
  return {
    instance,
    namespace,
    port: spec?.server?.port ?? 20001,
    strategy: nonEmpty(spec?.auth?.strategy) ?? "openshift",
    ingress: deployment?.ingress?.enabled ?? true,
    accessible: accessible.includes("**") ? ["**"] : [...new Set([...accessible, namespace])].sort(),
    clusterWide: deployment?.cluster_wide_access ?? accessible.includes("**"),
    signingKey: nonEmpty(spec?.login_token?.signing_key) ?? "secret:kiali-signing-key:key",
    memberLabel: [label, value],
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === "" ? undefined : text;
}
