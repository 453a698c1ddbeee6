import { parseDocument, type Document } from "yaml";
import { UserError } from "../../cluster/interruption";
import type { Change } from "./change";

/** How Tempo is run: its configuration and its arguments. */
export interface TempoSettings {
  /** Text of tempo.yaml. */
  readonly config: string;
  readonly args: readonly string[];
}

/** Adapted settings, with all that was changed. */
export interface AdaptedTempoSettings extends TempoSettings {
  readonly changes: readonly Change[];
}

/**
 * Fields that the operator writes for Tempo 2.10 and that 2.6 does not know. It parses strictly, so it would not start; a
 * field that is missing in this list shows in its log.
 */
const unknownFields: readonly (readonly string[])[] = [
  ["query_frontend", "search", "max_spans_per_span_set"],
  ["query_frontend", "mcp_server"],
];

/** An argument that a kubelet completes with a key from the environment. */
const keyArgument = /^--storage\.trace\.s3\.(access_key|secret_key)=\$\((\w+)\)$/;

/**
 * Adapts what the operator rendered to the release of Tempo that is run here. All else stays: targets, receivers, ports,
 * encryption between the components, storage, retention, limits.
 * @param settings those of one of the deployed containers
 * @returns the settings to run with; a {@link UserError} where the configuration is no YAML
 */
export function adaptTempoSettings({ config, args }: TempoSettings): AdaptedTempoSettings {
  const document = parseDocument(config);
  if (document.errors.length > 0) throw new UserError(`tempo.yaml is no YAML: ${document.errors[0]?.message}`);
  const changes: Change[] = [];
  for (const field of unknownFields.filter((field) => document.hasIn(field))) {
    document.deleteIn(field);
    changes.push({ what: `${field.join(".")} is left out`, why: "Tempo 2.6 does not know it and refuses to start" });
  }
  const adaptedArgs = args.flatMap((argument) => adaptArgument(argument, document, changes));
  return { config: document.toString(), args: adaptedArgs, changes };
}

function adaptArgument(argument: string, document: Document, changes: Change[]): string[] {
  const [, field, variable] = keyArgument.exec(argument) ?? [];
  if (!field || !variable) return [argument];
  // -config.expand-env=true, which the operator sets, makes Tempo read it from the environment itself.
  document.setIn(["storage", "trace", "s3", field], `\${${variable}}`);
  changes.push({
    what: `--storage.trace.s3.${field} is storage.trace.s3.${field} in the configuration, from the same variable`,
    why: "a kubelet completes the argument inside a container; here the process list would show the key to every user",
  });
  return [];
}
