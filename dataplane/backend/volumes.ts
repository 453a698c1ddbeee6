import { UserError } from "../../cluster/interruption";
import { named, type Deployed, type Pod, type Volume } from "../deployed";
import { podField } from "./environment";

/** Files by their paths inside a volume. */
export type Files = Readonly<Record<string, string | Buffer>>;

/** What is in a volume. */
export type VolumeContent =
  /** Files that the cluster gives. */
  | { readonly files: Files }
  /** A folder that begins empty and goes with its pod. */
  | { readonly folder: "pod" }
  /** A folder that stays when its pod goes. */
  | { readonly folder: "claim"; readonly claim: string };

interface Source {
  readonly items?: readonly { readonly key: string; readonly path: string }[];
  readonly optional?: boolean;
}

/**
 * What a kubelet would put into a volume.
 * @param token the token of the pod's ServiceAccount, where it has one
 * @returns its content; a {@link UserError} where what it refers to is not there, or for a kind that is not known here
 */
export function volumeContent(pod: Pod, volume: Volume, deployed: Deployed, token?: string): VolumeContent {
  const { configMap, secret, emptyDir, persistentVolumeClaim, projected } = volume;
  if (emptyDir) return { folder: "pod" };
  if (persistentVolumeClaim) return { folder: "claim", claim: persistentVolumeClaim.claimName };
  const reader = new Reader(pod, volume.name, deployed);
  if (configMap) return { files: reader.configMap(configMap.name, configMap) };
  if (secret) return { files: reader.secret(secret.secretName, secret) };
  if (!projected) throw reader.failure(`is of a kind that is not known here (${Object.keys(volume).join()})`);
  const parts = projected.sources.map((source): Files => {
    if (source.configMap) return reader.configMap(source.configMap.name, source.configMap);
    if (source.secret) return reader.secret(source.secret.name, source.secret);
    if (source.serviceAccountToken) {
      if (token === undefined) throw reader.failure("wants a token, and the pod has no ServiceAccount");
      return { [source.serviceAccountToken.path]: token };
    }
    if (source.downwardAPI) {
      const fields = source.downwardAPI.items.flatMap(({ path, fieldRef }) =>
        fieldRef ? [[path, podField(pod, fieldRef.fieldPath)] as const] : [],
      );
      return Object.fromEntries(fields);
    }
    throw reader.failure(`has a part that is not known here (${Object.keys(source).join()})`);
  });
  return { files: Object.assign({}, ...parts) as Files };
}

class Reader {
  constructor(
    private readonly pod: Pod,
    private readonly volume: string,
    private readonly deployed: Deployed,
  ) {}

  configMap(name: string, source: Source): Files {
    const found = named(this.deployed.configMaps, this.pod.metadata.namespace, name);
    return this.pick(`ConfigMap ${name}`, found && (found.data ?? {}), source);
  }

  secret(name: string, source: Source): Files {
    const found = named(this.deployed.secrets, this.pod.metadata.namespace, name);
    const data = Object.entries(found?.data ?? {}).map(([key, value]) => [key, Buffer.from(value, "base64")] as const);
    return this.pick(`Secret ${name}`, found && Object.fromEntries(data), source);
  }

  failure(what: string): UserError {
    const { namespace, name } = this.pod.metadata;
    return new UserError(`volume ${this.volume} of pod ${namespace}/${name} ${what}`);
  }

  private pick(what: string, data: Files | undefined, { items, optional }: Source): Files {
    if (!data) {
      if (optional) return {};
      throw this.failure(`needs the ${what}, which is not there`);
    }
    if (!items) return data;
    const picked = items.flatMap(({ key, path }) => {
      const content = data[key];
      if (content === undefined && !optional) throw this.failure(`needs key ${key} of ${what}, which is not there`);
      return content === undefined ? [] : [[path, content] as const];
    });
    return Object.fromEntries(picked);
  }
}
