import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { rules } from "../rules";
import type { Finding } from "./finding";
import { packFolder } from "./pack";
import { AuditError } from "./usage";

/** The parts of an exported state that are read. */
interface State {
  readonly version: number;
  /** Null for a stack that was never updated. */
  readonly deployment: {
    readonly resources?: readonly { readonly type: string; readonly delete?: boolean }[] | null;
  } | null;
}

/** The parts of an engine event that count here. Source: github.com/pulumi/pulumi, sdk/go/common/apitype/events.go. */
interface EngineEvent {
  readonly policyEvent?: {
    readonly resourceUrn?: string;
    readonly message: string;
    readonly policyName: string;
    readonly enforcementLevel: string;
  };
  readonly summaryEvent?: unknown;
}

/** Whether a text is what `pulumi stack export` writes. */
export function isState(text: string): boolean {
  if (!/^\s*\{/.test(text)) {
    return false;
  }
  try {
    const { version, deployment } = JSON.parse(text) as Partial<State>;
    return typeof version === "number" && typeof deployment === "object";
  } catch {
    return false;
  }
}

/**
 * Judges a stack's state by the engine, so that its verdicts are those of `pulumi up`: rules on single resources read the
 * inputs, rules on the stack the outputs, secrets are decrypted where the environment has what that needs.
 *
 * @param text The exported state.
 * @param config Path of a file for `--policy-pack-config`.
 * @throws AuditError if pulumi is missing or cannot judge it, with pulumi's words.
 */
export async function judgeState(
  text: string,
  file: string,
  config: string | undefined,
): Promise<{ findings: readonly Finding[]; objects: number; remarks: readonly string[] }> {
  if (!existsSync(join(packFolder, "bin", "index.js"))) {
    throw new AuditError("The policy pack is not built, and the engine needs it built: npm run build -w policies");
  }
  // The engine reads a file. Of standard input there is none, and a state may hold secrets: nobody else can read this one.
  const folder = mkdtempSync(join(tmpdir(), "mesh-tracing-audit-"));
  try {
    const copy = join(folder, "state.json");
    writeFileSync(copy, text, { mode: 0o600 });
    const { stdout, stderr } = await pulumi([
      ...["policy", "analyze", "--json", "--non-interactive", "--file", copy, "--policy-pack", packFolder],
      ...(config === undefined ? [] : ["--policy-pack-config", config]),
    ]);
    const events = stdout
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as EngineEvent);
    const words = stderr.replaceAll(copy, file).trim();
    const resources = (JSON.parse(text) as State).deployment?.resources ?? [];
    if (resources.length > 0 && !events.some(({ summaryEvent }) => summaryEvent)) {
      throw new AuditError(`pulumi policy analyze could not judge ${file}:\n${words}`);
    }
    return {
      findings: events.flatMap(({ policyEvent }) => (policyEvent ? [findingOf(policyEvent, file)] : [])),
      objects: resources.filter((resource) => resource.type.startsWith("kubernetes:") && !resource.delete).length,
      remarks: words.split("\n").filter((line) => line.startsWith("warning: ")),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function findingOf(event: Required<EngineEvent>["policyEvent"], file: string): Finding {
  const rule = rules.find(({ name }) => name === event.policyName)!;
  // The SDK puts a rule's description before each violation, and not before what the rule could not decide.
  const message = event.message.trim();
  const isViolation = message.startsWith(rule.description);
  return {
    rule,
    verdict: !isViolation ? "undecided" : event.enforcementLevel === "advisory" ? "advisory" : "mandatory",
    message: isViolation ? message.slice(rule.description.length).trim() : message,
    urn: event.resourceUrn ?? "",
    file,
  };
}

function pulumi(args: readonly string[]): Promise<{ stdout: string; stderr: string }> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" };
    const child = spawn("pulumi", args, { env, stdio: ["ignore", "pipe", "pipe"] });
    const output = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (chunk: string) => (output.stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk: string) => (output.stderr += chunk));
    child.on("error", (error) =>
      reject(
        new AuditError(
          `A stack's state is judged by the pulumi command, which cannot be run (${error.message}): https://www.pulumi.com/docs/install/`,
        ),
      ),
    );
    child.on("close", () => resolve(output));
  });
}
