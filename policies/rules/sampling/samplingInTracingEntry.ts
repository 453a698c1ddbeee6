import { isUnknown, type Field } from "../../kubernetes/fields";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { withFields, type Change } from "../../pack/remediation";
import { resourceRule, type Remediation } from "../../pack/rule";

const key = "randomSamplingPercentage";

/** Keys of an entry of `spec.tracing` that have to do with sampling. */
const known: readonly string[] = [key, "useRequestIdForTraceSampling"];

/** The API server drops a key that it does not know, and Istio samples 1 % where it finds no rate. */
export const samplingInTracingEntry = resourceRule(
  {
    name: "sampling-in-tracing-entry",
    displayName: "A Telemetry's sampling rate in its place",
    description: `The sampling rate of a Telemetry must stand in an entry of spec.tracing itself, as ${key}.`,
    enforcementLevel: "mandatory",
    severity: "high",
    tags: ["sampling"],
    url: "https://istio.io/latest/docs/reference/config/telemetry/#Tracing",
    remediationSteps: `Move it to spec.tracing[].${key}, beside providers.`,
  },
  [kinds.telemetry],
  (object, findings) => {
    /** Refuses keys about sampling in a map, except those that belong there. */
    const search = (map: Field, ...except: readonly string[]): void => {
      const entries = map.entries();
      if (isUnknown(entries)) {
        findings.undecided(object, entries);
        return;
      }
      for (const [, field] of entries.filter(([name]) => /sampling/i.test(name) && !except.includes(name))) {
        findings.violation({
          object,
          field,
          problem: "a field that Telemetry does not have, so the API server drops it and the rate does not hold",
          fix: `Move it to spec.tracing[].${key}.`,
        });
      }
    };
    const searchEach = (list: Field, searchItem: (item: Field) => void): void => {
      const items = list.items();
      if (isUnknown(items)) {
        findings.undecided(object, items);
      } else {
        items.forEach(searchItem);
      }
    };
    search(object.field("spec"));
    searchEach(object.field("spec", "tracing"), (entry) => {
      search(entry, ...known);
      search(entry.at("match"));
      searchEach(entry.at("providers"), (provider) => search(provider));
    });
  },
  { remediate },
);

/** Moves the rate out of the providers, one step of indentation. */
function remediate(object: KubernetesObject): ReturnType<Remediation> {
  const entries = object.field("spec", "tracing").items();
  const changes = (isUnknown(entries) ? [] : entries).flatMap(moved);
  return changes.length > 0 ? withFields(object.props, changes) : undefined;
}

function moved(entry: Field): readonly Change[] {
  const providers = entry.at("providers").items();
  const misplaced = (isUnknown(providers) ? [] : providers)
    .map((provider) => provider.at(key))
    .filter((field) => field.read() !== undefined);
  const removal = misplaced.map((field): Change => [field, undefined]);
  if (entry.at(key).read() !== undefined) {
    return removal; // The entry's own rate holds already.
  }
  const [rate, ...others] = new Set(misplaced.map((field) => field.number()));
  return typeof rate === "number" && others.length === 0 ? [[entry.at(key), rate], ...removal] : [];
}
