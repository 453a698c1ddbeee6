import type { PolicyResource, ResourceValidationArgs } from "@pulumi/policy";
import { compare } from "../kubernetes/compare";
import type { Field } from "../kubernetes/fields";
import type { Rule } from "../pack/rule";
import type { Finding } from "./finding";
import type { ManifestObject } from "./manifests";
import type { RuleSettings } from "../pack/packConfig";

/** What the SDK throws for a rule that is not meant for a resource or a stack. */
class NotApplicable extends Error {}

/** As which a rule reports what it could not decide: see Reporter in findings.ts. */
interface Note {
  readonly message: string;
  readonly urn?: string;
}

/**
 * Judges objects by rules, as the engine would if a program registered them all.
 *
 * @param objects At least one.
 * @param settings Those of every rule.
 * @returns what the rules say, by file and line.
 */
export async function judgeObjects(
  rules: readonly Rule[],
  objects: readonly ManifestObject[],
  settings: ReadonlyMap<string, RuleSettings>,
): Promise<readonly Finding[]> {
  const byUrn = new Map(objects.map((object) => [object.resource.urn, object]));
  const findings: Finding[] = [];
  for (const rule of rules) {
    const { level, config } = settings.get(rule.name)!;
    if (level === "disabled") {
      continue;
    }
    const report = (subject?: ManifestObject) => (said: string | Note, urn?: string, field?: Field) => {
      const note = typeof said === "object" ? said : undefined;
      const object = subject ?? byUrn.get(note?.urn ?? urn ?? "") ?? objects[0]!;
      findings.push({
        rule,
        verdict: note ? "undecided" : level === "advisory" ? "advisory" : "mandatory",
        message: typeof said === "object" ? said.message : said,
        urn: object.resource.urn,
        file: object.file,
        line: object.lineOf(field?.path ?? []),
      });
    };
    await run(rule, config, objects, report);
  }
  return findings.sort((left, right) => compare(left.file, right.file) || left.line! - right.line!);
}

async function run(
  rule: Rule,
  config: Record<string, unknown>,
  objects: readonly ManifestObject[],
  report: (subject?: ManifestObject) => (message: string) => void,
): Promise<void> {
  const args = {
    getConfig: () => config,
    stackTags: new Map<string, string>(),
    notApplicable: (): never => {
      throw new NotApplicable();
    },
  };
  if ("validateStack" in rule) {
    const resources = objects.map(({ resource }) => resource) as unknown as PolicyResource[];
    await unlessNotApplicable(() => rule.validateStack({ ...args, resources } as never, report()));
    return;
  }
  for (const object of objects) {
    for (const validate of [rule.validateResource ?? []].flat()) {
      const subject = { ...args, ...object.resource } as unknown as ResourceValidationArgs;
      await unlessNotApplicable(() => validate(subject, report(object)));
    }
  }
}

async function unlessNotApplicable(validate: () => void | Promise<void>): Promise<void> {
  try {
    await validate();
  } catch (error) {
    if (!(error instanceof NotApplicable)) {
      throw error;
    }
  }
}
