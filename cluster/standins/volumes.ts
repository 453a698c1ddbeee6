/** Stand-in for a storage provisioner: a default StorageClass, and a volume for each claim that asks for it. */
import { kinds, object, type PersistentVolumeClaim } from "./objects";
import { remove, type Controller } from "./world";

/** The name that the StorageClass gives; the volume controller waits for it to provide the volume. */
export const provisioner = "mesh-tracing.local/simulated";
/** The cluster's default StorageClass. */
export const storageClassName = "simulated";

const storageClass = object(
  kinds.storageClass,
  storageClassName,
  undefined,
  { provisioner, reclaimPolicy: "Delete", volumeBindingMode: "Immediate", allowVolumeExpansion: true },
  { annotations: { "storageclass.kubernetes.io/is-default-class": "true" } },
);

/** Gives each unbound claim of the class a volume bound to it, and removes the volume once the claim is gone. */
export const volumes: Controller = {
  name: "volume-provisioner",
  watches: [kinds.persistentVolume, kinds.persistentVolumeClaim, kinds.storageClass],
  reconcile(world) {
    const known = world.get(kinds.storageClass, storageClassName) !== undefined;
    const provided = world
      .list(kinds.persistentVolumeClaim)
      .filter(needsVolume)
      .map(volumeFor)
      .filter((volume) => world.live(volume) === undefined)
      .map((volume) => ({ verb: "create" as const, object: volume }));
    const released = world
      .list(kinds.persistentVolume)
      .filter(({ metadata }) => metadata.annotations?.["pv.kubernetes.io/provisioned-by"] === provisioner)
      .filter(({ status }) => status?.phase === "Released" || status?.phase === "Failed")
      .flatMap((volume) => remove(world, volume));
    return [...(known ? [] : [{ verb: "create" as const, object: storageClass }]), ...provided, ...released];
  },
};

function needsVolume({ metadata, spec, status }: PersistentVolumeClaim): boolean {
  const unbound = (spec.volumeName ?? "") === "" && status?.phase !== "Bound";
  return unbound && spec.storageClassName === storageClassName && metadata.deletionTimestamp === undefined;
}

function volumeFor({ metadata, spec }: PersistentVolumeClaim): ReturnType<typeof object> {
  const { name, namespace, uid = "" } = metadata;
  const volumeName = `pvc-${uid}`;
  const fields = {
    spec: {
      accessModes: spec.accessModes,
      capacity: { storage: spec.resources?.requests?.storage },
      claimRef: { apiVersion: "v1", kind: "PersistentVolumeClaim", name, namespace, uid },
      // Never mounted: the nodes are simulated.
      hostPath: { path: `/var/lib/simulated/${volumeName}` },
      persistentVolumeReclaimPolicy: "Delete",
      storageClassName,
      volumeMode: spec.volumeMode ?? "Filesystem",
    },
  };
  // With this annotation the volume controller leaves the deletion to the provisioner.
  const annotations = { "pv.kubernetes.io/provisioned-by": provisioner };
  return object(kinds.persistentVolume, volumeName, undefined, fields, { annotations });
}
