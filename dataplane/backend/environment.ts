import { UserError } from "../../cluster/interruption";
import { named, type Container, type Deployed, type EnvironmentVariable, type Pod } from "../deployed";

/** What a pod can learn about itself (the downward API). */
export function podField(pod: Pod, fieldPath: string): string {
  const { metadata, spec, status } = pod;
  const fields: Readonly<Record<string, string | undefined>> = {
    "metadata.name": metadata.name,
    "metadata.namespace": metadata.namespace,
    "metadata.uid": metadata.uid,
    "spec.nodeName": spec.nodeName,
    "spec.serviceAccountName": spec.serviceAccountName,
    "status.podIP": status?.podIP,
  };
  const value = fields[fieldPath];
  if (value !== undefined) return value;
  throw new UserError(
    `pod ${metadata.namespace}/${metadata.name} asks for its ${fieldPath}, which is not known here (known: ${Object.keys(fields).join(", ")})`,
  );
}

/**
 * The environment that a container's specification gives it, values from Secrets and ConfigMaps included.
 * @returns variables by name; a {@link UserError} where something it refers to is not there
 */
export function containerEnvironment(pod: Pod, container: Container, deployed: Deployed): Record<string, string> {
  const entries = (container.env ?? []).flatMap((variable) => {
    const value = valueOf(pod, variable, deployed);
    return value === undefined ? [] : [[variable.name, value] as const];
  });
  return Object.fromEntries(entries);
}

function valueOf(pod: Pod, { name, value, valueFrom }: EnvironmentVariable, deployed: Deployed): string | undefined {
  if (valueFrom === undefined) return value ?? "";
  const { namespace } = pod.metadata;
  const { secretKeyRef, configMapKeyRef, fieldRef } = valueFrom;
  if (fieldRef) return podField(pod, fieldRef.fieldPath);
  const reference = secretKeyRef ?? configMapKeyRef;
  const where = `${name} of pod ${namespace}/${pod.metadata.name}`;
  if (!reference) throw new UserError(`${where} has a source that is not known here: ${Object.keys(valueFrom).join()}`);
  const kept = secretKeyRef
    ? named(deployed.secrets, namespace, reference.name)?.data?.[reference.key]
    : named(deployed.configMaps, namespace, reference.name)?.data?.[reference.key];
  if (kept === undefined) {
    if (reference.optional) return undefined;
    const kind = secretKeyRef ? "Secret" : "ConfigMap";
    throw new UserError(`${where} comes from key ${reference.key} of ${kind} ${reference.name}, which is not there`);
  }
  return secretKeyRef ? Buffer.from(kept, "base64").toString() : kept;
}
