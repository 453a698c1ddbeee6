import { allOf, same } from "../pack/decisions";
import { isUnknown, type Field, type Unknown } from "../kubernetes/fields";
import { kinds, type KubernetesObject } from "../kubernetes/match";
import type { Stack } from "../kubernetes/stack";

/** Where a Tempo instance says which Secret has the way to its object storage. */
export interface StorageReference {
  readonly tempo: KubernetesObject;
  /** The kind of object storage: s3, azure, gcs. */
  readonly type: string | Unknown | undefined;
  /** The field with the Secret's name. */
  readonly name: Field;
  readonly credentialMode: Field;
  /** The field by which the operator goes for TLS; of a TempoMonolithic it is the URL's scheme. */
  readonly tls?: Field;
}

/** The storage references of a stack's Tempo instances. */
export function storageReferences(stack: Stack): readonly StorageReference[] {
  const ofStacks = stack.ofKind(kinds.tempoStack).map((tempo): StorageReference => {
    const storage = tempo.field("spec", "storage");
    const secret = storage.at("secret");
    return {
      tempo,
      type: secret.at("type").string(),
      name: secret.at("name"),
      credentialMode: secret.at("credentialMode"),
      tls: storage.at("tls", "enabled"),
    };
  });
  const ofMonolithics = stack.ofKind(kinds.tempoMonolithic).flatMap((tempo): readonly StorageReference[] => {
    const traces = tempo.field("spec", "storage", "traces");
    const type = traces.at("backend").string();
    const settings = traces.at(isUnknown(type) ? "s3" : (type ?? "memory"));
    return [{ tempo, type, name: settings.at("secret"), credentialMode: settings.at("credentialMode") }];
  });
  return [...ofStacks, ...ofMonolithics];
}

/** The Secret that a storage reference means, if the stack declares it; a patch of it only where there is nothing else. */
export function secretOf({ tempo, name }: StorageReference, stack: Stack): KubernetesObject | Unknown | undefined {
  const wanted = name.string();
  const { namespace } = tempo;
  if (wanted === undefined || isUnknown(wanted) || isUnknown(namespace)) {
    return [wanted, namespace].find(isUnknown);
  }
  const secrets = stack.ofKind(kinds.secret).map((secret) => ({
    secret,
    isMeant: allOf([same(secret.name, wanted), same(secret.namespace, namespace)]),
  }));
  const found = secrets.filter(({ isMeant }) => isMeant === true).map(({ secret }) => secret);
  const doubt = secrets.map(({ isMeant }) => isMeant).find(isUnknown);
  return found.find((secret) => !secret.isPatch) ?? found[0] ?? doubt;
}
