import { isUnknown, type Field, type Unknown } from "../kubernetes/fields";
import { parseImage } from "../kubernetes/images";
import type { KubernetesObject } from "../kubernetes/match";
import { containers, podSpec } from "../kubernetes/workloads";

/** The field that shows that a workload runs a MinIO server; undefined if none does. */
export function minioServer(object: KubernetesObject): Field | Unknown | undefined {
  const pod = podSpec(object);
  if (!pod) {
    return undefined;
  }
  const { all, doubts } = containers(pod);
  const signs = all.flatMap((container) => [imageSign(container), commandSign(container)]);
  return signs.find((sign) => sign !== undefined && !isUnknown(sign)) ?? signs.find(isUnknown) ?? doubts[0];
}

function imageSign(container: Field): Field | Unknown | undefined {
  const image = container.at("image");
  const reference = image.string();
  if (reference === undefined || isUnknown(reference)) {
    return reference;
  }
  return /(?:^|\/)minio$/.test(parseImage(reference).repository) ? image : undefined;
}

/** An image of another name may have the server in it, and says so in its command. */
function commandSign(container: Field): Field | undefined {
  return ["command", "args"]
    .flatMap((key) => container.at(key).strings())
    .find(({ value }) => !isUnknown(value) && /\bminio\s+server\b/.test(value))?.field;
}
