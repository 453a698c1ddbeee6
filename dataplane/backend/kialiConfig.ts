import { parseDocument } from "yaml";
import { UserError } from "../../cluster/interruption";
import type { Change } from "./change";

/** Kiali's configuration, adapted, with all that was changed. */
export interface AdaptedKialiConfig {
  /** Text of config.yaml. */
  readonly config: string;
  readonly changes: readonly Change[];
}

/**
 * Adapts what the Kiali operator rendered for release 1.73 on OpenShift to release 1.89 beside the embedded API server. Only
 * the way to log in differs; above all the tracing settings stay as they are.
 * @returns the configuration to run with; a {@link UserError} where it is no YAML
 */
export function adaptKialiConfig(config: string): AdaptedKialiConfig {
  const document = parseDocument(config);
  if (document.errors.length > 0) throw new UserError(`Kiali's config.yaml is no YAML: ${document.errors[0]?.message}`);
  const strategy = ["auth", "strategy"];
  if (document.getIn(strategy) !== "openshift") return { config, changes: [] };
  document.setIn(strategy, "header");
  const change = {
    what: 'auth.strategy is "header" instead of "openshift"',
    why: "there is no OpenShift to log in to; a ServiceAccount's token is taken as on OpenShift, and the API server judges it",
  };
  return { config: document.toString(), changes: [change] };
}
