// @ts-check
// Works out how a proxy traces, as istiod does. Source: istio/istio, pilot/pkg/model/telemetry.go (Tracing,
// applicableTelemetries) and pilot/pkg/networking/core/tracing.go (configureTracingFromTelemetry).

/** @typedef {import("../tracingChain.js").EffectiveTracing} EffectiveTracing */
/** @typedef {import("../tracingChain.js").ExtensionProvider} ExtensionProvider */
/** @typedef {import("../tracingChain.js").MeshTracing} MeshTracing */
/** @typedef {import("../tracingChain.js").Telemetry} Telemetry */
/** @typedef {import("../tracingChain.js").TelemetryTracing} TelemetryTracing */
/** @typedef {{ namespace: string, labels: Readonly<Record<string, string>> }} Workload */

/** What istiod samples where nothing says otherwise, in percent; also what it makes of a value that is out of range. */
const istiodDefault = 1;

/**
 * How a workload traces on one side of its calls. The more specific Telemetry overrides field by field: workload over
 * namespace over root namespace.
 *
 * @param {Workload} workload
 * @param {"client" | "server"} side
 * @param {MeshTracing} mesh
 * @returns {EffectiveTracing}
 */
export function effectiveTracing(workload, side, mesh) {
  let provider = mesh.defaultProvider;
  let providerFrom = provider === undefined ? undefined : "meshConfig.defaultProviders";
  /** @type {string | undefined} */
  let disabledBy;
  /** @type {{ percentage: number, from: string } | undefined} */
  let sampling;
  for (const { from, tracing } of applicable(workload, mesh)) {
    const mode = tracing.match?.mode?.toLowerCase();
    if (mode !== undefined && mode !== "client_and_server" && mode !== side) {
      continue;
    }
    const name = tracing.providers?.[0]?.name;
    if (name !== undefined) {
      [provider, providerFrom] = [name, from];
    }
    if (tracing.disableSpanReporting !== undefined) {
      disabledBy = tracing.disableSpanReporting ? from : undefined;
    }
    if (tracing.randomSamplingPercentage !== undefined) {
      sampling = { percentage: tracing.randomSamplingPercentage, from };
    }
  }
  const declared = findProvider(provider, mesh);
  const sampler = declared && samplerOf(declared);
  const { percentage, from } =
    sampler !== undefined
      ? { percentage: 100, from: `sampler ${sampler} of provider ${provider}, which decides by itself` }
      : (sampling ?? meshSampling(mesh));
  const isDeclared = declared !== undefined || mesh.extensionProviders === undefined;
  const off = offReason(provider, isDeclared, disabledBy);
  return {
    ...(provider !== undefined && { provider }),
    ...(providerFrom !== undefined && { providerFrom }),
    ...(off !== undefined && { off }),
    percentage,
    percentageFrom: from,
  };
}

/**
 * The extension provider of a name; istiod does not mind upper and lower case.
 *
 * @param {string | undefined} name
 * @param {Pick<MeshTracing, "extensionProviders">} mesh
 */
export function findProvider(name, { extensionProviders }) {
  return extensionProviders?.find((each) => each.name.toLowerCase() === name?.toLowerCase());
}

/**
 * @param {string | undefined} provider
 * @param {boolean} isDeclared
 * @param {string | undefined} disabledBy
 */
function offReason(provider, isDeclared, disabledBy) {
  if (disabledBy !== undefined) {
    return `disableSpanReporting in ${disabledBy}`;
  }
  if (provider === undefined) {
    return "no Telemetry names a provider";
  }
  return isDeclared ? undefined : `provider ${provider} is not among meshConfig.extensionProviders`;
}

/**
 * The entries that apply to a workload, the most specific last.
 *
 * @param {Workload} workload
 * @param {MeshTracing} mesh
 * @returns {{ from: string, tracing: TelemetryTracing }[]}
 */
function applicable({ namespace, labels }, { rootNamespace, telemetries }) {
  /** @type {(within: string) => Telemetry | undefined} */
  const wholeNamespace = (within) =>
    telemetries.find((telemetry) => telemetry.metadata.namespace === within && selectorOf(telemetry) === undefined);
  const root = wholeNamespace(rootNamespace);
  const own = namespace === rootNamespace ? undefined : wholeNamespace(namespace);
  const selecting = telemetries.filter((telemetry) => {
    const selector = selectorOf(telemetry);
    return (
      telemetry.metadata.namespace === namespace &&
      selector !== undefined &&
      Object.entries(selector).every(([key, value]) => labels[key] === value)
    );
  });
  return [
    ...entriesOf(root, "the whole mesh"),
    ...entriesOf(own, "its namespace"),
    ...selecting.flatMap((telemetry) => entriesOf(telemetry, "the workload")),
  ];
}

/** @param {Telemetry | undefined} telemetry @param {string} scope */
function entriesOf(telemetry, scope) {
  const from = `Telemetry ${telemetry?.metadata.namespace}/${telemetry?.metadata.name} of ${scope}`;
  return (telemetry?.spec?.tracing ?? []).map((tracing) => ({ from, tracing }));
}

/**
 * The labels that a Telemetry selects by; undefined for one of a whole namespace. One that targets a Gateway or Service
 * by reference selects no workload here.
 *
 * @param {Telemetry} telemetry
 * @returns {Readonly<Record<string, string>> | undefined}
 */
function selectorOf({ spec }) {
  const labels = spec?.selector?.matchLabels;
  if (labels !== undefined && Object.keys(labels).length > 0) {
    return labels;
  }
  const isTargeted = spec?.targetRef !== undefined || (spec?.targetRefs?.length ?? 0) > 0;
  return isTargeted ? { "targetRefs are not followed": "" } : undefined;
}

/** @param {ExtensionProvider} provider @returns {string | undefined} */
function samplerOf({ name: _, ...kinds }) {
  const settings = /** @type {Record<string, unknown>[]} */ (Object.values(kinds));
  return settings.flatMap((each) => Object.keys(each ?? {}).filter((key) => /sampler$/i.test(key)))[0];
}

/** @param {MeshTracing} mesh */
function meshSampling({ defaultSampling, pilotSampling }) {
  if (defaultSampling) {
    return defaultSampling > 100
      ? {
          percentage: istiodDefault,
          from: `meshConfig.defaultConfig.tracing.sampling, whose ${defaultSampling} is out of range`,
        }
      : { percentage: defaultSampling, from: "meshConfig.defaultConfig.tracing.sampling" };
  }
  if (pilotSampling !== undefined) {
    return pilotSampling < 0 || pilotSampling > 100
      ? { percentage: istiodDefault, from: `istiod's PILOT_TRACE_SAMPLING, whose ${pilotSampling} is out of range` }
      : { percentage: pilotSampling, from: "the control plane's tracing.sampling" };
  }
  return { percentage: istiodDefault, from: "istiod's default" };
}
