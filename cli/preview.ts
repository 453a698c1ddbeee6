import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseArgs } from "node:util";
import { start, stop } from "../cluster/controlPlane";
import { runCommand, UserError } from "../cluster/interruption";
import { projectFolder, temporaryFolder } from "../cluster/paths";
import { say, step } from "../cluster/progress";
import { run, tryRun } from "../cluster/run";
import { EmbeddedStack } from "./embeddedStack";
import { readPreview } from "./previewEvents";
import { renderReport, summary, verdict, type StackPreview } from "./previewReport";

const usage = `Usage: npm run preview -- [options] [stack…]

Previews stacks with the policy pack on an embedded control plane of its own: no cluster and no secrets are needed, and
no file of the project is changed. Without names, every stack that has a Pulumi.<stack>.yaml. Exit code 1 where a preview
fails or a policy refuses it.

Options
  --base <revision>  deploy the program of this git revision first, so that the previews show what changed since then
  --report <file>    write the result as Markdown too
  -h, --help         show this
`;

/** The control plane of this command; the demo's may run beside it. */
const controlPlane = "preview";

/** The stacks that a program's folder has files for. */
export async function stackNames(program: string): Promise<string[]> {
  const files = await readdir(program);
  return files.flatMap((file) => /^Pulumi\.([\w.-]+)\.yaml$/.exec(file)?.[1] ?? []).sort();
}

/** The short name of a revision's commit, which means the same to everybody. */
async function commitOf(revision: string): Promise<string> {
  const { code, stdout } = await tryRun("git", ["rev-parse", "--short", `${revision}^{commit}`], {
    cwd: projectFolder,
  });
  if (code !== 0) {
    throw new UserError(`git knows no revision ${revision}; a shallow clone may lack it: git fetch --unshallow`);
  }
  return `commit ${stdout.trim()}`;
}

/**
 * Takes a git revision out of the repository into a temporary folder, with its dependencies.
 *
 * @returns the folder; the caller removes it
 */
async function checkOut(revision: string): Promise<string> {
  const folder = await mkdtemp(path.join(temporaryFolder, "base-"));
  const archive = path.join(folder, "base.tar");
  await run("git", ["archive", "--output", archive, revision], { cwd: projectFolder });
  await run("tar", ["-xf", archive, "-C", folder]);
  await rm(archive);
  const lock = (program: string) => readFile(path.join(program, "package-lock.json"), "utf8").catch(() => undefined);
  const wanted = await lock(folder);
  if (wanted === (await lock(projectFolder))) {
    await symlink(path.join(projectFolder, "node_modules"), path.join(folder, "node_modules"));
  } else if (wanted !== undefined) {
    await run("npm", ["ci", "--omit", "dev"], { cwd: folder });
  }
  return folder;
}

/** Deploys the program that a folder holds. Returns why that could not be done, or nothing. */
async function deploy(program: string, name: string): Promise<string | undefined> {
  if (!existsSync(path.join(program, `Pulumi.${name}.yaml`))) {
    return `that revision has no stack ${name}`;
  }
  const stack = await EmbeddedStack.prepare(await start(controlPlane), program, name);
  const { code, stdout, stderr } = await stack.pulumi(["up", "--yes", "--skip-preview"]);
  if (code === 0) {
    return undefined;
  }
  say(`${stdout}${stderr}`);
  return `that revision cannot be deployed there`;
}

/** What is compared with: a git commit and the folder that it was taken out into. */
interface Base {
  readonly revision: string;
  readonly folder: string;
}

async function previewStack(name: string, base: Base | undefined): Promise<StackPreview> {
  const refused = base && (await step(`${name}: deploying ${base.revision}`, () => deploy(base.folder, name)));
  if (refused !== undefined) {
    await stop(controlPlane, { deleteData: true });
  }
  const folder = await start(controlPlane);
  return step(`${name}: preview`, async () => {
    const stack = await EmbeddedStack.prepare(folder, projectFolder, name);
    const policies = path.join(projectFolder, "policies");
    const { code, stdout, stderr } = await stack.pulumi(["preview", "--json", "--policy-pack", policies], {
      env: { PULUMI_ENABLE_STREAMING_JSON_PREVIEW: "true" },
    });
    const preview = readPreview(stdout);
    const words = stderr.trim();
    return {
      ...preview,
      succeeded: code === 0 && preview.succeeded,
      // What keeps the engine from starting is on standard error alone.
      messages:
        code !== 0 && words !== "" ? [...preview.messages, { severity: "error", text: words }] : preview.messages,
      stack: name,
      ...(base && (refused === undefined ? { deployed: base.revision } : { notDeployed: refused })),
    };
  });
}

async function previewAll(names: readonly string[], base: Base | undefined): Promise<StackPreview[]> {
  const previews: StackPreview[] = [];
  try {
    for (const name of names) {
      if (base !== undefined) {
        // Each stack owns the cluster's namespaces: two of them cannot be deployed side by side.
        await stop(controlPlane, { deleteData: true });
      }
      previews.push(await previewStack(name, base));
    }
  } finally {
    await stop(controlPlane, { deleteData: true });
  }
  return previews;
}

function print(previews: readonly StackPreview[]): void {
  for (const preview of previews) {
    const counts = preview.changes.length > 0 ? ` (${summary(preview)})` : "";
    console.log(`${preview.stack}: ${verdict(preview)}${counts}`);
    for (const { policy, level, resource, message } of preview.violations) {
      console.log(`  [${level}] ${policy} (${resource})\n    ${message.replaceAll("\n", "\n    ")}`);
    }
    for (const { severity, text } of preview.messages) {
      console.log(`  ${severity}: ${text.replaceAll("\n", "\n    ")}`);
    }
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    options: {
      base: { type: "string" },
      report: { type: "string" },
      help: { type: "boolean", short: "h", default: false },
    },
    allowPositionals: true,
  });
  if (values.help) {
    process.stdout.write(usage);
    return 0;
  }
  const known = await stackNames(projectFolder);
  const unknown = positionals.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new UserError(`there is no stack ${unknown.join(", ")}; there are ${known.join(", ")}`);
  }
  await step("building the policy pack", () => run("npm", ["run", "build", "-w", "policies"], { cwd: projectFolder }));
  const base = values.base && { revision: await commitOf(values.base), folder: await checkOut(values.base) };
  try {
    const previews = await previewAll(positionals.length > 0 ? positionals : known, base || undefined);
    print(previews);
    if (values.report !== undefined) {
      await writeFile(values.report, renderReport(previews));
    }
    return previews.every(({ succeeded }) => succeeded) ? 0 : 1;
  } finally {
    if (base) {
      await rm(base.folder, { recursive: true, force: true });
    }
  }
}

if (require.main === module) {
  runCommand(main);
}
