import { median, type Timings } from "./measure";
import type { PackCost } from "./packCost";

/** Everything that one run of the benchmark measured. */
export interface Results {
  /** What it ran on, one fact a line, without anything that identifies the machine. */
  readonly machine: readonly string[];
  /** How often each thing was measured. */
  readonly runs: number;
  readonly operations: readonly Operation[];
  readonly members: readonly MemberTimings[];
  readonly pack: PackCost;
  /** Preview of the dev stack, and the same with the pack. */
  readonly previews: PreviewTimings;
  /** Peak resident memory in MiB by role, for a preview with the policy pack and for a first `up` with it. */
  readonly memory: { readonly preview: ReadonlyMap<string, number>; readonly up: ReadonlyMap<string, number> };
}

/** One operation on the dev stack, and on what it is compared with. */
export interface Operation {
  readonly name: string;
  readonly stack: Timings;
  /** The same operation on a Pulumi program without resources. */
  readonly empty: Timings;
  /** The same effect by kubectl, where there is one. */
  readonly kubectl?: Timings;
  /** The largest ratio to the empty program that is accepted. */
  readonly floor?: number;
}

/** A preview without and with the policy pack. */
export interface PreviewTimings {
  readonly preview: Timings;
  readonly withPolicies: Timings;
}

/** Preview of the dev stack with so many member namespaces. */
export interface MemberTimings extends PreviewTimings {
  readonly members: number;
}

const seconds = (timings: Timings) => median(timings).toFixed(2);
const range = (timings: Timings) => `${Math.min(...timings).toFixed(2)} – ${Math.max(...timings).toFixed(2)}`;

/** How many times longer the first takes than the second, by their medians. */
export function ratio(timings: Timings, base: Timings): number {
  return median(timings) / median(base);
}

/** Milliseconds that each further member costs, from one count of members to the next. */
export function perExtraMember(timings: readonly { members: number; preview: Timings }[]): number[] {
  return timings
    .slice(1)
    .map(
      ({ members, preview }, index) =>
        ((median(preview) - median(timings[index]!.preview)) * 1000) / (members - timings[index]!.members),
    );
}

/** A further member's cost, marked by whether it is no more than that of the members before. */
function furtherMember(costs: readonly number[], index: number): string {
  const [cost, before] = [costs[index], costs[index - 1]];
  const mark = cost === undefined || before === undefined ? "" : cost <= before ? "✓ " : "✗ ";
  return cost === undefined ? "" : `${mark}${cost.toFixed(1)} ms`;
}

/** Seconds that the pack may cost for 500 resources, beyond a pack without rules. */
const acceptedSeconds = 1;

/** Share of a preview of the dev stack that the pack may be. */
const acceptedShare = 0.4;

/** What the pack costs by itself, and as part of a preview where that was measured, as a Markdown table. */
export function renderPackCost({ resources, rules, empty, pack }: PackCost, previews?: PreviewTimings): string {
  const cost = median(pack) - median(empty);
  const share = previews && 1 - median(previews.preview) / median(previews.withPolicies);
  return table(
    ["what the pack costs", "without", "with", "cost", "accepted"],
    [
      [
        `${resources} resources judged by ${rules} rules; without: by none`,
        `${seconds(empty)} (${range(empty)})`,
        `${seconds(pack)} (${range(pack)})`,
        `${cost.toFixed(2)} s`,
        judged(cost, acceptedSeconds, "s"),
      ],
      ...(previews && share !== undefined
        ? [
            [
              "preview of the dev stack",
              `${seconds(previews.preview)} (${range(previews.preview)})`,
              `${seconds(previews.withPolicies)} (${range(previews.withPolicies)})`,
              `${(share * 100).toFixed(0)} %`,
              judged(share * 100, acceptedShare * 100, "%"),
            ],
          ]
        : []),
    ],
  );
}

/** Whether a value is not above what is accepted, and what that is. */
export function judged(value: number, accepted: number, unit: string): string {
  return `${value <= accepted ? "✓" : "✗"} ≤ ${accepted} ${unit}`;
}

/** A Markdown table. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

/** The results as Markdown tables, for the terminal and for docs/benchmarks.md. */
export function renderResults({ machine, runs, operations, members, pack, previews, memory }: Results): string {
  const roles = [...new Set([...memory.preview.keys(), ...memory.up.keys()])];
  const cost = (of: "preview" | "withPolicies") =>
    perExtraMember(members.map((entry) => ({ members: entry.members, preview: entry[of] })));
  const [cheap, checked] = [cost("preview"), cost("withPolicies")];
  return [
    ...machine.map((fact) => `- ${fact}`),
    `- Seconds: the median of ${runs} ${runs === 1 ? "run" : "runs"}, and their range in brackets.`,
    "",
    "### Operations on the dev stack",
    "",
    table(
      ["operation", "dev stack", "empty program", "ratio", "accepted", "kubectl", "ratio"],
      operations.map(({ name, stack, empty, kubectl, floor }) => {
        const times = ratio(stack, empty);
        return [
          name,
          `${seconds(stack)} (${range(stack)})`,
          `${seconds(empty)} (${range(empty)})`,
          `${times.toFixed(2)} ×`,
          floor === undefined ? "" : judged(times, floor, "×"),
          kubectl === undefined ? "" : `${seconds(kubectl)} (${range(kubectl)})`,
          kubectl === undefined ? "" : `${ratio(stack, kubectl).toFixed(2)} ×`,
        ];
      }),
    ),
    "",
    "### Preview of the dev stack by the number of member namespaces",
    "",
    table(
      ["members", "preview", "each further member", "with policies", "each further member"],
      members.map((entry, index) => [
        String(entry.members),
        `${seconds(entry.preview)} (${range(entry.preview)})`,
        furtherMember(cheap, index - 1),
        `${seconds(entry.withPolicies)} (${range(entry.withPolicies)})`,
        furtherMember(checked, index - 1),
      ]),
    ),
    "",
    "### The policy pack",
    "",
    renderPackCost(pack, previews),
    "",
    "### Peak memory, in MiB",
    "",
    table(
      ["process", "preview with policies", "first up with policies"],
      roles.map((role) => [role, ...[memory.preview, memory.up].map((peaks) => peaks.get(role)?.toFixed(0) ?? "")]),
    ),
    "",
  ].join("\n");
}
