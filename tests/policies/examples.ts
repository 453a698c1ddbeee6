import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseAllDocuments } from "yaml";
import type { Resource } from "../../policies/match";
import type { Rule } from "../../policies/rule";
import { resource } from "./helper";

/** The objects of a rule's example, as a stack `prod` would register them. */
export function exampleOf({ name, tags }: Rule): readonly Resource[] {
  const group = tags[0]!.replace(/ (\w)/g, (_, letter: string) => letter.toUpperCase());
  const file = join(__dirname, "../../policies/examples", group, `${name}.yaml`);
  return parseAllDocuments(readFileSync(file, "utf8")).map((document) => {
    const { apiVersion, kind, ...props } = document.toJS() as { apiVersion: string; kind: string };
    const version = apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`;
    return resource(`${version}:${kind}`, { apiVersion, kind, ...props }, { stack: "prod" });
  });
}
