import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { parse } from "yaml";
import { stackNames } from "../../cli/preview";
import { root } from "../helpers/program";

interface Step {
  readonly uses?: string;
  readonly run?: string;
  readonly env?: Record<string, string>;
  readonly with?: Record<string, unknown>;
}

interface Job {
  readonly permissions?: Record<string, string>;
  readonly concurrency?: { readonly group: string; readonly "cancel-in-progress": unknown };
  readonly environment?: string;
  readonly "timeout-minutes"?: number;
  readonly strategy?: { readonly matrix: { readonly stack: string } };
  readonly env?: Record<string, string>;
  readonly steps: readonly Step[];
}

interface Workflow {
  readonly on: unknown;
  readonly permissions?: Record<string, string>;
  readonly concurrency?: unknown;
  readonly jobs: Record<string, Job>;
}

const github = path.join(root, ".github");
const workflowFiles = readdirSync(path.join(github, "workflows")).map((file) => path.join(github, "workflows", file));
const setup = path.join(github, "actions", "setup", "action.yml");
const read = (file: string) => parse(readFileSync(file, "utf8"), { strict: true }) as Workflow;
const workflow = (name: string) => read(path.join(github, "workflows", `${name}.yml`));
const setupSteps = () => (parse(readFileSync(setup, "utf8")) as { runs: { steps: Step[] } }).runs.steps;

describe("the GitHub workflows", () => {
  for (const file of [...workflowFiles, setup]) {
    it(`${path.basename(file)} pins every action by commit, with its version beside it`, () => {
      const lines = readFileSync(file, "utf8").match(/^.*\buses:.*$/gm) ?? [];
      assert.ok(lines.length > 0);
      for (const line of lines) {
        assert.match(line, /uses: (\.\/\.github\/actions\/setup|[\w/-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+)$/);
      }
    });
  }

  for (const file of workflowFiles) {
    const { permissions, jobs } = read(file);
    it(`${path.basename(file)} has no permissions but those that a job names`, () => {
      assert.deepEqual(permissions, {});
      for (const [name, job] of Object.entries(jobs)) {
        assert.ok(job.permissions, `${name} names no permissions`);
        const writes = Object.entries(job.permissions).filter(([, level]) => level !== "read");
        assert.deepEqual(writes, name === "comment" ? [["pull-requests", "write"]] : []);
      }
    });

    it(`${path.basename(file)} leaves no token in the checkout`, () => {
      for (const job of Object.values(jobs)) {
        const [checkout] = job.steps.filter(({ uses }) => uses?.startsWith("actions/checkout@"));
        assert.equal(checkout?.with?.["persist-credentials"], false);
      }
    });

    it(`${path.basename(file)} puts nothing from outside into a shell script`, () => {
      for (const { run } of Object.values(jobs).flatMap(({ steps }) => steps)) {
        assert.doesNotMatch(run ?? "", /\$\{\{/);
      }
    });

    it(`${path.basename(file)} calls only npm scripts that exist`, () => {
      const { scripts } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
        scripts: Record<string, string>;
      };
      for (const { run } of Object.values(jobs).flatMap(({ steps }) => steps)) {
        for (const [, script] of (run ?? "").matchAll(/npm run (\S+)(?! .*-w )/g)) {
          assert.ok(script! in scripts || / -w policies/.test(run!), `there is no npm script ${script}`);
        }
      }
    });
  }

  it("previews every stack that there is, against the base of the pull request", async () => {
    const { jobs } = workflow("preview");
    const [preview] = jobs.preview!.steps.filter(({ run }) => run?.startsWith("npm run preview"));
    // Without names the command takes all of them.
    assert.match(preview!.run!, /^npm run preview -- --base HEAD\^1 --report \S+$/);
    assert.ok((await stackNames(root)).includes("dev"));
  });

  it("gives code of a pull request neither a secret nor a token that may write", () => {
    const { on, jobs } = workflow("preview");
    assert.equal(on, "pull_request", "pull_request_target would run a fork's code with this repository's secrets");
    assert.doesNotMatch(readFileSync(path.join(github, "workflows", "preview.yml"), "utf8"), /secrets\./);
    const [checkout] = jobs.comment!.steps;
    assert.equal(checkout?.with?.ref, "${{ github.event.pull_request.base.sha }}");
  });

  it("never cancels an update, and holds it for the approval of its environment", () => {
    const file = workflow("up");
    const { up } = file.jobs;
    assert.equal(file.concurrency, undefined);
    assert.deepEqual(up!.concurrency, { group: "up-${{ matrix.stack }}", "cancel-in-progress": false });
    assert.equal(up!["timeout-minutes"], undefined);
    assert.equal(up!.environment, "${{ matrix.stack }}");
  });

  it("offers every stack for an update by hand", async () => {
    const { workflow_dispatch } = workflow("up").on as {
      workflow_dispatch: { inputs: { stack: { options: string[] } } };
    };
    assert.deepEqual([...workflow_dispatch.inputs.stack.options].sort(), await stackNames(root));
  });

  it("updates with the policy pack, after building it, with the CLI that the SDK belongs to", () => {
    const { steps } = workflow("up").jobs.up!;
    const runs = steps.map(({ run }) => run ?? "");
    const built = runs.indexOf("npm run build -w policies");
    const updated = runs.findIndex((run) => /^pulumi up .*--policy-pack policies$/m.test(run));
    assert.ok(built >= 0 && updated > built);
    const { dependencies } = JSON.parse(readFileSync(path.join(root, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    const [install] = steps.filter(({ uses }) => uses?.startsWith("pulumi/actions@"));
    assert.equal(install?.with?.["pulumi-version"], dependencies["@pulumi/pulumi"]);
  });

  it("shows secrets to the one step that needs them", () => {
    const { up } = workflow("up").jobs;
    assert.doesNotMatch(JSON.stringify(up!.env ?? {}), /secrets\./);
    const seeing = up!.steps.filter((step) => JSON.stringify(step).includes("secrets."));
    assert.equal(seeing.length, 1);
  });

  it("caches the user cache folder without Go's 20 GB and without the data of control planes", () => {
    const [restore] = setupSteps().filter(({ uses }) => uses?.startsWith("actions/cache/restore@"));
    const paths = (restore?.with?.path as string).trim().split("\n");
    assert.ok(paths.includes("~/.cache/mesh-tracing/*"));
    assert.ok(paths.includes("!~/.cache/mesh-tracing/go"));
    assert.ok(paths.includes("!~/.cache/mesh-tracing/control-planes"));
    const [save] = workflow("ci").jobs.test!.steps.filter(({ uses }) => uses?.startsWith("actions/cache/save@"));
    assert.equal(save?.with?.path, restore?.with?.path, "a cache is found again only under the same list of paths");
  });
});
