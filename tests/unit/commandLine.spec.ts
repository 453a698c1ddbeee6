import assert from "node:assert/strict";
import { readCommandLine } from "../../cluster/commandLine";
import { UserError } from "../../cluster/interruption";

const options = { name: { type: "string", default: "demo" }, help: { type: "boolean", default: false } } as const;

/** Reads a command line of which `verify` hands words on. */
function read(...words: string[]) {
  const { argv } = process;
  process.argv = [...argv.slice(0, 2), ...words];
  try {
    return readCommandLine("the usage", options, ["verify"]);
  } finally {
    process.argv = argv;
  }
}

const refused = (...words: string[]) => {
  assert.throws(
    () => read(...words),
    (error) => error instanceof UserError && error.message.endsWith("the usage"),
  );
};

describe("command lines of the control plane and the data plane", () => {
  it("have a command and options, in any order", () => {
    assert.deepEqual({ ...read("--name", "a", "start").values }, { name: "a", help: false });
    assert.equal(read("start", "--name", "a").command, "start");
  });

  it("have an argument for logs only", () => {
    assert.equal(read("logs", "istiod").argument, "istiod");
    refused("logs", "istiod", "tempo");
    refused("start", "istiod");
    refused("--nonsense");
  });

  it("hand words behind -- on, whatever they are, where the command takes any", () => {
    const { command, values, handedOn } = read("verify", "--name", "a", "--", "--name", "b", "--help", "--", "c");
    assert.deepEqual([command, values.name, handedOn], ["verify", "a", ["--name", "b", "--help", "--", "c"]]);
    assert.deepEqual(read("verify").handedOn, []);
    refused("start", "--", "--name");
    refused("verify", "--send");
  });

  it("are answered with help where that is asked for, whatever else is wrong", () => {
    for (const words of [["--help"], ["help", "me"], ["start", "more", "--help"]]) {
      assert.equal(read(...words).command, "help");
    }
  });
});
