import { isUnknown, type Field, type Unknown } from "./fields";
import { kinds, type KubernetesObject, type Match } from "./match";

/** A field that says which share of requests is traced. */
export interface SamplingSetting {
  readonly object: KubernetesObject;
  readonly field: Field;
  /** The number as it stands in the field, in the field's own unit. */
  readonly value: number | Unknown;
  /** How many of the field's units make one percent. */
  readonly unitsPerPercent: number;
}

/** The kinds that have such a field. */
export const sampledKinds: readonly Match[] = [kinds.telemetry, kinds.controlPlane, kinds.istio];

/** The sampling settings of an object; those that it leaves to their defaults are not among them. */
export function samplingSettings(object: KubernetesObject): readonly SamplingSetting[] {
  const setting = (unitsPerPercent: number, field: Field): readonly SamplingSetting[] => {
    const value = field.number();
    return value === undefined ? [] : [{ object, field, value, unitsPerPercent }];
  };
  if (object.is(kinds.controlPlane)) {
    // Maistra counts in 0.01 %: 10000 is every request.
    return setting(100, object.field("spec", "tracing", "sampling"));
  }
  if (object.is(kinds.istio)) {
    const values = object.field("spec", "values");
    return [
      ...setting(1, values.at("pilot", "traceSampling")),
      ...setting(1, values.at("meshConfig", "defaultConfig", "tracing", "sampling")),
    ];
  }
  if (object.is(kinds.telemetry)) {
    const entries = object.field("spec", "tracing").items();
    return isUnknown(entries)
      ? [{ object, field: object.field("spec", "tracing"), value: entries, unitsPerPercent: 1 }]
      : entries.flatMap((entry) => setting(1, entry.at("randomSamplingPercentage")));
  }
  return [];
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
