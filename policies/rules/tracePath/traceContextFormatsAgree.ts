import { isUnknown, type Field, type Unknown } from "../../kubernetes/fields";
import type { Findings } from "../../pack/findings";
import type { Mesh } from "../../mesh/mesh";
import { providerUses, type ProviderUse } from "../../mesh/providerUses";
import { stackRule } from "../../pack/rule";

/** The headers by which a tracer passes a trace on, by kind of provider. */
const formats: Readonly<Record<string, string>> = {
  zipkin: "B3",
  opentelemetry: "W3C trace context",
  datadog: "Datadog's headers",
  skywalking: "SkyWalking's headers",
};

/** The setting of a Zipkin provider with which it passes on both. */
const bothFormats = "USE_B3_WITH_W3C_PROPAGATION";

/** A proxy does not see the trace in headers of another format, and begins a new one. */
export const traceContextFormatsAgree = stackRule(
  {
    name: "trace-context-formats-agree",
    displayName: "One format of trace context in a mesh",
    description: "The tracing providers that a mesh uses must pass traces on in the same format, B3 or W3C.",
    enforcementLevel: "mandatory",
    severity: "medium",
    tags: ["trace path"],
    url: "https://istio.io/latest/docs/tasks/observability/distributed-tracing/overview/#trace-context-propagation",
    remediationSteps:
      "Use providers of one kind throughout the mesh, or, from Istio 1.28 on, set traceContextOption of the Zipkin provider.",
  },
  (stack, findings) => {
    for (const mesh of stack.meshes.all) {
      const [first, ...others] = providerUses(mesh, stack);
      if (first) {
        others.forEach((other) => compare(first, other, mesh, findings));
      }
    }
  },
);

function compare(first: ProviderUse, other: ProviderUse, mesh: Mesh, findings: Findings): void {
  const [passedByFirst, passedByOther] = [formatsOf(first, mesh), formatsOf(other, mesh)];
  if (isUnknown(passedByFirst) || isUnknown(passedByOther)) {
    findings.undecided(other.object, isUnknown(passedByFirst) ? passedByFirst : (passedByOther as Unknown));
    return;
  }
  const apart = passedByFirst.length > 0 && passedByOther.length > 0;
  if (apart && !passedByOther.some((format) => passedByFirst.includes(format))) {
    findings.violation({
      object: other.object,
      field: other.field,
      problem: `which passes traces on by ${passedByOther.join()}, while ${first.field.toString()} of ${first.object.toString()} is ${JSON.stringify(first.value)}, which does so by ${passedByFirst.join()}: a trace that crosses from one to the other breaks in two`,
      fix: `Use providers of one kind, or from Istio 1.28 on set traceContextOption of the Zipkin provider to ${bothFormats}.`,
    });
  }
}

/** The formats that a provider passes traces on in; none if the mesh does not say what kind it is of. */
function formatsOf({ value }: ProviderUse, mesh: Mesh): readonly string[] | Unknown {
  if (isUnknown(value)) {
    return value;
  }
  const names = mesh.providers.map(({ entry }) => ({ entry, name: entry.at("name").string() }));
  const entry = names.find(({ name }) => name === value)?.entry;
  return entry ? formatsOfEntry(entry) : (names.map(({ name }) => name).find(isUnknown) ?? []);
}

function formatsOfEntry(entry: Field): readonly string[] | Unknown {
  const option = entry.at("zipkin", "traceContextOption").string();
  const present = Object.keys(formats).filter((kind) => entry.at(kind).read() !== undefined);
  const unknown = [option, ...present.map((kind) => entry.at(kind).read())].find(isUnknown);
  return (
    unknown ?? (option === bothFormats ? ["zipkin", "opentelemetry"] : present).flatMap((kind) => formats[kind] ?? [])
  );
}
