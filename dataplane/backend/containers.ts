import { createHash } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import type { ControlPlaneFolder } from "../../cluster/folder";
import { UserError } from "../../cluster/interruption";
import type { Kubectl } from "../../cluster/kubectl";
import { dataPlaneFolder, type ProcessStart } from "../process";
import type { Container, Deployed, Pod, Volume } from "../deployed";
import { containerEnvironment } from "./environment";
import { volumeContent, type Files } from "./volumes";

/** Where the files of pods are, all of which go with them. */
export const podsFolder = (folder: ControlPlaneFolder) => path.join(dataPlaneFolder(folder), "pods");

/** A kubelet renews a token each hour; nobody does so here. */
const tokenLifetime = "168h";

/** Something that appears at a path inside a container. */
interface Mount {
  readonly source: string;
  readonly target: string;
}

/** What is run in a container instead of its image's program. */
export interface Substitute {
  /** The file on this machine. */
  readonly program: string;
  /** Its arguments. Default: the container's own. */
  readonly args?: readonly string[];
  /** Variables beside, or instead of, those that the container's specification gives it. */
  readonly env?: Readonly<Record<string, string>>;
  /** Texts instead of those that the cluster has for files in volumes, by their paths in the container. */
  readonly files?: Readonly<Record<string, string>>;
  /** Files and folders of this machine that its image would hold, by their paths in the container. */
  readonly image?: Readonly<Record<string, string>>;
}

/**
 * Lays out what a kubelet lays out for a pod and runs its containers with the file system, the environment and the arguments
 * that its specification says. Secrets reach a program as files of its own and as environment, as they do there.
 */
export class PodContainers {
  private readonly root: string;
  private token: Promise<string> | undefined;

  constructor(
    private readonly folder: ControlPlaneFolder,
    private readonly pod: Pod,
    private readonly deployed: Deployed,
    private readonly kubectl: Kubectl,
  ) {
    this.root = path.join(podsFolder(folder), `${pod.metadata.namespace}.${pod.metadata.name}`);
  }

  /** The container of this name; a {@link UserError} where the pod has none. */
  container(name: string): Container {
    const { namespace, name: pod } = this.pod.metadata;
    const found = this.pod.spec.containers.find((container) => container.name === name);
    if (!found) throw new UserError(`pod ${namespace}/${pod} has no container ${name}`);
    return found;
  }

  /** The text that the cluster has for a file in one of a container's volumes; a {@link UserError} where there is none. */
  text(container: Container, file: string): string {
    const mount = container.volumeMounts?.find(({ mountPath }) => file.startsWith(`${mountPath}/`));
    const content = mount && volumeContent(this.pod, this.volumeNamed(mount.name), this.deployed);
    const text = content && "files" in content ? content.files[path.posix.relative(mount.mountPath, file)] : undefined;
    if (text === undefined) throw new UserError(`no volume of ${container.name} has ${file}`);
    return text.toString();
  }

  /** A file of a container that is no part of a volume, to be mounted where its image would have it. */
  async file(container: Container, name: string): Promise<string> {
    const home = this.home(container);
    await mkdir(home, { recursive: true, mode: 0o700 });
    return path.join(home, name);
  }

  /** Removes what the pod left; what is in its volume claims stays. */
  async clear(): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  /** How a container is run: a {@link ProcessStart} that lacks nothing but the network namespace. */
  async start(container: Container, substitute: Substitute): Promise<Omit<ProcessStart, "namespace">> {
    const home = this.home(container);
    const root = path.join(home, "root");
    await mkdir(root, { recursive: true, mode: 0o700 });
    // Under this path the process is found again; see DetachedProcess.
    const program = path.join(home, path.basename(substitute.program));
    const image = Object.entries(substitute.image ?? {}).map(([target, source]) => ({ source, target }));
    const mounts = [
      ...(await this.mounts(container, substitute)),
      ...image,
      { source: substitute.program, target: program },
    ];
    // What is inside of another mount comes after it; the program may be in a folder below a volume's.
    mounts.sort((a, b) => a.target.length - b.target.length);
    const args = substitute.args ?? [...(container.command ?? []).slice(1), ...(container.args ?? [])];
    return {
      program: "unshare",
      args: [
        "--uts",
        path.join(__dirname, "podRoot.sh"),
        this.pod.metadata.name,
        root,
        ...mounts.flatMap(({ source, target }) => [source, target]),
        "--",
        program,
        ...args,
      ],
      env: { ...containerEnvironment(this.pod, container, this.deployed), ...substitute.env },
    };
  }

  private home({ name }: Container): string {
    return path.join(this.root, name);
  }

  private async mounts(container: Container, { files = {} }: Substitute): Promise<Mount[]> {
    const mounts: Mount[] = [];
    const replaced = new Set<string>();
    for (const { name, mountPath, subPath } of container.volumeMounts ?? []) {
      const source = await this.volume(name, (file) => {
        const inContainer = path.posix.join(mountPath, file);
        const text = files[inContainer];
        if (text !== undefined) replaced.add(inContainer);
        return text;
      });
      mounts.push({ source: path.join(source, subPath ?? ""), target: mountPath });
    }
    const left = Object.keys(files).filter((file) => !replaced.has(file));
    if (left.length > 0) throw new UserError(`no volume of ${container.name} has ${left.join(", ")}`);
    return mounts;
  }

  /** Makes a volume's folder. */
  private async volume(name: string, replacement: (file: string) => string | undefined): Promise<string> {
    const volume = this.volumeNamed(name);
    const wantsToken = volume.projected?.sources.some(({ serviceAccountToken }) => serviceAccountToken) ?? false;
    const content = volumeContent(this.pod, volume, this.deployed, wantsToken ? await this.readToken() : undefined);
    if ("folder" in content) {
      const folder =
        content.folder === "pod"
          ? path.join(this.root, "volumes", name)
          : path.join(dataPlaneFolder(this.folder), "claims", `${this.pod.metadata.namespace}.${content.claim}`);
      await mkdir(folder, { recursive: true, mode: 0o700 });
      return folder;
    }
    const files = Object.entries(content.files).map(([file, text]) => [file, replacement(file) ?? text] as const);
    // Two containers may have the same volume with other texts in it.
    const key = createHash("sha256").update(JSON.stringify(files)).digest("hex").slice(0, 8);
    const folder = path.join(this.root, "volumes", `${name}-${key}`);
    await writeFiles(folder, Object.fromEntries(files));
    return folder;
  }

  private volumeNamed(name: string): Volume {
    const { namespace, name: pod } = this.pod.metadata;
    const volume = this.pod.spec.volumes?.find((entry) => entry.name === name);
    if (!volume) throw new UserError(`pod ${namespace}/${pod} has no volume ${name}`);
    return volume;
  }

  /** A token of the pod's ServiceAccount, made once. */
  private readToken(): Promise<string> {
    const { serviceAccountName = "default" } = this.pod.spec;
    const { namespace } = this.pod.metadata;
    this.token ??= this.kubectl
      .run(["create", "token", serviceAccountName, "-n", namespace, "--duration", tokenLifetime])
      .then((text) => text.trim());
    return this.token;
  }
}

async function writeFiles(folder: string, files: Files): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const [file, text] of Object.entries(files)) {
    const target = path.join(folder, file);
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    await writeFile(target, text, { mode: 0o600 });
  }
}
