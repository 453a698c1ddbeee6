import { isUnknown, type Field, type Unknown } from "../kubernetes/fields";
import type { KubernetesObject } from "../kubernetes/match";
import { containers, podTemplate } from "../kubernetes/workloads";

/** A field of a pod that its security standard forbids, or misses. */
export interface Breach {
  readonly field: Field;
  /** What is wrong with the value, as the rest of a sentence. */
  readonly problem: string;
  /** What to do about it, as a sentence. */
  readonly fix: string;
}

/** What the controls of a standard look at. */
export interface Pod {
  readonly annotations: Field;
  readonly spec: Field;
  readonly containers: readonly Field[];
  /** The security contexts of the pod and of each container. */
  readonly contexts: readonly Field[];
  /** Whether a field that is missing here may be set elsewhere, as for a patch. */
  readonly isPartial: boolean;
}

/** Takes what a control finds. */
export interface PodFindings {
  breach(field: Field, problem: string, fix: string): void;
  undecided(because: Unknown): void;
}

/** Looks at one control of a standard. */
export type Control = (pod: Pod, findings: PodFindings) => void;

/** The pods that a workload makes; undefined if the object is no workload. */
export function podOf(object: KubernetesObject): { pod: Pod; doubts: readonly Unknown[] } | undefined {
  const template = podTemplate(object);
  if (!template) {
    return undefined;
  }
  const spec = template.at("spec");
  const { all, doubts } = containers(spec);
  const contexts = [spec, ...all].map((place) => place.at("securityContext"));
  const annotations = template.at("metadata", "annotations");
  return { pod: { annotations, spec, containers: all, contexts, isPartial: object.isPatch }, doubts };
}

/** Has the value of each place judged, unless it is not known. */
export function eachKnown<Place, Value>(
  places: readonly Place[],
  read: (place: Place) => Value | Unknown,
  findings: PodFindings,
  judge: (value: Value, place: Place) => void,
): void {
  for (const place of places) {
    const value = read(place);
    if (isUnknown(value)) {
      findings.undecided(value);
    } else {
      judge(value, place);
    }
  }
}

/** A control that forbids `true`. */
export function neverTrue(places: (pod: Pod) => readonly Field[], problem: string): Control {
  return (pod, findings) =>
    eachKnown(
      places(pod),
      (field) => field.boolean(),
      findings,
      (value, field) => {
        if (value === true) {
          findings.breach(field, problem, "Remove it.");
        }
      },
    );
}

/** A control that allows a text only if it is one of a few, or is not set. */
export function onlyOf(
  places: (pod: Pod) => readonly Field[],
  isAllowed: (value: string) => boolean,
  problem: string,
  allowed: string,
): Control {
  return (pod, findings) =>
    eachKnown(
      places(pod),
      (field) => field.string(),
      findings,
      (value, field) => {
        if (value !== undefined && !isAllowed(value)) {
          findings.breach(field, problem, `Remove it, or set ${allowed}.`);
        }
      },
    );
}

/** A field that containers take from the pod unless they set it themselves. */
interface Inherited<Value> {
  /** Where it is in a security context. */
  readonly path: readonly string[];
  readonly read: (field: Field) => Value | Unknown | undefined;
  readonly isAllowed: (value: Value) => boolean;
  /** What follows if neither the pod nor a container sets the field. */
  readonly missing: string;
  /** What follows if one sets it to something that is not allowed. */
  readonly wrong: string;
  readonly fix: string;
}

/** Judges such a field: nobody may set it wrong, and each container needs it, of its own or from the pod. */
export function judgeInherited<Value>(
  { spec, containers, isPartial }: Pod,
  findings: PodFindings,
  { path, read, isAllowed, missing, wrong, fix }: Inherited<Value>,
): void {
  const ofPod = spec.at("securityContext", ...path);
  const ofContainers = containers.map((container) => container.at("securityContext", ...path));
  eachKnown([ofPod, ...ofContainers], read, findings, (value, field) => {
    if (value !== undefined && !isAllowed(value)) {
      findings.breach(field, wrong, fix);
    }
  });
  if (!isPartial && read(ofPod) === undefined && ofContainers.some((field) => read(field) === undefined)) {
    findings.breach(ofPod, missing, fix);
  }
}
