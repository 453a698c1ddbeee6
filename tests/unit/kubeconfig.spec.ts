import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import * as path from "node:path";
import { ClusterError, resolveContext } from "../../components/kubeconfig";
import { withEnvironment } from "../helpers/environment";
import { Folder } from "../helpers/folder";

/** A kubeconfig with one context of that name, as the tools write it. */
function kubeconfig(name: string, cluster: object = {}, user: object = {}): Record<string, unknown> {
  return {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name, cluster: { server: `https://${name}.example.test:6443`, ...cluster } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name, namespace: "default" } }],
  };
}

describe("kubeconfig", () => {
  let folder: Folder;

  before(() => {
    folder = new Folder();
  });

  after(() => folder.remove());

  const resolve = (files: readonly string[], context?: string) =>
    withEnvironment({ KUBECONFIG: files.join(path.delimiter) }, () => resolveContext(context));
  const resolveOne = (content: unknown, context?: string) => resolve([folder.write("config", content)], context);
  const refuses = (promise: Promise<unknown>, message: RegExp) =>
    assert.rejects(promise, (error) => error instanceof ClusterError && message.test(error.message));

  describe("several files", () => {
    it("are merged; of entries with the same name the first counts", async () => {
      const first = folder.write("first", {
        ...kubeconfig("dev", { server: "https://first.example.test" }),
        users: [],
      });
      const second = folder.write("second", {
        "current-context": "dev",
        contexts: [{ name: "dev", context: { cluster: "none", user: "none" } }],
        clusters: [{ name: "dev", cluster: { server: "https://second.example.test" } }],
        users: [{ name: "dev", user: { token: "from-second" } }],
      });
      const { name, kubeconfig: found } = await resolve([first, second]);
      assert.equal(name, "dev");
      assert.equal(found.cluster.server, "https://first.example.test");
      assert.equal(found.user.token, "from-second");
    });

    it("may be missing, but not all", async () => {
      const there = folder.write("there", { ...kubeconfig("dev"), "current-context": "dev" });
      const missing = path.join(folder.path, "missing");
      assert.equal((await resolve([missing, there])).name, "dev");
      await refuses(
        resolve([missing]),
        /^there is no kubeconfig at .*missing; log in to the cluster or set KUBECONFIG$/,
      );
    });

    it("are ~/.kube/config where KUBECONFIG is not set", async () => {
      mkdirSync(path.join(folder.path, ".kube"));
      folder.write(".kube/config", { ...kubeconfig("home"), "current-context": "home" });
      for (const KUBECONFIG of [undefined, ""]) {
        const { name } = await withEnvironment({ KUBECONFIG, HOME: folder.path }, () => resolveContext());
        assert.equal(name, "home");
      }
    });
  });

  describe("the context", () => {
    const two = {
      "current-context": "b",
      clusters: [...(kubeconfig("a").clusters as []), ...(kubeconfig("b").clusters as [])],
      users: [...(kubeconfig("a").users as []), ...(kubeconfig("b").users as [])],
      contexts: [...(kubeconfig("a").contexts as []), ...(kubeconfig("b").contexts as [])],
    };

    it("is the one asked for, else the current one of the first file that has one", async () => {
      const empty = folder.write("empty", { ...two, "current-context": "" });
      const other = folder.write("other", { "current-context": "a" });
      const all = folder.write("all", two);
      assert.equal((await resolve([all], "a")).name, "a");
      assert.equal((await resolve([all])).name, "b");
      assert.equal((await resolve([empty, other, all])).name, "a");
    });

    it("if it is missing, the error lists those that exist", async () => {
      await refuses(resolveOne(two, "c"), /^the kubeconfig \(.*config\) has no context c; contexts there: a, b$/);
      await refuses(resolveOne({}, "c"), /has no context c; contexts there: none$/);
      await refuses(
        resolveOne({ ...two, "current-context": undefined }),
        /has no context chosen as current-context; contexts there: a, b$/,
      );
    });

    it("must name a cluster and a user that are there", async () => {
      const broken = { ...kubeconfig("a"), clusters: [] };
      await refuses(resolveOne(broken, "a"), /^context a of the kubeconfig names cluster a, which is not there$/);
      const nobody = { ...kubeconfig("a"), users: [] };
      await refuses(resolveOne(nobody, "a"), /^context a of the kubeconfig names user a, which is not there$/);
    });

    it("must have a server that is a URL", async () => {
      for (const server of ["api.example.test:6443", "https://"]) {
        const message = new RegExp(`^cluster a of the kubeconfig has the server "${server}", which is no https URL$`);
        await refuses(resolveOne(kubeconfig("a", { server }), "a"), message);
      }
    });

    it("is refused where its user impersonates another: it would judge with other rights than the provider has", async () => {
      const impersonating = { ...kubeconfig("a"), users: [{ name: "a", user: { as: "admin", token: "t" } }] };
      await refuses(
        resolveOne(impersonating, "a"),
        /impersonates another \(as\), which the .* cannot; use a context of that user$/,
      );
    });

    it("is refused where the cluster is behind a proxy-url, which this client does not speak", async () => {
      const proxied = kubeconfig("a", { "proxy-url": "http://proxy.example.test" });
      await refuses(
        resolveOne(proxied, "a"),
        /^context a reaches its cluster through proxy-url, which the .* cannot; set HTTPS_PROXY instead$/,
      );
    });
  });

  describe("the cluster", () => {
    const text = "-----BEGIN CERTIFICATE-----";

    it("has its CA inline, or in a file beside the kubeconfig that is not the working folder", async () => {
      folder.write("ca.crt", text);
      const inline = { "certificate-authority-data": Buffer.from(text).toString("base64") };
      for (const cluster of [
        inline,
        { "certificate-authority": "ca.crt" },
        { ...inline, "certificate-authority": "x" },
      ]) {
        const { kubeconfig: found } = await resolveOne(kubeconfig("a", cluster), "a");
        assert.equal(found.cluster.certificateAuthority?.toString(), text);
      }
    });

    it("may have another name in its certificate, or ask not to be verified", async () => {
      const { kubeconfig: plain } = await resolveOne(kubeconfig("a"), "a");
      assert.deepEqual(plain.cluster, {
        server: "https://a.example.test:6443",
        certificateAuthority: undefined,
        tlsServerName: undefined,
        insecureSkipTlsVerify: false,
      });
      const { kubeconfig: found } = await resolveOne(
        kubeconfig("a", { "tls-server-name": "api", "insecure-skip-tls-verify": true }),
        "a",
      );
      assert.equal(found.cluster.tlsServerName, "api");
      assert.equal(found.cluster.insecureSkipTlsVerify, true);
    });

    it("if a file is missing, the error names it", async () => {
      await refuses(
        resolveOne(kubeconfig("a", { "certificate-authority": "gone.crt" }), "a"),
        /^the kubeconfig .*config names .*gone\.crt as certificate-authority, which cannot be read: ENOENT/,
      );
    });
  });

  describe("the user", () => {
    const userOf = async (user: object) => (await resolveOne(kubeconfig("a", {}, user), "a")).kubeconfig.user;

    it("has a token, or a file with one beside the kubeconfig", async () => {
      assert.equal((await userOf({ token: "t" })).token, "t");
      assert.equal((await userOf({ tokenFile: "token" })).tokenFile, path.join(folder.path, "token"));
      assert.equal((await userOf({ tokenFile: "/run/token" })).tokenFile, "/run/token");
    });

    it("may be nobody", async () => {
      const anonymous = { ...kubeconfig("a"), users: [{ name: "a", user: null }] };
      const { user } = (await resolveOne(anonymous, "a")).kubeconfig;
      assert.ok(Object.values(user).every((value) => value === undefined));
    });

    it("has a name and a password", async () => {
      const { username, password } = await userOf({ username: "admin", password: "p" });
      assert.deepEqual({ username, password }, { username: "admin", password: "p" });
    });

    it("has a client certificate, inline or in files", async () => {
      folder.write("client.crt", "cert");
      folder.write("client.key", "key");
      const inline = {
        "client-certificate-data": Buffer.from("cert").toString("base64"),
        "client-key-data": Buffer.from("key").toString("base64"),
      };
      for (const user of [inline, { "client-certificate": "client.crt", "client-key": "client.key" }]) {
        const { clientCertificate, clientKey } = await userOf(user);
        assert.equal(clientCertificate?.toString(), "cert");
        assert.equal(clientKey?.toString(), "key");
      }
    });

    it("has a credential plugin, from PATH or, with a slash, beside the kubeconfig", async () => {
      const exec = {
        apiVersion: "client.authentication.k8s.io/v1",
        command: "aws",
        args: ["eks"],
        interactiveMode: "Never",
      };
      assert.deepEqual((await userOf({ exec: { ...exec, env: [{ name: "A", value: "b" }] } })).exec, {
        apiVersion: "client.authentication.k8s.io/v1",
        command: "aws",
        args: ["eks"],
        env: { A: "b" },
        provideClusterInfo: false,
      });
      const beside = await userOf({
        exec: { ...exec, args: undefined, command: "./bin/login", provideClusterInfo: true },
      });
      assert.equal(beside.exec?.command, path.join(folder.path, "bin", "login"));
      assert.deepEqual(beside.exec?.args, []);
      assert.equal(beside.exec?.provideClusterInfo, true);
    });
  });

  it("that is no YAML is refused by its name, and nothing of it is shown", async () => {
    const broken = "users:\n  - user: { token: canary-token\n  name: ][\n";
    const error = await resolveOne(broken, "a").then(
      () => assert.fail("accepted"),
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof ClusterError);
    assert.match(error.message, /^the kubeconfig .*config cannot be read: /);
    assert.ok(!error.message.includes("canary"), error.message);
  });
});
