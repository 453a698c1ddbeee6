import type { EnforcementLevel, Severity } from "@pulumi/policy";
import type { Rule } from "../pack/rule";

/** A level that a preset sets, or the one that the rule itself has. */
type Level = Exclude<EnforcementLevel, "remediate"> | "own";

/** A choice of levels for all rules of the pack; the JSON files beside this are written from it. */
export interface Preset {
  /** Who it is for and what it does, as sentences. */
  readonly description: string;
  /** Level by severity. */
  readonly levels: Readonly<Record<Severity, Level>>;
  /** The same for groups that differ. */
  readonly groups?: Readonly<Record<string, Readonly<Record<Severity, Level>>>>;
  /** Rules that differ for a reason of their own; the first that applies counts. */
  readonly exceptions?: readonly {
    readonly applies: (rule: Rule) => boolean;
    readonly level: Level;
    /** Why, as a sentence. */
    readonly because: string;
  }[];
  /** Settings by rule. */
  readonly settings?: Readonly<Record<string, Readonly<Record<string, unknown>>>>;
}

const production: Preset = {
  description:
    "For what users depend on: whatever is of high or critical severity stops, the rest goes by the rules' own levels.",
  levels: { critical: "mandatory", high: "mandatory", medium: "own", low: "own" },
  settings: { "sampling-within-limit": { otherLimit: 5 } },
};

/** The presets by name. */
export const presets = {
  dev: {
    description:
      "For trying things out: only what loses traces or shows a secret stops, and hardening is advice or left out.",
    levels: { critical: "own", high: "own", medium: "own", low: "own" },
    groups: {
      security: { critical: "own", high: "advisory", medium: "advisory", low: "disabled" },
      operations: { critical: "own", high: "advisory", medium: "disabled", low: "disabled" },
    },
    settings: { "sampling-within-limit": { otherLimit: 100 } },
  },
  staging: {
    description:
      "For rehearsing production: the rules' own levels, so that a team sees as advice what production refuses.",
    levels: { critical: "own", high: "own", medium: "own", low: "own" },
    settings: { "sampling-within-limit": { otherLimit: 10 } },
  },
  production,
  openshift: {
    ...production,
    description:
      "For production on OpenShift: as production, but leaves to the cluster what its own admission sees to.",
    exceptions: [
      {
        applies: ({ framework }) => framework?.name === "Pod Security Standards",
        level: "advisory",
        because:
          "OpenShift's security context constraint restricted-v2 fills in what a restricted pod leaves out, and refuses the rest.",
      },
    ],
  },
} as const satisfies Record<string, Preset>;

/** What `--policy-pack-config` takes for a preset: an entry for every rule. */
export function presetConfig(preset: Preset, rules: readonly Rule[]): Record<string, unknown> {
  return Object.fromEntries(
    rules.map((rule) => {
      const enforcementLevel = presetLevel(preset, rule);
      const settings = preset.settings?.[rule.name];
      return [rule.name, settings ? { enforcementLevel, ...settings } : enforcementLevel];
    }),
  );
}

/** The level of a rule in a preset. */
export function presetLevel({ levels, groups, exceptions }: Preset, rule: Rule): EnforcementLevel {
  const exception = exceptions?.find(({ applies }) => applies(rule));
  const level = exception?.level ?? (groups?.[rule.tags[0]!] ?? levels)[rule.severity];
  return level === "own" ? rule.enforcementLevel : level;
}
