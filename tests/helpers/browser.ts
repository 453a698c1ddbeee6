import { existsSync } from "node:fs";
import * as path from "node:path";
import type { Browser } from "playwright-core";
import { chromium } from "playwright-core";

const names = ["chromium", "chromium-browser", "google-chrome-stable", "google-chrome"];
const applications = [
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
  "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/** The Chromium of this machine: what CHROMIUM names, else one on PATH or among macOS' applications. */
export function findChromium(): string | undefined {
  const folders = (process.env.PATH ?? "").split(path.delimiter);
  const candidates = [
    ...(process.env.CHROMIUM === undefined ? [] : [process.env.CHROMIUM]),
    ...names.flatMap((name) => folders.map((folder) => path.join(folder, name))),
    ...applications,
  ];
  return candidates.find((candidate) => existsSync(candidate));
}

/** Why tests in a browser are left out where there is none; part of their title, so that the run shows it. */
export const noChromium = "no Chromium on this machine: install it (Debian: apt-get install chromium) or set CHROMIUM";

/** Starts it without a window. Its sandbox needs a user that is not root. */
export function startBrowser(executablePath: string): Promise<Browser> {
  return chromium.launch({ executablePath, chromiumSandbox: process.getuid?.() !== 0 });
}
