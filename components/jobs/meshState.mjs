// @ts-check
// Reads from the cluster what decides about tracing. Each object is read once, however many ask for it.
import { nameAndNamespace } from "./names.mjs";

/** @typedef {import("../tracingChain.js").ChainContext} ChainContext */
/** @typedef {import("../tracingChain.js").ExtensionProvider} ExtensionProvider */
/** @typedef {import("../tracingChain.js").MeshTracing} MeshTracing */
/** @typedef {import("../tracingChain.js").ObjectReader} ObjectReader */
/** @typedef {import("../tracingChain.js").Telemetry} Telemetry */
/**
 * @typedef {object} MeshConfig
 * @property {ExtensionProvider[]} [extensionProviders]
 * @property {{ tracing?: string[] }} [defaultProviders]
 * @property {{ tracing?: { sampling?: number } }} [defaultConfig]
 */
/**
 * @typedef {object} ControlPlane Maistra's ServiceMeshControlPlane
 * @property {{ name: string, creationTimestamp?: string }} metadata
 * @property {{ meshConfig?: MeshConfig, tracing?: { sampling?: number } }} [spec]
 */
/** @typedef {{ name: string, labels?: Record<string, string> }} Metadata */
/** @typedef {{ containers?: { name: string }[], initContainers?: { name: string }[] }} PodSpec */
/** @typedef {{ metadata: Metadata, spec?: PodSpec, status?: { phase?: string } }} Pod */
/** @typedef {{ metadata: Metadata, spec?: { ports?: { port: number }[] } }} Service */

/** The label that Maistra gives to each namespace of a mesh, the control plane's included. */
const memberLabel = "maistra.io/member-of";

export class MeshState {
  /** @type {Map<string, Promise<any>>} */
  #answers = new Map();

  /** @param {ChainContext} context */
  constructor(context) {
    this.context = context;
  }

  /**
   * @param {string} path
   * @returns {Promise<any>}
   */
  get(path) {
    const answer = this.#answers.get(path) ?? this.context.cluster.get(path);
    this.#answers.set(path, answer);
    return answer;
  }

  /** The namespaces that Telemetry of the expected services and of the gateway can be in. */
  get namespaces() {
    const { controlPlaneNamespace, services } = this.context;
    return [...new Set([controlPlaneNamespace, ...services.map((service) => nameAndNamespace(service)[1])])];
  }

  /** @returns {Promise<Telemetry[]>} */
  async telemetries() {
    const lists = await Promise.all(
      this.namespaces.map(async (namespace) => {
        const path = `namespaces/${namespace}/telemetries`;
        // Istio before 1.22 serves v1alpha1 alone, a later one may have ceased to.
        return (
          (await this.get(`/apis/telemetry.istio.io/v1alpha1/${path}`)) ??
          (await this.get(`/apis/telemetry.istio.io/v1/${path}`))
        );
      }),
    );
    return lists.flatMap((list) => list?.items ?? []);
  }

  /** @returns {Promise<ControlPlane | undefined>} the oldest, which is the one that Maistra heeds */
  async controlPlane() {
    const path = `/apis/maistra.io/v2/namespaces/${this.context.controlPlaneNamespace}/servicemeshcontrolplanes`;
    /** @type {ControlPlane[]} */
    const items = (await this.get(path))?.items ?? [];
    const created = (/** @type {ControlPlane} */ { metadata }) => metadata.creationTimestamp ?? "";
    return items.toSorted((one, other) => (created(one) < created(other) ? -1 : 1))[0];
  }

  /** @returns {Promise<{ config: MeshConfig, from: string }>} what istiod reads, or what its operator will write there */
  async meshConfig() {
    const { controlPlaneNamespace: namespace, parseYaml } = this.context;
    const controlPlane = await this.controlPlane();
    if (parseYaml !== undefined) {
      const name = controlPlane === undefined ? "istio" : `istio-${controlPlane.metadata.name}`;
      const text = (await this.get(`/api/v1/namespaces/${namespace}/configmaps/${name}`))?.data?.mesh;
      if (text !== undefined) {
        const config = /** @type {MeshConfig | null} */ (parseYaml(text)) ?? {};
        return { config, from: `key mesh of ConfigMap ${namespace}/${name}` };
      }
    }
    if (controlPlane === undefined) {
      throw new Error(`there is neither a ServiceMeshControlPlane nor a ConfigMap istio in namespace ${namespace}`);
    }
    const from = `ServiceMeshControlPlane ${namespace}/${controlPlane.metadata.name}`;
    return { config: controlPlane.spec?.meshConfig ?? {}, from };
  }

  /**
   * What decides about tracing; without the mesh's configuration where the account may not read it.
   *
   * @returns {Promise<MeshTracing>}
   */
  async tracing() {
    const telemetries = await this.telemetries();
    const mesh = { rootNamespace: this.context.controlPlaneNamespace, telemetries };
    const config = await this.meshConfig().then(
      (found) => found.config,
      () => undefined,
    );
    if (config === undefined) {
      return mesh;
    }
    const defaultProvider = config.defaultProviders?.tracing?.[0];
    const defaultSampling = config.defaultConfig?.tracing?.sampling;
    const hundredths = (await this.controlPlane())?.spec?.tracing?.sampling;
    return {
      ...mesh,
      extensionProviders: config.extensionProviders ?? [],
      ...(defaultProvider !== undefined && { defaultProvider }),
      ...(defaultSampling !== undefined && { defaultSampling }),
      ...(hundredths !== undefined && { pilotSampling: hundredths / 100 }),
    };
  }

  /**
   * Whether a namespace is in the mesh. Without Maistra every namespace is.
   *
   * @param {string} namespace
   */
  async isMember(namespace) {
    const labelOf = async (/** @type {string} */ name) =>
      (await this.get(`/api/v1/namespaces/${name}`))?.metadata?.labels?.[memberLabel];
    const mesh = await labelOf(this.context.controlPlaneNamespace);
    return mesh === undefined || (await labelOf(namespace)) === mesh;
  }

  /** @param {string} namespace @param {string} name @returns {Promise<Service | undefined>} */
  service(namespace, name) {
    return this.get(`/api/v1/namespaces/${namespace}/services/${name}`);
  }

  /**
   * The pods of a selector that run, or are to.
   *
   * @param {string} namespace
   * @param {string} selector
   * @returns {Promise<Pod[]>}
   */
  async pods(namespace, selector) {
    const path = `/api/v1/namespaces/${namespace}/pods?labelSelector=${encodeURIComponent(selector)}`;
    /** @type {Pod[]} */
    const items = (await this.get(path))?.items ?? [];
    return items.filter(({ status }) => status?.phase !== "Succeeded" && status?.phase !== "Failed");
  }
}
