import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync } from "node:fs";
import path from "node:path";
import { Folder } from "../helpers/folder";
import { root } from "../helpers/program";

describe("the start of a command in a clone", () => {
  let folder: Folder;
  const clone = () => path.join(folder.path, "clone");

  /** Runs bootstrap.mjs in a clone whose dependencies are installed, and whose npm can only be seen to be called. */
  function bootstrap(program: string) {
    return spawnSync(process.execPath, [path.join(clone(), "cluster", "bootstrap.mjs"), program, "argument"], {
      encoding: "utf8",
      env: {
        PATH: "/usr/bin:/bin",
        XDG_CACHE_HOME: path.join(folder.path, "cache"),
        npm_execpath: folder.write("npm.js", 'console.log("npm", ...process.argv.slice(2)); process.exit(1);'),
      },
    });
  }

  beforeEach(() => {
    folder = new Folder();
    cpSync(path.join(root, "cluster", "bootstrap.mjs"), path.join(clone(), "cluster", "bootstrap.mjs"));
    folder.write("clone/package-lock.json", {});
  });
  afterEach(() => folder.remove());

  /** Installs tsx alone, as npm would with everything else. */
  function installDependencies(): void {
    mkdirSync(path.join(clone(), "node_modules", "tsx"), { recursive: true });
    folder.write("clone/node_modules/tsx/package.json", { name: "tsx", exports: "./index.mjs" });
    folder.write("clone/node_modules/tsx/index.mjs", "");
    folder.write("clone/node_modules/.package-lock.json", {});
  }

  it("installs the dependencies where there are none, and stops where that fails", () => {
    const { status, stderr } = bootstrap("program.mjs");
    assert.equal(status, 1);
    assert.match(stderr, /^Installing the npm dependencies[^]*\nnpm ci [^]*failed in .*clone/);
  });

  it("runs the program in the project with its arguments and exit code, writing to the cache alone", () => {
    installDependencies();
    folder.write(
      "clone/program.mjs",
      "console.log(JSON.stringify([process.cwd(), process.argv[2], process.env.TMPDIR])); process.exit(7);",
    );
    const { status, stdout, stderr } = bootstrap("program.mjs");
    const cache = path.join(folder.path, "cache", "mesh-tracing");
    assert.deepEqual(JSON.parse(stdout), [clone(), "argument", path.join(cache, "tmp")], stderr);
    assert.equal(status, 7);
    assert.deepEqual(readdirSync(folder.path).sort(), ["cache", "clone", "npm.js"]);
  });
});
