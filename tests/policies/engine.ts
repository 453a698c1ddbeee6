import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

const root = join(__dirname, "../..");

/** The pack as this project has it. */
export const pack = join(root, "policies");

/** What a command printed and how it ended. */
export interface Result {
  readonly code: number | null;
  /** Standard output. */
  readonly stdout: string;
  /** Both channels. */
  readonly output: string;
}

/** What the engine tells of a rule's report. */
export interface PolicyEvent {
  readonly resourceUrn: string;
  readonly message: string;
  readonly policyName: string;
  readonly enforcementLevel: string;
}

/** Runs a program to its end, whatever its exit code. */
export function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: NodeJS.ProcessEnv = process.env,
): Promise<Result> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd, env, stdio: ["ignore", "pipe", "pipe"] });
    let stdout = "";
    let output = "";
    child.stdout.on("data", (chunk) => {
      stdout += String(chunk);
      output += String(chunk);
    });
    child.stderr.on("data", (chunk) => (output += String(chunk)));
    child.on("error", (error) =>
      reject(new Error(`Cannot run ${program} (${error.message}); \`npm test\` puts the tools on PATH.`)),
    );
    child.on("close", (code) => resolve({ code, stdout, output }));
  });
}

/** Builds the pack for the engine. */
export async function buildPack(): Promise<void> {
  const tsc = join(root, "node_modules/typescript/bin/tsc");
  const built = await run(process.execPath, [tsc, "-p", "tsconfig.json"], pack);
  assert.equal(built.code, 0, built.output);
}

/**
 * A fixture program (in tests/fixtures/policies) as stack `staging` of a backend of its own, run by the real engine. Its
 * manifests are rendered into a folder, so there is no cluster.
 */
export class EngineFixture {
  private constructor(
    /** A temporary folder; the program is in `program`. */
    readonly folder: string,
    readonly env: NodeJS.ProcessEnv,
  ) {}

  /** Sets it up. */
  static async create(program: "program" | "examples" = "program"): Promise<EngineFixture> {
    const folder = mkdtempSync(join(tmpdir(), "policy-engine-"));
    // A copy, because Pulumi writes the stack's configuration beside the program.
    cpSync(join(root, "tests/fixtures/policies", program), join(folder, "program"), { recursive: true });
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    const fixture = new EngineFixture(folder, {
      ...process.env,
      PULUMI_HOME: process.env.PULUMI_HOME ?? join(folder, "home"),
      PULUMI_BACKEND_URL: `file://${folder}`,
      PULUMI_CONFIG_PASSPHRASE: "fixture",
      PULUMI_SKIP_UPDATE_CHECK: "true",
      // Else `preview --json` prints a digest without policies.
      PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true",
    });
    try {
      await fixture.succeed("stack", "init", "staging");
      await fixture.succeed("config", "set", "rendered", join(folder, "manifests"));
      return fixture;
    } catch (error) {
      fixture.remove();
      throw error;
    }
  }

  /** Runs pulumi in the program's folder. */
  async pulumi(...args: string[]): Promise<Result> {
    const result = await this.run(args);
    assert.doesNotMatch(result.output, /canary-in-plain-text/, "a secret is in the output");
    return result;
  }

  /** Runs `preview` or `up` and returns what the pack reported, whether or not that stopped it. */
  async policyEvents(...args: string[]): Promise<readonly PolicyEvent[]> {
    const { stdout, output } = await this.run([...args, "--json"]);
    const events = stdout
      .split("\n")
      .filter((line) => line.startsWith("{"))
      .map((line) => JSON.parse(line) as { policyEvent?: PolicyEvent; summaryEvent?: object });
    assert.ok(
      events.some(({ summaryEvent }) => summaryEvent),
      output,
    );
    // Not all of the output: Pulumi's SDK tells secrets in its debug events.
    const reported = events.flatMap(({ policyEvent }) => policyEvent ?? []);
    assert.doesNotMatch(JSON.stringify(reported), /canary-in-plain-text/, "a secret is in the messages");
    return reported;
  }

  /** The stack's state, with its secrets in plain text: not to be printed. */
  async stateWithSecrets(): Promise<string> {
    return (await this.run(["stack", "export", "--show-secrets"])).stdout;
  }

  private run(args: readonly string[]): Promise<Result> {
    return run("pulumi", ["--non-interactive", ...args], join(this.folder, "program"), this.env);
  }

  /** The same for what must succeed. */
  async succeed(...args: string[]): Promise<Result> {
    const result = await this.pulumi(...args);
    assert.equal(result.code, 0, result.output);
    return result;
  }

  /** Writes a configuration of the pack; the path of its file. */
  packConfig(config: object): string {
    const file = join(this.folder, "policy-config.json");
    writeFileSync(file, JSON.stringify(config));
    return file;
  }

  /** Removes everything. */
  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
