import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import * as path from "node:path";
import { Recorder } from "../helpers/mocks";
import { root, runProgram } from "../helpers/program";

describe("the whole program", () => {
  for (const stack of ["dev", "staging", "prod"]) {
    it(`registers for ${stack} what tests/golden/${stack}.json says`, async () => {
      const recorder = new Recorder();
      await runProgram(recorder, { stack });
      const file = path.join(root, "tests", "golden", `${stack}.json`);
      const dump = JSON.stringify(dumpOf(recorder), undefined, 2) + "\n";
      if (process.env.GOLDEN_UPDATE === "1") {
        writeFileSync(file, dump);
      }
      assert.equal(
        dump,
        readFileSync(file, "utf8"),
        "if the change is meant, run `npm run golden:update` and review it",
      );
    });
  }
});

function dumpOf(recorder: Recorder): unknown {
  const nameOf = (resource: unknown) => (resource as { __name?: string } | undefined)?.__name;
  // The path of the kubeconfig differs on every machine.
  return recorder.resources
    .map(({ type, name, inputs: { kubeconfig, ...inputs } }) => ({
      type,
      name,
      parent: nameOf(recorder.options.get(`${type} ${name}`)?.parent),
      inputs,
    }))
    .sort((a, b) => (a.type + a.name < b.type + b.name ? -1 : 1));
}
