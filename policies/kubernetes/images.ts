import { kinds, type KubernetesObject, type Match } from "./match";
import { isUnknown, type StringField, type Unknown } from "./fields";
import { containers, podSpec, workloadKinds } from "./workloads";

/** The parts of a container image's reference. */
export interface Image {
  /** Host of the registry; `docker.io` where none is named. */
  readonly registry: string;
  /** Path in the registry, without tag and digest. */
  readonly repository: string;
  readonly tag: string | undefined;
  readonly digest: string | undefined;
}

/** Takes a reference apart: `quay.io/minio/minio:1.0@sha256:…`. */
export function parseImage(reference: string): Image {
  const [named = "", digest] = reference.split("@", 2);
  const [, name = "", tag] = /^(.*?)(?::([\w][\w.-]*))?$/.exec(named) ?? [];
  const [host = "", ...path] = name.split("/");
  const hasHost = path.length > 0 && (/[.:]/.test(host) || host === "localhost");
  return hasHost
    ? { registry: host, repository: path.join("/"), tag, digest }
    : { registry: "docker.io", repository: name, tag, digest };
}

/** The kinds that name images. */
export const imageKinds: readonly Match[] = [...workloadKinds, kinds.tempoStack, kinds.collector];

/** The images that an object of one of these kinds names. */
export function images(object: KubernetesObject): readonly StringField[] {
  if (object.is(kinds.tempoStack)) {
    const overrides = object.field("spec", "images").entries();
    return isUnknown(overrides)
      ? [{ field: object.field("spec", "images"), value: overrides }]
      : overrides.flatMap(([, field]) => field.asString());
  }
  if (object.is(kinds.collector)) {
    return object.field("spec", "image").asString();
  }
  const pod = podSpec(object)!;
  const { all, doubts } = containers(pod);
  const unknown = (value: Unknown): StringField => ({ field: pod, value });
  return [
    ...doubts.map(unknown),
    ...all.flatMap((container) => container.at("image").asString()),
    ...pod.at("volumes").strings("image", "reference"),
  ];
}
