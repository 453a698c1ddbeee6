import { isUnknown, type Field, type Unknown } from "../kubernetes/fields";
import type { KubernetesObject } from "../kubernetes/match";
import { podTemplate } from "../kubernetes/workloads";

/** The annotation by which pods change the mesh's `defaultConfig` for their proxy; undefined for other kinds. */
export function proxyConfigField(object: KubernetesObject): Field | undefined {
  return podTemplate(object)?.at("metadata", "annotations", "proxy.istio.io/config");
}

/**
 * The `tracing.sampling` in such an annotation, which is YAML. It is looked for without a parser, for that would cost
 * every preview more than all rules: a proxy's configuration has no other key of this name.
 */
export function proxyConfigSampling(annotation: Field): number | Unknown | undefined {
  const text = annotation.string();
  if (text === undefined || isUnknown(text)) {
    return text;
  }
  const [, number] = /\bsampling["']?\s*:\s*["']?(-?\d+(?:\.\d+)?)/.exec(text.replace(/(^|\s)#.*/g, "$1")) ?? [];
  return number === undefined ? undefined : Number(number);
}
