import { isUnknown, type Field, type Unknown } from "../kubernetes/fields";
import { kinds, type KubernetesObject, type Match } from "../kubernetes/match";
import { proxyConfigField, proxyConfigSampling } from "./proxyConfig";
import { workloadKinds } from "../kubernetes/workloads";

/** A field that says which share of requests is traced. */
export interface SamplingSetting {
  readonly object: KubernetesObject;
  readonly field: Field;
  /** The number as it stands in the field, in the field's own unit; NaN for text that is no number. */
  readonly value: number | Unknown;
  /** How many of the field's units make one percent. */
  readonly unitsPerPercent: number;
  /**
   * Whether the API server takes any number here. Istio then samples 1 % for one above 100 %, and takes zero for a field
   * that is not set.
   */
  readonly unchecked: boolean;
}

/** Istio's share of requests, in percent, where nothing valid says another. */
export const defaultPercent = 1;

/** The kinds that have such a field. */
export const sampledKinds: readonly Match[] = [kinds.telemetry, kinds.controlPlane, kinds.istio, ...workloadKinds];

/** The sampling settings of an object; those that it leaves to their defaults are not among them. */
export function samplingSettings(object: KubernetesObject): readonly SamplingSetting[] {
  if (object.is(kinds.telemetry)) {
    const tracing = object.field("spec", "tracing");
    const entries = tracing.items();
    const fields = isUnknown(entries) ? [] : entries.map((entry) => entry.at("randomSamplingPercentage"));
    const settings = fields.flatMap((field) => setting(object, field, field.number()));
    return isUnknown(entries) ? setting(object, tracing, entries) : settings;
  }
  if (object.is(kinds.controlPlane) || object.is(kinds.istio)) {
    return controlPlaneSettings(object);
  }
  const proxyConfig = proxyConfigField(object);
  const inAnnotation = proxyConfig?.at("tracing", "sampling");
  return proxyConfig && inAnnotation
    ? setting(object, inAnnotation, proxyConfigSampling(proxyConfig), { unchecked: true })
    : [];
}

function controlPlaneSettings(object: KubernetesObject): readonly SamplingSetting[] {
  const spec = object.field("spec");
  const number = (field: Field) => setting(object, field, field.number(), { unchecked: true });
  const variable = (env: Field) => {
    const field = env.at("PILOT_TRACE_SAMPLING");
    const text = field.string();
    return setting(object, field, typeof text === "string" ? parsed(text) : text, { unchecked: true });
  };
  if (object.is(kinds.controlPlane)) {
    const sampling = spec.at("tracing", "sampling");
    return [
      // Maistra counts in 0.01 %: 10000 is every request.
      ...setting(object, sampling, sampling.number(), { unitsPerPercent: 100 }),
      ...variable(spec.at("runtime", "components", "pilot", "container", "env")),
      ...number(spec.at("techPreview", "meshConfig", "defaultConfig", "tracing", "sampling")),
    ];
  }
  const values = spec.at("values");
  return [
    ...number(values.at("pilot", "traceSampling")),
    ...variable(values.at("pilot", "env")),
    ...number(values.at("meshConfig", "defaultConfig", "tracing", "sampling")),
  ];
}

function setting(
  object: KubernetesObject,
  field: Field,
  value: number | Unknown | undefined,
  { unitsPerPercent = 1, unchecked = false } = {},
): readonly SamplingSetting[] {
  return value === undefined ? [] : [{ object, field, value, unitsPerPercent, unchecked }];
}

/** The number that a text is as a whole, else NaN. */
function parsed(text: string): number {
  return text.trim() === "" ? NaN : Number(text);
}

/** A sampling value in hundredths of a percent, the finest step that both Istio and Maistra tell apart. */
export function inHundredths(value: number, unitsPerPercent: number): number {
  return Math.round((value * 100) / unitsPerPercent);
}

/** Hundredths of a percent in another unit; exact, where multiplying a percentage by 100 is not. */
export function fromHundredths(hundredths: number, unitsPerPercent: number): number {
  return (hundredths * unitsPerPercent) / 100;
}

/** A sampling value as people read it: `12.5 %`. */
export function asPercent(value: number, unitsPerPercent: number): string {
  return `${fromHundredths(inHundredths(value, unitsPerPercent), 1)} %`;
}
