import { parseDocument } from "yaml";
import { UserError } from "../../cluster/interruption";
import type { Change } from "./change";

/** Kiali's configuration, adapted, with all that was changed. */
export interface AdaptedKialiConfig {
  /** Text of config.yaml. */
  readonly config: string;
  readonly changes: readonly Change[];
}

/** What is set instead, and why; `for` says when it is needed. */
const replacements: readonly {
  readonly field: readonly string[];
  readonly value: unknown;
  readonly why: string;
  readonly unless?: (value: unknown) => boolean;
}[] = [
  {
    field: ["auth", "strategy"],
    value: "header",
    why: "there is no OpenShift to log in to; a ServiceAccount's token is still what is asked for, and the API server judges it",
    unless: (value) => value !== "openshift",
  },
  {
    field: ["external_services", "istio", "istio_api_enabled"],
    value: false,
    why: "Kiali would ask istiod for the proxies' state through a kubelet's port forwarding, and no kubelet is here",
  },
];

/**
 * Adapts what the Kiali operator rendered for release 1.73 on OpenShift to release 1.89 beside the embedded API server. The
 * tracing settings stay as they are.
 * @returns the configuration to run with; a {@link UserError} where it is no YAML
 */
export function adaptKialiConfig(config: string): AdaptedKialiConfig {
  const document = parseDocument(config);
  if (document.errors.length > 0) throw new UserError(`Kiali's config.yaml is no YAML: ${document.errors[0]?.message}`);
  const changes: Change[] = [];
  for (const { field, value, why, unless } of replacements) {
    const before = document.getIn(field);
    if (before === value || unless?.(before)) continue;
    document.setIn(field, value);
    const was = before === undefined ? "not set" : JSON.stringify(before);
    changes.push({ what: `${field.join(".")} is ${JSON.stringify(value)} instead of ${was}`, why });
  }
  return { config: document.toString(), changes };
}
