import assert from "node:assert/strict";
import { RunError } from "../../cluster/run";
import { describeMissing, missingRequirements, type Host } from "../../dataplane/hostRequirements";

/** A host that has everything, with what a test changes. */
function host(changes: Partial<Host> & { fails?: RegExp } = {}): Host & { asked: string[] } {
  const asked: string[] = [];
  const { fails, ...rest } = changes;
  return {
    platform: "linux",
    architecture: "x64",
    uid: 0,
    asked,
    run: (program, args) => {
      const command = [program, ...args].join(" ");
      asked.push(command);
      return fails?.test(command) ? Promise.reject(new RunError(`cannot run ${program}: ENOENT`)) : Promise.resolve("");
    },
    ...rest,
  };
}

describe("the data plane's needs of the host", () => {
  it("are met by a Linux root with the programs", async () => {
    assert.deepEqual(await missingRequirements(host()), []);
  });

  for (const [program, where] of [
    ["ip", "iproute2"],
    ["iptables-restore", "iptables"],
    ["setpriv", "util-linux"],
    ["python3", "python3-pip"],
  ] as const) {
    it(`name ${program} and its package`, async () => {
      const missing = await missingRequirements(host({ fails: new RegExp(`^${program} `) }));
      assert.equal(missing.length, 1);
      assert.ok(missing[0]?.what.startsWith(`${program} `), missing[0]?.what);
      assert.ok(missing[0]?.wayOut.includes(where), missing[0]?.wayOut);
    });
  }

  it("name everything that is missing at once", async () => {
    const missing = await missingRequirements(host({ uid: 1000, fails: /^(ip|python3) / }));
    assert.equal(missing.length, 3);
    const text = describeMissing(missing);
    for (const word of ["ip (", "python3 (", "root"]) assert.ok(text.includes(word), text);
  });

  it("are found by trying, since a root in a container may lack the right", async () => {
    const missing = await missingRequirements(host({ fails: /^unshare / }));
    assert.match(missing[0]?.what ?? "", /right to make network namespaces/);
    assert.match(missing[0]?.wayOut ?? "", /privileged/);
  });

  it("are not tried as somebody who may not", async () => {
    const user = host({ uid: 1000 });
    assert.equal((await missingRequirements(user)).length, 1);
    assert.ok(!user.asked.some((command) => command.startsWith("unshare")));
  });

  it("are not looked for on another system", async () => {
    const mac = host({ platform: "darwin", architecture: "arm64" });
    assert.match((await missingRequirements(mac))[0]?.what ?? "", /^Linux .*darwin/);
    assert.deepEqual(mac.asked, []);
  });
});
