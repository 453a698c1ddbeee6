#!/usr/bin/env node
import { audit } from "./audit";
import { formats } from "./formats";
import { PackConfigError } from "../pack/packConfig";
import { AuditError, readRequest, usage } from "./usage";

/** Does what the command line asks for, and returns the exit code. */
async function main(args: readonly string[]): Promise<number> {
  const request = readRequest(args);
  if (!request) {
    process.stdout.write(usage);
    return 0;
  }
  const result = await audit(request);
  process.stdout.write(formats[request.format](result));
  return result.findings.some(({ verdict }) => verdict === "mandatory") ? 1 : 0;
}

main(process.argv.slice(2)).then(
  (code) => (process.exitCode = code),
  (error: Error) => {
    const isExpected = error instanceof AuditError || error instanceof PackConfigError;
    process.stderr.write(`${isExpected ? error.message : error.stack}\n`);
    process.exitCode = 2;
  },
);
