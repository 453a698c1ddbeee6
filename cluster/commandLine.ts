import { parseArgs, type ParseArgsConfig } from "node:util";
import { UserError } from "./interruption";

type Options = NonNullable<ParseArgsConfig["options"]>;

/**
 * Reads `<command> [argument] [options]`. An argument is taken by the command `logs` alone. Who asks for help, as an option or
 * as the command, gets it whatever else there is.
 *
 * @throws UserError with the usage where the words are off
 */
export function readCommandLine<const T extends Options>(usage: string, options: T) {
  const { values, positionals } = parsed(usage, options);
  const [command, argument, ...rest] = positionals;
  if ((values as { help?: boolean }).help === true || command === "help") {
    return { values, command: "help", argument: undefined };
  }
  if (rest.length > 0 || (argument !== undefined && command !== "logs")) {
    throw new UserError(`unexpected argument "${rest[0] ?? argument}"\n\n${usage}`);
  }
  return { values, command, argument };
}

function parsed<const T extends Options>(usage: string, options: T) {
  try {
    return parseArgs({ args: process.argv.slice(2), options, allowPositionals: true });
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n\n${usage}`);
  }
}

/** What is said where no command is given, or one that there is not. */
export function unknownCommand(usage: string, command: string | undefined): UserError {
  return new UserError(command === undefined ? usage : `there is no command "${command}"\n\n${usage}`);
}

/**
 * The value of `--lines`.
 *
 * @throws UserError unless it is a whole number from 1
 */
export function lineCount(text: string): number {
  const lines = Number(text);
  if (!Number.isInteger(lines) || lines < 1) throw new UserError(`--lines wants a number from 1, not ${text}`);
  return lines;
}
