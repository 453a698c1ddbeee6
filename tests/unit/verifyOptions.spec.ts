import assert from "node:assert/strict";
import { expectedServices, parseOptions, userFile } from "../../cli/verifyOptions";
import { verifyFlags, flagsUsage } from "../../cli/verifyFlags";
import { UserError } from "../../cluster/interruption";
import { withEnvironment } from "../helpers/environment";
import { Folder } from "../helpers/folder";

const read = (...args: string[]) => parseOptions(args)!.options;

/** The lines of the error that these arguments end in. */
function problems(...args: string[]): string[] {
  try {
    read(...args);
  } catch (error) {
    assert.ok(error instanceof UserError, String(error));
    return error.message.split("\n");
  }
  throw new Error(`${args.join(" ")} passes`);
}

describe("the options of verify", () => {
  it("have defaults that fit Bookinfo", () => {
    const options = read();
    assert.deepEqual(expectedServices(options), ["productpage.bookinfo", "details.bookinfo", "reviews.bookinfo"]);
    assert.deepEqual(
      [options.since, options.timeout, options["min-traces"], options["max-orphans"], options.rate],
      [600, 60, 1, 0, 5],
    );
    assert.deepEqual([options["control-plane"], options.gateway], ["istio-system", "istio=ingressgateway"]);
  });

  it("expect the entry service alone of another application, and what is named", () => {
    assert.deepEqual(expectedServices(read("--service", "front", "--namespace", "shop")), ["front.shop"]);
    assert.deepEqual(expectedServices(read("--expect", "ratings.bookinfo", "--expect", "productpage.bookinfo")), [
      "productpage.bookinfo",
      "ratings.bookinfo",
    ]);
  });

  it("read versions and trace ids", () => {
    const options = read("--versions", "reviews.bookinfo=v1,v2", "--versions", "a.b=c", "--trace", "1F");
    assert.deepEqual(options.versions, { "reviews.bookinfo": ["v1", "v2"], "a.b": ["c"] });
    assert.deepEqual(options.trace, ["1f".padStart(32, "0")]);
  });

  it("read files from the folder in which the command was given", async () => {
    const folder = new Folder();
    folder.write("token", "secret\n");
    await withEnvironment({ INIT_CWD: folder.path }, () => {
      assert.equal(read("--token-file", "token")["token-file"], "secret");
      assert.equal(userFile("/absolute"), "/absolute");
    });
    folder.remove();
  });

  it("are refused all at once, each with what is allowed", () => {
    assert.deepEqual(
      problems(
        "--send",
        "1001",
        "--url",
        "ftp://x",
        "--rate",
        "",
        "--trace",
        "xyz",
        "--expect",
        "a",
        "--versions",
        "b",
      ),
      [
        "--send is 1001: a whole number from 1 to 1000 is allowed",
        "--url is ftp://x: a URL that begins with http:// or https:// is allowed",
        "--rate is : a number from 0.1 to 50 is allowed",
        "--trace is xyz: up to 32 hexadecimal digits are allowed",
        "--expect is a: <app>.<namespace> is allowed, as the service's proxy names itself",
        "--versions is b: <app>.<namespace>=<version>,<version> is allowed",
        "--trace: --send looks for the traces of its own requests: leave one of the two out",
      ],
    );
  });

  it("are refused where they do not go together", () => {
    assert.deepEqual(problems("--send", "1"), [
      "--send is 1: --url is needed too, or --stack to take productpage's URL from",
    ]);
    assert.match(problems("--send", "1", "--url", "http://x", "--trace", "a")[0]!, /^--trace: --send looks for /);
    assert.equal(read("--send", "1", "--stack", "dev").send, 1);
  });

  it("are refused where they are unknown, incomplete or no flags", () => {
    for (const args of [["--no-such"], ["--send"], ["dev"]]) {
      assert.equal(problems(...args).at(-1), "--help has the options");
    }
  });

  it("do not show a token in an error", () => {
    assert.match(
      problems("--token-file", "/no/such/file")[0]!,
      /^--token-file is \/no\/such\/file: it cannot be read: ENOENT/,
    );
  });

  it("stand in the help, every one", () => {
    for (const flag of Object.keys(verifyFlags).filter((each) => each !== "help")) {
      assert.match(flagsUsage, new RegExp(`^  --${flag}\\b`, "m"), flag);
    }
    assert.equal(parseOptions(["--help", "--send", "x"]), undefined);
  });
});
