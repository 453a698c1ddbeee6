import { parseArgs } from "node:util";
import { formats, type Format } from "./formats";
import { presetNames } from "./pack";

/** An error of whoever called, or of what was given: shown as it is, exit code 2. */
export class AuditError extends Error {
  override readonly name = "AuditError";
}

/** What an audit is asked to do. */
export interface AuditRequest {
  /** Files and folders; `-` is standard input. */
  readonly paths: readonly string[];
  readonly format: Format;
  /** Name of a preset or path of a configuration; the rules' own levels without one. */
  readonly config?: string;
  /** Which environment plain manifests are judged for; only where it was given. */
  readonly environment?: string;
}

/** What manifests are judged for unless something else is asked for: the strictest of the sampling limits. */
export const defaultEnvironment = "prod";

/** What `--help` prints. */
export const usage = `Usage: mesh-tracing-audit [options] <path>...

Judges what is deployed, or is to be, by the rules of the policy pack, without deploying anything.

A path is one of
  a folder or file   of Kubernetes YAML or JSON; of folders, every .yaml, .yml and .json file
  a stack's state    as \`pulumi stack export\` writes it; needs the pulumi command, and gives the verdicts of \`pulumi up\`
  -                  either of them on standard input: kubectl get smcp,smmr,telemetry -A -o yaml | mesh-tracing-audit -

Options
  --config <config>      a preset (${presetNames().join(", ")}) or a file for --policy-pack-config
  --environment <name>   whose limits hold for manifests (default: ${defaultEnvironment}); a stack's state has its own
  --format <format>      ${Object.keys(formats).join(", ")} (default: text)
  -h, --help             show this

Exit code: 0 without mandatory violations, 1 with them, 2 if something could not be read or was called wrongly.
`;

const options = {
  config: { type: "string" },
  environment: { type: "string" },
  format: { type: "string", default: "text" },
  help: { type: "boolean", short: "h", default: false },
} as const;

/**
 * Reads the command line.
 *
 * @returns undefined if help is asked for.
 * @throws AuditError for anything that does not fit.
 */
export function readRequest(args: readonly string[]): AuditRequest | undefined {
  const { values, positionals } = parse(args);
  const { help, format, config, environment } = values;
  if (help) {
    return undefined;
  }
  const problems = [
    ...(positionals.length === 0 ? ["No path is given."] : []),
    ...(Object.hasOwn(formats, format)
      ? []
      : [`There is no format "${format}"; there are ${Object.keys(formats).join(", ")}.`]),
    ...(environment === undefined || /^[\w.-]+$/.test(environment)
      ? []
      : [`"${environment}" is no name of an environment: letters, digits, "-", "_" and "." only.`]),
  ];
  if (problems.length > 0) {
    throw new AuditError(`${problems.join("\n")}\n\n${usage}`);
  }
  return {
    paths: positionals,
    format: format as Format,
    ...(config !== undefined && { config }),
    ...(environment !== undefined && { environment }),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
  } catch (error) {
    throw new AuditError(`${(error as Error).message}\n\n${usage}`);
  }
}
