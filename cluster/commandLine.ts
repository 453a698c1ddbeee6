import { parseArgs, type ParseArgsConfig } from "node:util";
import { UserError } from "./interruption";

type Options = NonNullable<ParseArgsConfig["options"]>;

/**
 * Reads `<command> [argument] [options] [-- words]`. An argument is taken by the command `logs` alone, and words behind `--`
 * by those that hand them on. Who asks for help, as an option or as the command, gets it whatever else there is.
 *
 * @param handingOn commands that hand words on to another program
 * @throws UserError with the usage where the words are off
 */
export function readCommandLine<const T extends Options>(usage: string, options: T, handingOn: readonly string[] = []) {
  const words = process.argv.slice(2);
  const end = words.includes("--") ? words.indexOf("--") : words.length;
  const handedOn = words.slice(end + 1);
  const { values, positionals } = parsed(usage, options, words.slice(0, end));
  const [command, argument, ...rest] = positionals;
  if ((values as { help?: boolean }).help === true || command === "help") {
    return { values, command: "help", argument: undefined, handedOn: [] };
  }
  const unexpected = [
    ...(command === "logs" || argument === undefined ? [] : [argument]),
    ...rest,
    ...(handingOn.includes(command ?? "") ? [] : handedOn),
  ];
  if (unexpected.length > 0) throw new UserError(`unexpected argument "${unexpected[0]}"\n\n${usage}`);
  return { values, command, argument, handedOn };
}

function parsed<const T extends Options>(usage: string, options: T, args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true });
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
