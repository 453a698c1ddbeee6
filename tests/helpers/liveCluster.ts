import { execFile } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { promisify } from "node:util";
import { start, stop } from "../../cluster/controlPlane";
import { asProcessEnvironment, pulumiEnvironment } from "../../cluster/environment";
import type { ControlPlaneFolder } from "../../cluster/folder";
import { controlPlanesFolder } from "../../cluster/paths";
import { isAlive } from "../../cluster/processes";
import { prepareToolset } from "../../cluster/toolset";

const execute = promisify(execFile);

/** Name of the control plane that a test run starts, beside a demo and other test runs. */
const nameOf = (pid: number) => `tests-${pid}`;
const controlPlaneName = nameOf(process.pid);

/** An entry of the API server's audit log, as far as tests read it. */
export interface AuditEvent {
  readonly stage: string;
  readonly verb: string;
  readonly user: { readonly username: string };
  readonly userAgent?: string;
  readonly objectRef?: {
    readonly resource: string;
    readonly namespace?: string;
    readonly name?: string;
    readonly subresource?: string;
  };
  readonly responseStatus?: { readonly code: number };
  readonly stageTimestamp: string;
}

/** A running embedded control plane, with the real engine's environment for it. */
export class LiveCluster {
  /** Events of before a restart: kwokctl begins the audit log anew with each start. */
  private earlier: AuditEvent[] = [];

  private constructor(
    private readonly name: string,
    readonly folder: ControlPlaneFolder,
    readonly env: NodeJS.ProcessEnv,
  ) {}

  /**
   * Starts it, from nothing.
   * @param name its name, where it must not be the one that other tests have
   */
  static async start(name = controlPlaneName): Promise<LiveCluster> {
    await stopAbandoned();
    await stop(name, { deleteData: true });
    const folder = await start(name);
    return new LiveCluster(name, folder, asProcessEnvironment(await pulumiEnvironment(folder, await prepareToolset())));
  }

  /** Ends it and starts it again on its data. */
  async restart(): Promise<void> {
    this.earlier = this.audit();
    await stop(this.name);
    await start(this.name);
  }

  /** Ends it and removes its data. */
  async stop(): Promise<void> {
    await stop(this.name, { deleteData: true });
  }

  /** Runs kubectl against it. */
  async kubectl(...args: string[]): Promise<string> {
    const { stdout } = await execute("kubectl", args, { env: this.env, maxBuffer: 64 * 1024 * 1024 });
    return stdout;
  }

  /** Applies a manifest as a user would. */
  async apply(...objects: object[]): Promise<void> {
    const list = JSON.stringify({ apiVersion: "v1", kind: "List", items: objects });
    const child = execute("kubectl", ["apply", "--server-side", "-f", "-"], { env: this.env });
    child.child.stdin?.end(list);
    await child;
  }

  /** Objects of some kinds, or one object. */
  async get<T = Record<string, unknown>>(...args: string[]): Promise<T> {
    return JSON.parse(await this.kubectl("get", "-o", "json", ...args)) as T;
  }

  /** What its processes logged, the audit log apart. */
  logs(): string {
    return readdirSync(this.folder.logs)
      .map((name) => readFileSync(path.join(this.folder.logs, name), "utf8"))
      .join("\n");
  }

  /** What was asked of the API server so far. */
  audit(): AuditEvent[] {
    const current = readFileSync(this.folder.auditLog, "utf8")
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as AuditEvent);
    return [...this.earlier, ...current];
  }
}

/** Ends the control planes of test runs that were killed before they could. */
export async function stopAbandoned(): Promise<void> {
  const names = existsSync(controlPlanesFolder) ? readdirSync(controlPlanesFolder) : [];
  const pids = names.flatMap((name) => /^tests-(\d+)$/.exec(name)?.[1] ?? []).map(Number);
  for (const pid of pids.filter((pid) => !isAlive(pid))) {
    await stop(nameOf(pid), { deleteData: true });
  }
}
