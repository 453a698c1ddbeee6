import pc from "picocolors";

/** Colours for standard error, where progress goes; none unless it is a terminal (picocolors obeys NO_COLOR). */
const colour = pc.createColors(Boolean(process.stderr.isTTY) && pc.isColorSupported);

/** Seconds as people say them: "0.4 s", "12 s", "3 min 20 s". */
export function formatSeconds(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  return `${Math.floor(seconds / 60)} min ${Math.round(seconds % 60)} s`;
}

/** Prints a line of progress. Standard output stays free for what a command is asked for. */
export function say(line = ""): void {
  process.stderr.write(`${line}\n`);
}

/** Prints the heading of a part of the work. */
export function heading(line: string): void {
  say(colour.bold(line));
}

/**
 * Shows one step with the time it takes: a running clock on a terminal, elsewhere a line when it has ended and, for the
 * long ones, a line each minute.
 * @returns what `work` returns; its error is shown as a failed step and thrown on
 */
export async function step<T>(title: string, work: () => Promise<T>): Promise<T> {
  const started = Date.now();
  const elapsed = () => formatSeconds((Date.now() - started) / 1000);
  const terminal = process.stderr.isTTY;
  const show = terminal
    ? () => process.stderr.write(`\r\x1b[K  … ${title} ${elapsed()}`)
    : () => say(`  … ${title} ${elapsed()}`);
  if (terminal) show();
  const clock = setInterval(show, terminal ? 500 : 60_000);
  const finish = (mark: string) => {
    clearInterval(clock);
    if (terminal) process.stderr.write("\r\x1b[K");
    say(`  ${mark} ${title} ${colour.dim(elapsed())}`);
  };
  try {
    const result = await work();
    finish(colour.green("✓"));
    return result;
  } catch (error) {
    finish(colour.red("✗"));
    throw error;
  }
}

/** A table with its columns aligned. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
