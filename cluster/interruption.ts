/** An error that says what to do next and so is shown without a stack trace. */
export class UserError extends Error {
  override readonly name = "UserError";
}

const controller = new AbortController();

/**
 * Aborted by the first Ctrl-C (or SIGTERM, SIGHUP). What runs then throws, and whoever began something cleans it up in a
 * `finally`. A second one ends the process at once.
 */
export const interrupted = controller.signal;

/** Makes signals abort {@link interrupted} instead of ending the process. Called once, by a command's main function. */
export function catchSignals(): void {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => {
      if (interrupted.aborted) process.exit(130);
      controller.abort(new UserError(`interrupted by ${signal}`));
    });
  }
}

/**
 * Runs a command's main function and turns its outcome into the process's exit code.
 * @param main returns the exit code, or nothing for 0; a {@link UserError} is printed as its message alone
 */
export function runCommand(main: () => Promise<number | void>): void {
  catchSignals();
  main().then(
    (code) => {
      process.exitCode = code ?? 0;
    },
    (failure: unknown) => {
      // Whatever broke off says so in its own way; the reason is the same for all.
      const error: unknown = interrupted.aborted ? interrupted.reason : failure;
      const message = error instanceof UserError ? error.message : error instanceof Error ? error.stack : String(error);
      process.stderr.write(`${message}\n`);
      process.exitCode = interrupted.aborted ? 130 : 1;
    },
  );
}
