/** What `pulumi preview` would do to one resource, with the inputs that differ. */
export interface Change {
  /** The engine's word for it: create, update, replace, delete and so on; never `same`. */
  readonly op: string;
  /** Type token, such as `kubernetes:apps/v1:Deployment`. */
  readonly type: string;
  /** Name of the resource in the program. */
  readonly name: string;
  /** Inputs that differ, for an update or a replacement; a value that is absent is undefined, a secret is "[secret]". */
  readonly inputs: readonly { readonly path: string; readonly before: unknown; readonly after: unknown }[];
}

/** A finding of the policy pack. */
export interface Violation {
  /** The rule that was broken. */
  readonly policy: string;
  /** `mandatory` stops the preview, `advisory` does not. */
  readonly level: string;
  /** Name of the resource; the stack's for a rule about several. */
  readonly resource: string;
  /** What is wrong and how to mend it. */
  readonly message: string;
}

/** What one `pulumi preview` found. */
export interface Preview {
  /** Whether the engine finished it without an error or a mandatory violation. */
  readonly succeeded: boolean;
  readonly changes: readonly Change[];
  readonly violations: readonly Violation[];
  /** Errors and warnings in the engine's, the program's or an operator's words. */
  readonly messages: readonly { readonly severity: "error" | "warning"; readonly text: string }[];
}

/** The parts of an engine event that count here. Source: github.com/pulumi/pulumi, sdk/go/common/apitype/events.go. */
interface EngineEvent {
  readonly resourcePreEvent?: { readonly metadata: StepMetadata };
  readonly policyEvent?: {
    readonly resourceUrn?: string;
    readonly message: string;
    readonly policyName: string;
    readonly enforcementLevel: string;
  };
  readonly diagnosticEvent?: { readonly message: string; readonly severity: string; readonly ephemeral?: boolean };
  readonly summaryEvent?: { readonly result?: string };
}

interface StepMetadata {
  readonly op: string;
  readonly urn: string;
  readonly type: string;
  readonly old: { readonly inputs?: unknown } | null;
  readonly new: { readonly inputs?: unknown } | null;
  readonly diffs?: readonly string[] | null;
  readonly detailedDiff?: Readonly<Record<string, unknown>> | null;
}

/** Steps of the engine that change nothing, or that are halves of a `replace` which is listed as a whole. */
const quietSteps: ReadonlySet<string> = new Set(["same", "read", "refresh", "create-replacement", "delete-replaced"]);

/**
 * Reads what `PULUMI_ENABLE_STREAMING_JSON_PREVIEW=true pulumi preview --json` prints: one engine event a line. The
 * digest that `--json` prints by itself says nothing of policies.
 *
 * @param output the command's standard output, cut short or not.
 */
export function readPreview(output: string): Preview {
  const events = output
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line) as EngineEvent);
  const messages: { severity: "error" | "warning"; text: string }[] = [];
  for (const { diagnosticEvent: diagnostic } of events) {
    if ((diagnostic?.severity === "error" || diagnostic?.severity === "warning") && diagnostic.ephemeral !== true) {
      const text = diagnostic.message.replace(/^(error|warning): /, "").trim();
      // Which error made the preview fail is said by another one, or by the policies.
      if (text !== "preview failed" && !messages.some((known) => known.text === text)) {
        messages.push({ severity: diagnostic.severity, text });
      }
    }
  }
  return {
    succeeded: events.some(({ summaryEvent }) => summaryEvent !== undefined && summaryEvent.result === "succeeded"),
    changes: events
      .flatMap(({ resourcePreEvent }) => {
        const metadata = resourcePreEvent?.metadata;
        return metadata === undefined || quietSteps.has(metadata.op) ? [] : [changeOf(metadata)];
      })
      // The engine goes by what is ready first, which differs from run to run.
      .sort((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1)),
    violations: events
      .flatMap(({ policyEvent }) => policyEvent ?? [])
      .map(({ policyName, enforcementLevel, resourceUrn, message }) => ({
        policy: policyName,
        level: enforcementLevel,
        resource: nameOf(resourceUrn ?? ""),
        message: message.trim(),
      }))
      .sort((a, b) => (a.policy + a.resource < b.policy + b.resource ? -1 : 1)),
    messages,
  };
}

/** What can do harm comes first. */
function sortKey({ op, type, name }: Change): string {
  const rank = ["delete", "replace", "update"].indexOf(op);
  return JSON.stringify([rank < 0 ? 9 : rank, type, name]);
}

function changeOf({ op, urn, type, old, new: fresh, diffs, detailedDiff }: StepMetadata): Change {
  const paths = old === null || fresh === null ? [] : Object.keys(detailedDiff ?? {});
  const differing = paths.length > 0 || old === null || fresh === null ? paths : [...(diffs ?? [])];
  return {
    op,
    type,
    name: nameOf(urn),
    inputs: differing
      .sort()
      .map((path) => ({ path, before: valueAt(old?.inputs, path), after: valueAt(fresh?.inputs, path) })),
  };
}

function nameOf(urn: string): string {
  return urn.slice(urn.lastIndexOf("::") + 2);
}

/** Looks up a property path as the engine writes it: `spec.tracing[0].name`, `metadata.annotations["a.b/c"]`. */
function valueAt(inputs: unknown, path: string): unknown {
  const keys = [...path.matchAll(/\["([^"]*)"\]|\[(\d+)\]|([^.[\]]+)/g)].map(
    ([, quoted, index, plain]) => quoted ?? index ?? plain!,
  );
  return keys.reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], inputs);
}
