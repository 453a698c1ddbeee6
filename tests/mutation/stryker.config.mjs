import { readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const specs = join(import.meta.dirname, "../policies");

/** The tests that start the engine or npm for minutes, or another Node, or that compare whole pages or try everything with everything. */
const slow = readdirSync(specs)
  .filter((file) => file.endsWith(".spec.ts"))
  .filter(
    (file) =>
      /^(startup|catalogue|unknownValuesCrossed)\./.test(file) ||
      /from "\.\/engine"/.test(readFileSync(join(specs, file), "utf8")),
  )
  .map((file) => `tests/policies/${file}`);

/** Mutation test of the policy pack: changes its code in small ways and sees whether its tests notice. */
export default {
  testRunner: "mocha",
  mochaOptions: {
    "no-config": true,
    require: ["tsx/cjs"],
    spec: ["tests/policies/*.spec.ts"],
    ignore: slow,
  },
  // Without what only the tests left out above run: the pack's start, the command, the engine's part of the audit.
  mutate: [
    "policies/**/*.ts",
    ...["index.ts", "startup.ts", "audit/main.ts", "audit/state.ts"].map((file) => `!policies/${file}`),
  ],
  coverageAnalysis: "perTest",
  // What runs when a file is loaded, mostly texts of the rules: each such change would cost a new process and every test.
  ignoreStatic: true,
  concurrency: 2,
  thresholds: { high: 95, low: 90, break: 85 },
  reporters: ["clear-text", "progress-append-only", "html", "json"],
  clearTextReporter: { allowColor: false, logTests: false, skipFull: true },
  htmlReporter: { fileName: "reports/mutation/index.html" },
  jsonReporter: { fileName: "reports/mutation/mutation.json" },
  tempDirName: join(tmpdir(), `mesh-tracing-mutation-${process.pid}`),
  cleanTempDir: "always",
};
