import type { Policy, ResourceValidationPolicy, StackValidationPolicy } from "@pulumi/policy";
import { unknownKeys } from "./config";
import type { Field, Unknown } from "./fields";
import { KubernetesObject, type Match } from "./match";
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
  /** What is wrong with the value, as the rest of a sentence. */
  readonly problem: string;
  /** What to do about it, as a sentence. */
  readonly fix: string;
}

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

/** Makes a rule that judges each object of some kinds by itself, before anything is done with it. */
export function resourceRule(
  metadata: RuleMetadata,
  matches: readonly Match[],
  check: Check<KubernetesObject>,
): RuleMetadata & ResourceValidationPolicy {
  return {
    ...metadata,
    validateResource: (args, report) => {
      const object = KubernetesObject.from(args);
      if (!object || !matches.some((match) => object.is(match))) {
        return args.notApplicable(`Only for ${matches.flatMap(({ kinds }) => kinds).join(", ")}`);
      }
      run(metadata, check, object, args.getConfig(), report);
    },
  };
}

/** Makes a rule that looks across all objects of a stack that has a mesh, once they have been registered. */
export function stackRule(metadata: RuleMetadata, check: Check<Stack>): RuleMetadata & StackValidationPolicy {
  return {
    ...metadata,
    validateStack: (args, report) => {
      const stack = new Stack(args.resources);
      if (stack.meshes.areNone) {
        return args.notApplicable("The stack declares no control plane and no member roll");
      }
      run(metadata, check, stack, args.getConfig(), report);
    },
  };
}

function run<Subject>(
  { name, configSchema }: RuleMetadata,
  check: Check<Subject>,
  subject: Subject,
  config: Record<string, unknown>,
  report: Report,
): void {
  for (const key of unknownKeys(configSchema, config)) {
    const known = Object.keys(configSchema?.properties ?? {}).join(", ") || "none";
    report(`The policy pack's configuration of ${name} has an unknown key ${key}. Keys of this rule: ${known}.`);
  }
  const findings = new Reporter(report);
  check(subject, findings, config);
  findings.reportUndecided();
}

/** How many objects a note on an unknown value names. */
const shownObjects = 3;

class Reporter implements Findings {
  private readonly undecidedBy = new Map<string, KubernetesObject[]>();

  constructor(private readonly report: Report) {}

  violation({ object, field, problem, fix }: Violation): void {
    const value = field.read();
    const shown = value === undefined ? "not set" : JSON.stringify(value);
    this.report(`${object.toString()}: ${field.toString()} is ${shown}, ${problem}. ${fix}`, object.urn, field);
  }

  undecided(object: KubernetesObject, because: Unknown): void {
    this.undecidedBy.set(because.reason, [...(this.undecidedBy.get(because.reason) ?? []), object]);
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
