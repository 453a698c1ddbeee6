import { readFileSync } from "node:fs";
import { rules } from "../rules";
import type { AuditResult } from "./finding";
import { readInput } from "./input";
import { judgeObjects } from "./judge";
import { configFile } from "./pack";
import { packSettings } from "../pack/packConfig";
import { judgeState } from "./state";
import { AuditError, defaultEnvironment, type AuditRequest } from "./usage";

/**
 * Judges what the request names.
 *
 * @throws AuditError or PackConfigError for what cannot be read or does not fit; both are meant for whoever called.
 */
export async function audit({ paths, config, environment }: AuditRequest): Promise<AuditResult> {
  const file = config === undefined ? undefined : configFile(config);
  const settings = packSettings(rules, file === undefined ? {} : readConfig(file));
  const input = readInput(paths, environment ?? defaultEnvironment);
  const judging = rules.filter(({ name }) => settings.get(name)?.level !== "disabled");
  if (input.kind === "manifests") {
    const { objects, remarks } = input;
    return { rules: judging, objects: objects.length, findings: await judgeObjects(rules, objects, settings), remarks };
  }
  if (environment !== undefined) {
    throw new AuditError(`${input.file} is a stack's state, whose environment is the name of the stack.`);
  }
  return { rules: judging, ...(await judgeState(input.text, input.file, file)) };
}

function readConfig(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new AuditError(`The configuration ${file} cannot be read: ${(error as Error).message}`);
  }
}
