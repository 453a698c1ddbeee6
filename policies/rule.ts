import {
  UnknownValueError,
  type Policy,
  type ResourceValidationArgs,
  type ResourceValidationPolicy,
  type StackValidationPolicy,
} from "@pulumi/policy";
import type { Field, Unknown } from "./fields";
import { KubernetesObject, type Match } from "./match";
import { keepSecrets, type Props } from "./remediation";
import { Stack } from "./stack";

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

/** A field that breaks a rule. */
export interface Violation {
  readonly object: KubernetesObject;
  readonly field: Field;
  /** What the message shows as the field's value, if not the whole value. Of a map it shows only that it is set. */
  readonly value?: unknown;
  /** What is wrong with the value, as the rest of a sentence. */
  readonly problem: string;
  /** What to do about it, as a sentence. */
  readonly fix: string;
  /** Whether the field holds, or may hold, a credential: then its value is not shown. */
  readonly secret?: boolean;
}

/** A violation, before it is known of which object. */
export type Defect = Omit<Violation, "object">;

/** Takes what a rule finds. */
export interface Findings {
  violation(violation: Violation): void;
  /** An object that a preview cannot judge yet, because of a value that only the update will tell. */
  undecided(object: KubernetesObject, because: Unknown): void;
}

/**
 * Takes a message, as Pulumi's ReportViolation does. The engine has no use for the field; the audit finds the line of a
 * manifest by it.
 */
export type Report = (message: string, urn?: string, field?: Field) => void;

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
  return {
    ...metadata,
    validateStack: (args, report) => {
      const stack = new Stack(args.resources);
      if (stack.meshes.areNone && !withoutMesh) {
        return notApplicable(args, "The stack declares no control plane and no member roll");
      }
      run(check, stack, args.getConfig(), report);
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

/** How many objects a note on an unknown value names. */
const shownObjects = 3;

class Reporter implements Findings {
  private readonly undecidedBy = new Map<string, KubernetesObject[]>();

  constructor(private readonly report: Report) {}

  violation({ object, field, value, problem, fix, secret = false }: Violation): void {
    const shown = value !== undefined && !secret ? textOf(value) : summaryOf(field.read(), secret);
    this.report(`${object.toString()}: ${field.toString()} is ${shown}, ${problem}. ${fix}`, object.urn, field);
  }

  undecided(object: KubernetesObject, because: Unknown): void {
    const waiting = this.undecidedBy.get(because.reason) ?? [];
    this.undecidedBy.set(because.reason, waiting.includes(object) ? waiting : [...waiting, object]);
  }

  /** One note for each unknown value, however many objects wait for it. */
  reportUndecided(): void {
    for (const [reason, objects] of this.undecidedBy) {
      const names = objects.slice(0, shownObjects).map((object) => object.toString());
      const more = objects.length - names.length;
      const message = `Not decided for ${names.join(", ")}${more > 0 ? ` and ${more} more` : ""}: ${reason}.`;
      // The SDK takes an object that overrides the rule's level, but its types do not say so. Never more than advice:
      // what is not known is no violation.
      const advice = { message, urn: objects[0]?.urn, enforcementLevel: "advisory" };
      this.report(advice as unknown as string);
    }
  }
}

/** A value in short: of a map only that it is set, for what is in it may be secret. */
function summaryOf(value: unknown, secret: boolean): string {
  if (value === undefined) {
    return "not set";
  }
  const isMap = typeof value === "object" && !Array.isArray(value);
  return secret ? "[secret]" : isMap ? "set" : textOf(value);
}

/** A value as JSON; a part of it that only the update tells must not keep the message from being shown. */
function textOf(value: unknown): string {
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof UnknownValueError) {
      return "known in part only";
    }
    throw error;
  }
}
