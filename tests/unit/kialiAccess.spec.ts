import assert from "node:assert/strict";
import * as path from "node:path";
import { kialiAccess } from "../../cli/kialiAccess";
import { stackOutputs } from "../../cli/stackOutputs";
import { ClusterApi } from "../../components/clusterApi";
import { withEnvironment } from "../helpers/environment";
import { admittedRoute } from "../helpers/fakeCluster";
import { Folder } from "../helpers/folder";
import { Loopback } from "../helpers/loopback";

const routePath = "/apis/route.openshift.io/v1/namespaces/istio-system/routes/kiali";

describe("the way to Kiali", () => {
  let folder: Folder;
  let server: Loopback;
  let route: unknown;
  const here = { "control-plane": "istio-system" };

  before(async () => {
    folder = new Folder();
    server = await Loopback.start((request, response) => {
      const found = request.url === routePath && route !== undefined;
      response.writeHead(found ? 200 : 404).end(JSON.stringify(found ? route : {}));
    });
  });
  after(() => {
    server.stop();
    folder.remove();
  });
  beforeEach(() => (route = admittedRoute("kiali.apps.example.test")));

  /** The stand-in cluster, as a user with these credentials. */
  function cluster(user: object = { token: "of-kubeconfig" }): Promise<ClusterApi> {
    const file = folder.write("config", {
      clusters: [{ name: "c", cluster: { server: server.url } }],
      users: [{ name: "u", user }],
      contexts: [{ name: "test", context: { cluster: "c", user: "u" } }],
    });
    return withEnvironment({ KUBECONFIG: file }, () => ClusterApi.open("test"));
  }

  const access = (...args: Parameters<typeof kialiAccess>) =>
    withEnvironment({ KIALI_TOKEN: undefined }, () => kialiAccess(...args));

  it("is the URL that is named, before the stack's, before the cluster's Route", async () => {
    const named = { ...here, "kiali-url": "https://named.example.test" };
    const outputs = { kialiUrl: "https://stack.example.test" };
    assert.equal((await access(named, outputs, await cluster())).url, "https://named.example.test");
    assert.equal((await access(here, outputs, await cluster())).url, "https://stack.example.test");
    assert.equal((await access(here, {}, await cluster())).url, "https://kiali.apps.example.test");
  });

  it("gets the kubeconfig's token at the cluster's own Route only", async () => {
    assert.equal((await access(here, {}, await cluster())).token, "of-kubeconfig");
    for (const [options, outputs] of [
      [{ ...here, "kiali-url": "https://named.example.test" }, {}],
      [here, { kialiUrl: "https://stack.example.test" }],
    ] as const) {
      assert.equal((await access(options, outputs, await cluster())).token, undefined);
    }
  });

  it("gets no password, and the token of a file before that of the kubeconfig", async () => {
    const basic = await cluster({ username: "admin", password: "secret" });
    assert.deepEqual(await access(here, {}, basic), { url: "https://kiali.apps.example.test" });
    const options = { ...here, "token-file": "of-file", "ca-file": Buffer.from("ca") };
    const found = await access(options, {}, await cluster());
    assert.deepEqual([found.token, found.ca?.toString()], ["of-file", "ca"]);
    const file = folder.write("renewed", "of-token-file\n");
    assert.equal((await access(here, {}, await cluster({ tokenFile: file }))).token, "of-token-file");
  });

  it("is asked for where nothing tells it", async () => {
    await assert.rejects(access(here, {}, undefined), /^UserError: where is Kiali\? Name --kiali-url or --stack/);
    route = undefined;
    await assert.rejects(
      access(here, {}, await cluster()),
      /^UserError: context test \(.*\) has no Route kiali in namespace istio-system that leads to Kiali/,
    );
  });
});

describe("the stack's outputs", () => {
  let folder: Folder;
  before(() => (folder = new Folder()));
  after(() => folder.remove());

  /** Reads them with a pulumi that does this. */
  function read(script: string) {
    folder.write("pulumi", `#!/bin/sh\n${script}\n`, 0o700);
    const searched = [folder.path, "/bin", "/usr/bin"].join(path.delimiter);
    return withEnvironment({ PATH: searched }, () => stackOutputs("dev"));
  }

  it("are what pulumi says", async () => {
    const said = `test "$*" = "stack output --json --stack dev --non-interactive" && echo '{"kialiUrl":"https://k"}'`;
    assert.deepEqual(await read(said), { kialiUrl: "https://k" });
  });

  it("fail in pulumi's words", async () => {
    await assert.rejects(
      read("echo \"error: no stack named 'dev' found\" >&2; exit 255"),
      /^UserError: the outputs of stack dev cannot be read: error: no stack named 'dev' found$/,
    );
  });

  it("need a pulumi", async () => {
    const reading = withEnvironment({ PATH: "/no/such/folder" }, () => stackOutputs("dev"));
    await assert.rejects(reading, /^UserError: the outputs of stack dev cannot be read: .*; name --kiali-url instead$/);
  });
});
