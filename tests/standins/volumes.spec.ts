import assert from "node:assert/strict";
import { kinds, object, type PersistentVolume, type PersistentVolumeClaim } from "../../cluster/standins/objects";
import { provisioner, storageClassName, volumes } from "../../cluster/standins/volumes";
import { Simulation } from "./simulation";

function claim(spec: object = {}): PersistentVolumeClaim {
  const resources = { requests: { storage: "20Gi" } };
  const all = { accessModes: ["ReadWriteOnce"], storageClassName, resources, ...spec };
  return object(kinds.persistentVolumeClaim, "minio", "tracing-system", { spec: all }, { uid: "claim-1" });
}

describe("stand-in of a storage provisioner", () => {
  it("has a default StorageClass", async () => {
    const simulation = new Simulation([volumes]);
    await simulation.settle();
    const [storageClass] = simulation.world.list(kinds.storageClass);
    assert.equal(storageClass?.metadata.annotations?.["storageclass.kubernetes.io/is-default-class"], "true");
    assert.equal((storageClass as unknown as { provisioner: string }).provisioner, provisioner);
  });

  it("gives a claim a volume of its size, reserved for it", async () => {
    const simulation = new Simulation([volumes], [claim()]);
    await simulation.settle();
    const [volume] = simulation.world.list(kinds.persistentVolume);
    assert.equal(volume?.metadata.name, "pvc-claim-1");
    assert.equal(volume.spec.claimRef?.uid, "claim-1");
    assert.deepEqual((volume.spec as unknown as { capacity: object }).capacity, { storage: "20Gi" });
    assert.equal(await simulation.step(), 0);
  });

  it("leaves claims alone that are bound or of another class", async () => {
    const simulation = new Simulation(
      [volumes],
      [claim({ volumeName: "theirs" }), claim({ storageClassName: "fast" })],
    );
    await simulation.settle();
    assert.deepEqual(simulation.world.list(kinds.persistentVolume), []);
  });

  it("removes a volume whose claim is gone, and no volume of somebody else", async () => {
    const simulation = new Simulation([volumes], [claim()]);
    await simulation.settle();
    const [ours] = simulation.world.list(kinds.persistentVolume);
    assert.ok(ours);
    const theirs: PersistentVolume = object(kinds.persistentVolume, "theirs", undefined, {
      spec: {},
      status: { phase: "Released" },
    });
    simulation.create(theirs);
    simulation.world.remove(claim());
    simulation.world.put({ ...ours, status: { phase: "Released" } } as PersistentVolume);
    await simulation.settle();
    const names = simulation.world.list(kinds.persistentVolume).map(({ metadata }) => metadata.name);
    assert.deepEqual(names, ["theirs"]);
  });
});
