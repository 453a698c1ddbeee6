import assert from "node:assert/strict";
import * as path from "node:path";
import { controlPlaneFolder } from "../../cluster/folder";
import { choosePodRange } from "../../cluster/podRange";
import { Folder } from "../helpers/folder";

describe("the addresses of a control plane's pods", () => {
  let scratch: Folder;
  const folder = (name: string) => ({ ...controlPlaneFolder(name), root: scratch.folder(name) });

  beforeEach(() => (scratch = new Folder()));
  afterEach(() => scratch.remove());

  it("are its own, and stay so", async () => {
    const first = await choosePodRange(folder("first"));
    const second = await choosePodRange(folder("second"));
    assert.notEqual(first, second);
    assert.equal(await choosePodRange(folder("first")), first);
    for (const range of [first, second]) assert.match(range, /^10\.244\.\d+\.1\/24$/);
  });

  it("are its own also where several are chosen at once", async () => {
    const names = Array.from({ length: 4 }, (_, index) => `plane-${index}`);
    const chosen = await Promise.all(names.map((name) => choosePodRange(folder(name))));
    assert.equal(new Set(chosen).size, names.length);
  });

  it("are chosen anew where what was kept cannot be read", async () => {
    scratch.folder("damaged");
    scratch.write(path.join("damaged", "pod-range"), "");
    assert.match(await choosePodRange(folder("damaged")), /\/24$/);
  });

  it("run out with a word on what to do", async () => {
    for (let index = 0; index < 256; index++) {
      scratch.folder(`plane-${index}`);
      scratch.write(`plane-${index}/pod-range`, String(index));
    }
    await assert.rejects(choosePodRange(folder("one-more")), /256 control planes already.*stop --delete/);
  });
});
