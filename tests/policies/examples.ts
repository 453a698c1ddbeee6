import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readManifest, type Manifest } from "../../policies/audit/manifests";
import { defaultEnvironment } from "../../policies/audit/usage";
import type { Resource } from "../../policies/kubernetes/match";
import type { Rule } from "../../policies/pack/rule";
import { folderOf } from "../../policies/rules";

/** The folder of the examples; in it, one folder for each group of rules. */
export const examplesFolder = join(__dirname, "../../policies/examples");

/** A rule's example as it is written. */
export function exampleText({ name, tags }: Rule): string {
  return readFileSync(join(examplesFolder, folderOf(tags[0]!), `${name}.yaml`), "utf8");
}

/** A rule's example as the audit reads it. */
export function exampleManifest(rule: Rule): Manifest {
  return readManifest(exampleText(rule), "example.yaml", defaultEnvironment);
}

/** The objects of a rule's example, as a program would register them. */
export function exampleOf(rule: Rule): readonly Resource[] {
  return exampleManifest(rule).objects.map(({ resource }) => resource);
}
