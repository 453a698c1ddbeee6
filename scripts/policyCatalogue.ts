import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { format, resolveConfig } from "prettier";
import { presetConfig, presetLevel, presets, type Preset } from "../policies/presets/definition";
import type { Rule } from "../policies/pack/rule";
import { folderOf, groups, rules } from "../policies/rules";
import { mistakesSection } from "./policyCatalogueMistakes";
import { ruleSection } from "./policyCatalogueRule";

const root = path.join(__dirname, "..");

/** What each group of rules is about. */
const subjects: Readonly<Record<keyof typeof groups, string>> = {
  sampling: "Which share of requests is traced, and who decides it.",
  membership: "Which namespaces belong to the mesh.",
  "trace path": "How a span gets from a proxy through the provider's Service and the store into Kiali.",
  security: "Credentials, certificates, rights, images and pods.",
  operations: "Readiness, resources, ownership and what an update may lose.",
};

/** Every file that is written from the rules, by its path in the project: the catalogue and the presets. */
export async function catalogueFiles(): Promise<ReadonlyMap<string, string>> {
  const files = new Map([["docs/policies.md", await page()]]);
  for (const [name, preset] of Object.entries(presets)) {
    files.set(`policies/presets/${name}.json`, JSON.stringify(presetConfig(preset, rules)));
  }
  const formatted = [...files].map(async ([file, text]) => {
    const filepath = path.join(root, file);
    return [file, await format(text, { ...(await resolveConfig(filepath)), filepath })] as const;
  });
  return new Map(await Promise.all(formatted));
}

async function page(): Promise<string> {
  const sections = Object.entries(groups)
    .filter(([, listed]) => listed.length > 0)
    .map(async ([group, listed]) => {
      const inner = await Promise.all(listed.map((rule) => ruleSection(rule, exampleOf(group, rule))));
      return [`## ${title(group)}`, subjects[group as keyof typeof groups], ...inner];
    });
  return [
    "<!-- Written by `npm run catalogue` from the rules, their examples and the presets. -->",
    "# Policies",
    `The ${rules.length} rules of the policy pack: what each demands, an example that breaks it, and what the pack says then. The levels are those that hold without configuration; [policies/README.md](../policies/README.md) says how to run and configure the pack.`,
    ...presetSection(),
    ...(await mistakesSection()),
    ...(await Promise.all(sections)).flat(),
  ].join("\n\n");
}

function presetSection(): readonly string[] {
  const all = Object.entries<Preset>(presets);
  const heading = ["rule", "by itself", ...all.map(([name]) => name)];
  const rows = rules.map((rule) => [
    `[${rule.name}](#${rule.name})`,
    rule.enforcementLevel,
    ...all.map(([, preset]) => presetLevel(preset, rule)),
  ]);
  return [
    "## Presets",
    "Levels for every rule, as files for `--policy-pack-config` in `policies/presets/`; the audit takes them by name (`--config production`).",
    all.map(([name, preset]) => `- \`${name}\`: ${described(preset)}`).join("\n"),
    [heading, heading.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n"),
  ];
}

/** What a preset is for, what it sets besides levels, and which rules it treats in a way of their own. */
function described({ description, settings, exceptions }: Preset): string {
  const set = Object.entries(settings ?? {}).flatMap(([rule, given]) =>
    Object.entries(given).map(([key, value]) => `It sets \`${key}\` of \`${rule}\` to ${JSON.stringify(value)}.`),
  );
  const excepted = (exceptions ?? []).flatMap(({ applies, level, because }) => {
    const names = rules.filter(applies).map(({ name }) => `\`${name}\``);
    return names.length > 0 ? [`Only ${level} in it: ${names.join(", ")}. ${because}`] : [];
  });
  return [description, ...set, ...excepted].join(" ");
}

function exampleOf(group: string, { name }: Rule): string {
  return readFileSync(path.join(root, "policies/examples", folderOf(group), `${name}.yaml`), "utf8");
}

function title(group: string): string {
  return group.charAt(0).toUpperCase() + group.slice(1);
}

async function write(): Promise<void> {
  for (const [file, text] of await catalogueFiles()) {
    writeFileSync(path.join(root, file), text);
  }
}

if (require.main === module) {
  void write();
}
