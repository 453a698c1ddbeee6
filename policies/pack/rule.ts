import type { Policy, ResourceValidationArgs, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { Reporter, type Findings, type Report } from "./findings";
import { KubernetesObject, type Match } from "../kubernetes/match";
import { keepSecrets, type Props } from "./remediation";
import { Stack } from "../kubernetes/stack";

/**
 * What every rule says of itself. All of it is shown by Pulumi or its console.
 *
 * - `description` says what must be true.
 * - `enforcementLevel` is what holds unless configured: `mandatory` for what makes traces vanish or shows secrets,
 *   `advisory` for what is a team's own choice.
 * - `url` is the upstream page on which the rule rests.
 * - `framework` is the entry of a published security framework, where there is one.
 */
export type RuleMetadata = Required<
  Pick<
    Policy,
    "name" | "displayName" | "description" | "severity" | "tags" | "remediationSteps" | "enforcementLevel" | "url"
  >
> &
  Pick<Policy, "configSchema" | "framework">;

/** A rule, as Pulumi runs it. */
export type Rule = RuleMetadata & (ResourceValidationPolicy | StackValidationPolicy);

/** A rule's judgement of something, with the rule's configuration. */
type Check<Subject> = (subject: Subject, findings: Findings, config: Record<string, unknown>) => void;

/**
 * Mends an object that breaks a rule, for where there is one safe answer. The result must pass the rule's check, and be
 * left alone when mended once more. Values that are not known yet must be left to the update. Pulumi's proxies for
 * properties break the methods of arrays that make a new one, such as `map`; `withFields` needs none.
 *
 * @returns All properties of the object, best made by `withFields`; undefined if there is nothing to mend.
 */
export type Remediation = (object: KubernetesObject, config: Record<string, unknown>) => Props | undefined;

/** What a rule on single objects may do besides judging. */
export interface ResourceRuleOptions {
  /** Runs before the check, and only where the rule is configured to the level `remediate`. */
  readonly remediate?: Remediation;
}

/** Makes a rule that judges each object of some kinds by itself, before anything is done with it. */
export function resourceRule(
  metadata: RuleMetadata,
  matches: readonly Match[],
  check: Check<KubernetesObject>,
  { remediate }: ResourceRuleOptions = {},
): RuleMetadata & ResourceValidationPolicy {
  const others = `Only for ${matches.flatMap(({ kinds }) => kinds).join(", ")}`;
  const subject = (args: ResourceValidationArgs): KubernetesObject => {
    const object = KubernetesObject.from(args);
    return object && matches.some((match) => object.is(match)) ? object : notApplicable(args, others);
  };
  return {
    ...metadata,
    validateResource: (args, report) => run(check, subject(args), args.getConfig(), report),
    ...(remediate && {
      remediateResource: (args) => {
        const mended = remediate(subject(args), args.getConfig());
        return mended && keepSecrets(args.props, mended);
      },
    }),
  };
}

/** Which stacks a rule on stacks is for. */
export interface StackRuleOptions {
  /** Whether the rule also holds for a stack that declares no part of a mesh. */
  readonly withoutMesh?: boolean;
}

/** Makes a rule that looks across all objects of a stack, once they have been registered. */
export function stackRule(
  metadata: RuleMetadata,
  check: Check<Stack>,
  { withoutMesh = false }: StackRuleOptions = {},
): RuleMetadata & StackValidationPolicy {
  const judge: Check<Stack> = (stack, findings, config) => {
    if (!withoutMesh) {
      // Such a part says nothing about any mesh yet, so the check does not see it.
      stack.meshes.unplaced.forEach((because, object) => findings.undecided(object, because));
    }
    check(stack, findings, config);
  };
  return {
    ...metadata,
    validateStack: (args, report) => {
      const stack = new Stack(args.resources);
      if (stack.meshes.areNone && !withoutMesh) {
        return notApplicable(args, "The stack declares no control plane and no member roll");
      }
      run(judge, stack, args.getConfig(), report);
    },
  };
}

/**
 * Says that a rule is not meant for something, by the error that the SDK has for it. Most rules say so of most resources,
 * and the stack trace, which nobody reads, would cost more than all that the rules judge.
 */
function notApplicable(args: Pick<ResourceValidationArgs, "notApplicable">, reason: string): never {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return args.notApplicable(reason);
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}

function run<Subject>(check: Check<Subject>, subject: Subject, config: Record<string, unknown>, report: Report): void {
  const findings = new Reporter(report);
  check(subject, findings, config);
  findings.reportUndecided();
}
