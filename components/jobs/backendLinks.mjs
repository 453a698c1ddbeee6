// @ts-check
// The links behind the mesh: Tempo, which takes and keeps the spans, and Kiali, which asks for them.
import { broken, ok, unknown } from "./findings.mjs";
import { ingestOf } from "./meshLinks.mjs";
import { clusterService } from "./names.mjs";

/** @typedef {import("./findings.mjs").Finding} Finding */
/** @typedef {import("./meshState.mjs").MeshState} MeshState */
/** @typedef {{ type: string, status: string, reason?: string, message?: string }} Condition */
/** @typedef {{ metadata: { name: string }, status?: { conditions?: Condition[] } }} WithConditions */
/**
 * @typedef {object} KialiTracing Kiali's `external_services.tracing`
 * @property {boolean} [enabled]
 * @property {string} [in_cluster_url] the address to ask, until Kiali 1.89
 * @property {string} [internal_url] the same, since
 * @property {string} [provider]
 * @property {boolean} [use_grpc]
 */

const jaegerHttpPort = 16686;
const jaegerGrpcPort = 16685;

/**
 * The Tempo whose Service the proxies send to must be ready.
 *
 * @param {MeshState} state
 * @returns {Promise<Finding>}
 */
export async function tempoLink(state) {
  const { service: host = "" } = await ingestOf(state);
  const { name = "", namespace = "" } = clusterService(host) ?? {};
  const labels = (await state.service(namespace, name))?.metadata.labels ?? {};
  const instance = labels["app.kubernetes.io/instance"];
  if (labels["app.kubernetes.io/managed-by"] !== "tempo-operator" || instance === undefined) {
    return unknown(`${host || "what the provider sends to"} is no Service of tempo-operator`);
  }
  const kind = `/apis/tempo.grafana.com/v1alpha1/namespaces/${namespace}`;
  /** @type {WithConditions | undefined} */
  const tempo =
    (await state.get(`${kind}/tempostacks/${instance}`)) ?? (await state.get(`${kind}/tempomonolithics/${instance}`));
  if (tempo === undefined) {
    return broken(
      `Service ${namespace}/${name} is of Tempo ${instance}, which is not there any more`,
      "run pulumi up, which creates the TempoStack",
    );
  }
  const current = tempo.status?.conditions?.find(({ status }) => status === "True");
  return current?.type === "Ready"
    ? ok(`Tempo ${namespace}/${instance} is ready`)
    : broken(
        `Tempo ${namespace}/${instance} is not ready (${inWords(current)})`,
        `look at the pods of namespace ${namespace}, and at the logs of distributor and ingester`,
      );
}

/**
 * Kiali must ask, at an address that exists, in the protocol that is spoken there.
 *
 * @param {MeshState} state
 * @returns {Promise<Finding>}
 */
export async function kialiLink(state) {
  const { controlPlaneNamespace: namespace, kialiTracing } = state.context;
  const told = await kialiTracing?.();
  if (told?.enabled === false) {
    return broken(
      "Kiali says that its tracing is switched off",
      "set external_services.tracing.enabled in the Kiali resource; where it is set, restart Kiali",
    );
  }
  /** @type {{ items?: (WithConditions & { spec?: { external_services?: { tracing?: KialiTracing } } })[] } | undefined} */
  const list = await state.get(`/apis/kiali.io/v1alpha1/namespaces/${namespace}/kialis`);
  const kiali = list?.items?.[0];
  if (kiali === undefined) {
    return unknown(`there is no Kiali resource in namespace ${namespace}`);
  }
  const name = `Kiali ${namespace}/${kiali.metadata.name}`;
  const failure = kiali.status?.conditions?.find(({ type, status }) => type === "Failure" && status === "True");
  if (failure !== undefined) {
    return broken(`Kiali's operator failed (${inWords(failure)})`, "look at the log of the Kiali operator");
  }
  return settingsFinding(state, name, kiali.spec?.external_services?.tracing ?? {});
}

/** @param {MeshState} state @param {string} name @param {KialiTracing} tracing @returns {Promise<Finding>} */
async function settingsFinding(state, name, tracing) {
  const address = tracing.internal_url ?? tracing.in_cluster_url;
  if (tracing.enabled === false || address === undefined || !URL.canParse(address)) {
    return broken(
      `${name} has no tracing settings that it could use: enabled ${tracing.enabled ?? "not set"}, address ${address ?? "not set"}`,
      "run pulumi up, which sets external_services.tracing",
    );
  }
  const { hostname, protocol, port: named } = new URL(address);
  const port = Number(named || (protocol === "https:" ? 443 : 80));
  const service = clusterService(hostname);
  const live = service && (await state.service(service.namespace, service.name));
  if (service !== undefined && live === undefined) {
    return broken(
      `${name} asks ${address}, but there is no Service ${service.name} in namespace ${service.namespace}`,
      "run pulumi up, which sets the address of Tempo's query frontend",
    );
  }
  const ports = live?.spec?.ports?.map((each) => each.port) ?? [];
  if (live !== undefined && !ports.includes(port)) {
    return broken(
      `${name} asks port ${port} of ${hostname}, which has ${ports.join(", ") || "none"}`,
      "mend the port of external_services.tracing",
    );
  }
  const usesGrpc = tracing.use_grpc ?? true;
  const spoken = { [jaegerHttpPort]: false, [jaegerGrpcPort]: true }[port];
  if (tracing.provider !== "tempo" && spoken !== undefined && spoken !== usesGrpc) {
    return broken(
      `${name} speaks ${usesGrpc ? "gRPC" : "HTTP"} to port ${port}, where Jaeger speaks ${spoken ? "gRPC" : "HTTP"}`,
      `set external_services.tracing.use_grpc to ${spoken}`,
    );
  }
  return ok(`${name} asks ${address}`);
}

/** @param {Condition | undefined} condition */
function inWords(condition) {
  return condition === undefined
    ? "no status yet"
    : `${condition.reason ?? condition.type}: ${condition.message ?? ""}`;
}
