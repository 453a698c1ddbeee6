import { isUnknown } from "../../kubernetes/fields";
import { kinds } from "../../kubernetes/match";
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
    const times = [field, podTemplate(object)!.at("spec", "activeDeadlineSeconds")].map((time) => time.read());
    const unknown = times.find(isUnknown);
    if (object.isPatch || times.some((time) => time !== undefined && !isUnknown(time))) {
      return;
    }
    if (unknown) {
      findings.undecided(object, unknown);
    } else {
      findings.violation({
        object,
        field,
        problem: "so a Job that hangs is never ended",
        fix: "Set it to more than the Job takes when all goes well.",
      });
    }
  },
);
