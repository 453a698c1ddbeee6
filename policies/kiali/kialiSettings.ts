import type { Version } from "../kubernetes/version";

/** A tracing setting that not every version of Kiali's server knows. */
export interface KialiSetting {
  /** Keys from `external_services.tracing` on. */
  readonly path: readonly string[];
  /** The last version before it came. */
  readonly after?: Version;
  /** The first version that no longer has it. */
  readonly until?: Version;
  /** The value for which that holds; any unless given. */
  readonly value?: string;
  /** What to do in a version that does not have it. */
  readonly instead: string;
}

const v = (major: number, minor: number): Version => ({ major, minor });
const later = "Remove it, or use a later version.";
const jaegerOnly = "This version asks Jaeger's API alone: remove it, and ask at port 16686 of a query-frontend.";

/** Source: kiali/kiali-operator, roles/<version>/kiali-deploy/defaults/main.yml of the versions that it ships. */
export const kialiSettings: readonly KialiSetting[] = [
  { path: ["internal_url"], after: v(1, 73), instead: "Use in_cluster_url." },
  { path: ["external_url"], after: v(1, 73), instead: "Use url." },
  { path: ["provider"], after: v(1, 73), instead: jaegerOnly },
  { path: ["tempo_config"], after: v(1, 73), instead: jaegerOnly },
  { path: ["grpc_port"], after: v(1, 73), instead: later },
  { path: ["health_check_url"], after: v(1, 73), instead: later },
  { path: ["custom_headers"], after: v(1, 73), instead: later },
  { path: ["disable_version_check"], after: v(2, 4), instead: later },
  { path: ["tempo_config", "name"], after: v(2, 11), instead: later },
  { path: ["tempo_config", "namespace"], after: v(2, 11), instead: later },
  { path: ["tempo_config", "tenant"], after: v(2, 11), instead: later },
  { path: ["tempo_config", "url_format"], value: "openshift", after: v(2, 11), instead: "Use jaeger or grafana." },
  { path: ["use_waypoint_name"], after: v(2, 17), instead: later },
  { path: ["auth", "oauth2"], after: v(2, 22), instead: later },
  { path: ["auth", "ca_file"], until: v(2, 22), instead: "Put the CA into the ConfigMap kiali-cabundle." },
];
