import { isUnknown, type Field, type StringField, type Unknown } from "../kubernetes/fields";
import { visitLeaves } from "../kubernetes/leaves";
import { kinds, type KubernetesObject, type Match } from "../kubernetes/match";
import { podTemplate, workloadKinds } from "../kubernetes/workloads";

/** Something that a proxy is told to write into its spans. */
export interface SpanTag {
  readonly field: Field;
  /** Names of request headers. */
  readonly headers: readonly string[];
  /** Names of the proxy's environment variables. */
  readonly variables: readonly string[];
  /** Whether the field is a text that holds more than such a name. */
  readonly isText: boolean;
}

/** The kinds that have a field for it. */
const structuredKinds: readonly Match[] = [
  kinds.telemetry,
  kinds.controlPlane,
  kinds.istio,
  kinds.istioOperator,
  kinds.envoyFilter,
];

/** The kinds that may tell proxies so: workloads by an annotation, and a ConfigMap that holds a mesh's settings. */
export const taggingKinds: readonly Match[] = [...structuredKinds, kinds.configMap, ...workloadKinds];

/** The annotation by which a pod changes its proxy's settings. */
const proxyConfig = "proxy.istio.io/config";

const inTags = /(?:customTags|custom_tags)\b/;
/** Keys on the way to tags: what is not known there may hold some. */
const aboveTags: ReadonlySet<string> = new Set([
  ...["tracing", "values", "meshConfig", "defaultConfig", "techPreview"],
  ...["configPatches", "patch", "value", "typed_config", "typedConfig"],
]);
const headerHolder = /\.(?:header|requestHeader|request_header)$/;
const variableHolder = /\.environment$/;

/** The headers that Envoy's formatter names: `%REQ(X-USER?X-OTHER):10%`. */
const inFormat = /%REQ\(([^)]+)\)/gi;
/** The same as YAML or JSON, in an annotation or a file. */
const headerInText = /\b(?:header|requestHeader|request_header)["']?\s*:\s*\{?\s*["']?name["']?\s*:\s*["']?([\w-]+)/g;
const variableInText = /\benvironment["']?\s*:\s*\{?\s*["']?name["']?\s*:\s*["']?([\w-]+)/g;

/** What an object has proxies write into spans, and the names that are not known yet. */
export function spanTags(object: KubernetesObject): { tags: readonly SpanTag[]; doubts: readonly Unknown[] } {
  const isStructured = structuredKinds.some((match) => object.is(match));
  const found = isStructured ? structuredTags(object) : texts(object).map(tagsInText);
  return { tags: found.flatMap((tag) => (isUnknown(tag) ? [] : tag)), doubts: found.filter(isUnknown) };
}

function structuredTags(object: KubernetesObject): readonly (SpanTag | Unknown)[] {
  const spec = object.field("spec");
  const whole = spec.read();
  if (isUnknown(whole)) {
    return [whole];
  }
  const found: (SpanTag | Unknown)[] = [];
  visitLeaves(
    spec,
    () => true,
    ({ field, holder, segment, key, value }) => {
      const place = holder.toString();
      if (isUnknown(value)) {
        found.push(...(inTags.test(field.toString()) || aboveTags.has(key) ? [value] : []));
      } else if (typeof value === "string" && inTags.test(place)) {
        const isName = segment === "name";
        const formatted = matches(value, inFormat).flatMap((names) => names.split("?"));
        found.push({
          field,
          headers: isName && headerHolder.test(place) ? [value] : formatted,
          variables: isName && variableHolder.test(place) ? [value] : [],
          isText: false,
        });
      }
    },
  );
  return found;
}

/** Texts that may be settings of proxies. */
function texts(object: KubernetesObject): readonly StringField[] {
  if (object.is(kinds.configMap)) {
    const data = object.field("data").entries();
    return isUnknown(data)
      ? [{ field: object.field("data"), value: data }]
      : data.flatMap(([, field]) => field.asString());
  }
  return podTemplate(object)?.at("metadata", "annotations", proxyConfig).asString() ?? [];
}

function tagsInText({ field, value }: StringField): SpanTag | Unknown {
  if (isUnknown(value)) {
    return value;
  }
  const text = inTags.test(value) ? value : "";
  return { field, headers: matches(text, headerInText), variables: matches(text, variableInText), isText: true };
}

function matches(text: string, pattern: RegExp): readonly string[] {
  return [...text.matchAll(pattern)].map(([, name = ""]) => name);
}
