// What the engine loads, as `main` in package.json says. Plain JavaScript, so that a pack that is not built can say so: the
// engine would take index.ts instead and fail on the TypeScript configuration of whatever folder it was called in.
"use strict";
const { existsSync } = require("node:fs");
const { join } = require("node:path");

if (!existsSync(join(__dirname, "bin", "index.js"))) {
  console.error("The policy pack is not built. Build it once, and after each change: npm run build -w policies");
  process.exit(32); // The engine's code for "has told the user already".
}
require("./bin/index.js");
