import { anyOf } from "../../kubernetes/fields";
import { kinds } from "../../kubernetes/match";
import { isSet, not } from "../../pack/decisions";
import { reportDefects, type PossibleDefect } from "../../pack/possibleDefect";
import { resourceRule } from "../../pack/rule";
import { podTemplate } from "../../kubernetes/workloads";

/** Where a Job, and a CronJob for its own, says how long it may take. */
const places = [
  [kinds.job, ["spec"]],
  [kinds.cronJob, ["spec", "jobTemplate", "spec"]],
] as const;

/** A Job that waits for what never comes is neither failed nor done, and an update waits with it. */
export const jobsEnd = resourceRule(
  {
    name: "jobs-end",
    displayName: "Jobs end",
    description: "A Job must say after which time it is ended.",
    enforcementLevel: "advisory",
    severity: "low",
    tags: ["operations"],
    url: "https://kubernetes.io/docs/concepts/workloads/controllers/job/#job-termination-and-cleanup",
    remediationSteps: "Set spec.activeDeadlineSeconds to more than the Job takes when all goes well.",
  },
  places.map(([match]) => match),
  (object, findings) => {
    const path = places.find(([match]) => object.is(match))![1];
    const field = object.field(...path, "activeDeadlineSeconds");
    const ofPods = podTemplate(object)!.at("spec", "activeDeadlineSeconds");
    const defect: PossibleDefect = {
      applies: not(anyOf([object.isPatch, isSet(field), isSet(ofPods)])),
      field,
      problem: "so a Job that hangs is never ended",
      fix: "Set it to more than the Job takes when all goes well.",
    };
    reportDefects(object, [defect], findings);
  },
);
