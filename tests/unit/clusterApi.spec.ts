import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as http from "node:http";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import type { ServerOptions } from "node:https";
import * as net from "node:net";
import * as path from "node:path";
import type { TLSSocket } from "node:tls";
import { ClusterApi } from "../../components/clusterApi";
import { ClusterError } from "../../components/kubeconfig";
import type { KeyPair } from "../helpers/certificates";
import { authority, clientCertificate, serverCertificate } from "../helpers/certificates";
import { withEnvironment } from "../helpers/environment";
import { Folder } from "../helpers/folder";
import { Loopback } from "../helpers/loopback";

const base64 = (text: string) => Buffer.from(text).toString("base64");

/** A status as an API server answers it. */
function status(response: ServerResponse, code: number, message: string): void {
  response.writeHead(code, { "content-type": "application/json" });
  response.end(JSON.stringify({ kind: "Status", status: "Failure", message, code }));
}

/** What differs from a server with a certificate of the kubeconfig's CA and a user without credentials. */
interface Setup {
  readonly cluster?: object;
  readonly user?: object;
  /** Null for plain HTTP. */
  readonly tls?: ServerOptions | null;
  readonly timeoutMs?: number;
  /** Path below which the API is served. */
  readonly base?: string;
}

describe("clusterApi", () => {
  let folder: Folder;
  let ca: KeyPair;
  let serverPair: KeyPair;
  let server: Loopback | undefined;

  before(async () => {
    folder = new Folder();
    ca = await authority("cluster");
    serverPair = await serverCertificate(ca, ["kubernetes.example.test"]);
  });

  afterEach(() => {
    server?.stop();
    server = undefined;
  });

  after(() => folder.remove());

  /** Starts an API server that answers so, and opens it through a kubeconfig. */
  async function open(
    handler: RequestListener,
    { cluster = {}, user = {}, tls = {}, timeoutMs, base = "" }: Setup = {},
  ): Promise<ClusterApi> {
    server?.stop();
    server = await Loopback.start(handler, tls === null ? undefined : { ...serverPair, ...tls });
    return openAt(server.url + base, {
      cluster: { "certificate-authority-data": base64(ca.cert), ...cluster },
      user,
      timeoutMs,
    });
  }

  function openAt(url: string, { cluster = {}, user = {}, timeoutMs = 2_000 }: Setup = {}): Promise<ClusterApi> {
    const file = folder.write("config", {
      clusters: [{ name: "c", cluster: { server: url, ...cluster } }],
      users: [{ name: "u", user }],
      contexts: [{ name: "test", context: { cluster: "c", user: "u" } }],
    });
    return withEnvironment({ KUBECONFIG: file }, () => ClusterApi.open("test", timeoutMs));
  }

  /** Answers with what the server saw of the request. */
  const echo = (request: IncomingMessage, response: ServerResponse) =>
    response.end(
      JSON.stringify({
        url: request.url,
        method: request.method,
        authorization: request.headers.authorization,
        client: (request.socket as TLSSocket).getPeerCertificate?.()?.subject?.CN,
        servername: (request.socket as TLSSocket).servername,
      }),
    );

  const refuses = (promise: Promise<unknown>, message: RegExp) =>
    assert.rejects(promise, (error: Error) => {
      assert.ok(error instanceof ClusterError, error.stack);
      assert.match(error.message, message);
      return true;
    });
  const prefix = String.raw`^context test \(https://127\.0\.0\.1:\d+\)`;

  describe("answers", () => {
    it("200 with the object, from below the server's own path", async () => {
      const api = await open(echo, { base: "/k8s/clusters/x/" });
      assert.deepEqual(await api.get("/api/v1/namespaces?limit=1"), {
        url: "/k8s/clusters/x/api/v1/namespaces?limit=1",
        method: "GET",
        servername: false,
      });
      assert.match(api.description, new RegExp(`${prefix}$`));
    });

    it("404 with nothing", async () => {
      const api = await open((_, response) => status(response, 404, "not found"));
      assert.equal(await api.get("/api/v1/namespaces/none"), undefined);
    });

    for (const [code, reason] of [
      [401, "Unauthorized"],
      [403, 'namespaces is forbidden: User "x" cannot list resource "namespaces"'],
      [500, "etcdserver: leader changed"],
      [503, "the server is currently unable to handle the request"],
    ] as const) {
      it(`${code} with the server's reason`, async () => {
        const api = await open((_, response) => status(response, code, reason));
        await refuses(
          api.get("/api/v1/namespaces"),
          new RegExp(`${prefix} answered ${code} to GET /api/v1/namespaces: ${reason}$`),
        );
      });
    }

    it("with an excerpt of an error that is no JSON", async () => {
      const api = await open((_, response) => response.writeHead(502).end("bad gateway".repeat(100)));
      await refuses(api.get("/version"), /answered 502 to GET \/version: (bad gateway){18}ba$/);
    });

    it("clearly where a login page stands in front of it", async () => {
      const redirect = await open((_, response) => response.writeHead(302, { location: "/login" }).end());
      await refuses(redirect.get("/version"), /answered 302 to GET \/version: $/);
      const page = await open((_, response) => response.end("<html>"));
      await refuses(page.get("/version"), /is no API server: its answer to GET \/version is no JSON$/);
    });

    it("over plain HTTP too, as a local proxy of the API is reached", async () => {
      const api = await open(echo, { tls: null });
      assert.equal((await api.get<{ url: string }>("/version"))?.url, "/version");
    });
  });

  describe("trust", () => {
    it("is in the kubeconfig's CA alone", async () => {
      const other = await authority("other");
      const api = await open(echo, { cluster: { "certificate-authority-data": base64(other.cert) } });
      await refuses(api.get("/version"), new RegExp(`${prefix} cannot be reached: [^\n]*certificate[^\n]*$`));
      const none = await open(echo, { cluster: { "certificate-authority-data": undefined } });
      await refuses(none.get("/version"), new RegExp(`${prefix} cannot be reached: [^\n]*certificate[^\n]*$`));
    });

    it("needs the server's name in its certificate", async () => {
      const named = await serverCertificate(ca, ["kubernetes.example.test"]);
      const api = await open(echo, { tls: named, cluster: { "tls-server-name": "kubernetes.example.test" } });
      assert.equal((await api.get<{ servername: string }>("/version"))?.servername, "kubernetes.example.test");
      const wrong = await open(echo, { tls: named, cluster: { "tls-server-name": "elsewhere.example.test" } });
      await refuses(wrong.get("/version"), /cannot be reached: .*altnames/);
    });

    it("is given up only where the kubeconfig says so", async () => {
      const cluster = { "certificate-authority-data": undefined, "insecure-skip-tls-verify": true };
      const api = await open(echo, { cluster });
      assert.equal((await api.get<{ url: string }>("/version"))?.url, "/version");
    });

    it("in something that is no certificate is one clear message", async () => {
      const api = await open(echo, {
        cluster: {
          "certificate-authority-data": base64("-----BEGIN CERTIFICATE-----\nnone\n-----END CERTIFICATE-----"),
        },
      });
      await refuses(api.get("/version"), new RegExp(`${prefix} cannot be reached: .+$`));
    });
  });

  describe("credentials", () => {
    const authorizationOf = async (user: object) =>
      (await (await open(echo, { user })).get<{ authorization?: string }>("/version"))?.authorization;

    it("are a token, basic authentication or none", async () => {
      assert.equal(await authorizationOf({ token: "abc" }), "Bearer abc");
      assert.equal(await authorizationOf({ username: "admin", password: "p:w" }), `Basic ${base64("admin:p:w")}`);
      assert.equal(await authorizationOf({}), undefined);
    });

    it("are read from the token file anew for each request, and it counts before a token", async () => {
      folder.write("token", "first\n");
      const api = await open(echo, { user: { tokenFile: "token", token: "stale" } });
      assert.equal((await api.get<{ authorization: string }>("/version"))?.authorization, "Bearer first");
      folder.write("token", "second\n");
      assert.equal((await api.get<{ authorization: string }>("/version"))?.authorization, "Bearer second");
    });

    it("in a token file that is gone are one clear message", async () => {
      const api = await open(echo, { user: { tokenFile: "gone" } });
      await refuses(api.get("/version"), /^the kubeconfig's tokenFile cannot be read: ENOENT/);
    });

    it("are a client certificate", async () => {
      const alice = await clientCertificate(ca, "alice");
      const user = { "client-certificate-data": base64(alice.cert), "client-key-data": base64(alice.key) };
      const tls = { ca: ca.cert, requestCert: true, rejectUnauthorized: true };
      const api = await open(echo, { user, tls });
      assert.equal((await api.get<{ client: string }>("/version"))?.client, "alice");
      const nobody = await open(echo, { tls });
      await refuses(nobody.get("/version"), /cannot be reached: /);
    });
  });

  describe("a credential plugin", () => {
    /** A plugin that is a script beside the kubeconfig. */
    const plugin = (script: string, extra: object = {}) => {
      folder.write("login", `#!/bin/sh\n${script}\n`, 0o700);
      return { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "./login", ...extra } };
    };
    const credential = (credentials: object) => `cat <<'END'\n${JSON.stringify({ status: credentials })}\nEND`;

    it("gives a token, once for all requests", async () => {
      const count = path.join(folder.path, "count");
      const user = plugin(`echo x >> ${count}; printf '{"status":{"token":"%s-%s"}}' "$1" "$REGION"`, {
        args: ["from-plugin"],
        env: [{ name: "REGION", value: "eu" }],
      });
      const api = await open(echo, { user });
      const answers = [await api.get("/a"), await api.get("/b")] as { authorization: string }[];
      assert.deepEqual(
        answers.map(({ authorization }) => authorization),
        ["Bearer from-plugin-eu", "Bearer from-plugin-eu"],
      );
      assert.equal(readFileSync(count, "utf8"), "x\n");
    });

    it("is asked again when what it gave is no longer good, once for a request", async () => {
      const count = path.join(folder.path, "renewed");
      const user = plugin(
        `echo x >> ${count}; printf '{"status":{"token":"token-%s"}}' "$(wc -l < ${count} | tr -d ' ')"`,
      );
      const accepted = new Set(["Bearer token-2"]);
      const api = await open(
        (request, response) => {
          if (accepted.has(request.headers.authorization ?? "")) {
            echo(request, response);
          } else {
            status(response, 401, "Unauthorized");
          }
        },
        { user },
      );
      assert.equal((await api.get<{ authorization: string }>("/a"))?.authorization, "Bearer token-2");
      accepted.clear();
      await refuses(api.get("/b"), /answered 401 to GET \/b: Unauthorized/);
      assert.equal(readFileSync(count, "utf8"), "x\n".repeat(3));
    });

    it("gives a client certificate", async () => {
      const bob = await clientCertificate(ca, "bob");
      const user = plugin(credential({ clientCertificateData: bob.cert, clientKeyData: bob.key }));
      const api = await open(echo, { user, tls: { ca: ca.cert, requestCert: true, rejectUnauthorized: true } });
      assert.equal((await api.get<{ client: string }>("/version"))?.client, "bob");
    });

    it("is told its API version, and of the cluster only where it asks", async () => {
      const info = path.join(folder.path, "info");
      const read = async (provideClusterInfo: boolean) => {
        const user = plugin(`printf '%s' "$KUBERNETES_EXEC_INFO" > ${info}; ${credential({ token: "t" })}`, {
          provideClusterInfo,
        });
        await open(echo, { user });
        return JSON.parse(readFileSync(info, "utf8")) as unknown;
      };
      const asked = { apiVersion: "client.authentication.k8s.io/v1", kind: "ExecCredential" };
      assert.deepEqual(await read(false), { ...asked, spec: { interactive: false } });
      assert.deepEqual(await read(true), {
        ...asked,
        spec: {
          interactive: false,
          cluster: { server: server?.url, "certificate-authority-data": base64(ca.cert) },
        },
      });
    });

    for (const [what, script] of [
      ["fails", `echo '{"status":{"token":"canary"}}'; echo canary >&2; exit 3`],
      ["prints no JSON", "echo canary"],
      ["prints no status", `echo '{"token":"canary"}'`],
    ] as const) {
      it(`that ${what} is named, and nothing it printed is shown`, async () => {
        const opening = openAt("https://127.0.0.1:1", { user: plugin(script) });
        await refuses(opening, /^the kubeconfig's credential plugin .*\/login gave no credentials \(it failed\)$/);
        await opening.catch((error: Error) =>
          assert.ok(!JSON.stringify([error.message, error.stack]).includes("canary")),
        );
      });
    }

    it("that is not installed is named", async () => {
      const user = { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "mesh-tracing-no-such-plugin" } };
      await refuses(
        openAt("https://127.0.0.1:1", { user }),
        /credential plugin mesh-tracing-no-such-plugin gave no credentials \(ENOENT\)$/,
      );
    });
  });

  describe("a proxy", () => {
    it("that the environment names is used, as the provider does", async function () {
      const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
      if (major < 24 || (major === 24 && minor < 5)) {
        this.skip(); // This Node.js cannot.
      }
      const asked: string[] = [];
      const proxy = http.createServer();
      proxy.on("connect", (request, socket: net.Socket) => {
        asked.push(request.url!);
        const onward = net.connect(Number(new URL(server!.url).port), "127.0.0.1", () => {
          socket.write("HTTP/1.1 200 Connection Established\r\n\r\n");
          onward.pipe(socket).pipe(onward);
        });
        socket.on("error", () => onward.destroy());
      });
      await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
      const address = `http://127.0.0.1:${(proxy.address() as net.AddressInfo).port}`;
      try {
        await withEnvironment({ HTTPS_PROXY: address, https_proxy: address, NO_PROXY: "", no_proxy: "" }, async () => {
          server = await Loopback.start(echo, serverPair);
          const cluster = { "certificate-authority-data": base64(ca.cert) };
          const api = await openAt("https://kubernetes.example.test:6443", { cluster });
          assert.equal((await api.get<{ url: string }>("/version"))?.url, "/version");
          assert.deepEqual(asked, ["kubernetes.example.test:6443"]);
          // Never for this machine itself.
          assert.ok(await (await openAt(server.url, { cluster })).get("/version"));
          assert.equal(asked.length, 1);
        });
      } finally {
        proxy.closeAllConnections();
        proxy.close();
      }
    });
  });

  describe("a server that cannot be reached", () => {
    it("is one clear message with the address", async () => {
      const gone = await Loopback.start(() => {});
      gone.stop();
      const api = await openAt(gone.url.replace("http:", "https:"));
      await refuses(
        api.get("/version"),
        new RegExp(`${prefix} cannot be reached: connect ECONNREFUSED 127\\.0\\.0\\.1:\\d+$`),
      );
      const named = await openAt(gone.url.replace("http://127.0.0.1", "https://localhost"));
      await refuses(
        named.get("/version"),
        /^context test \(https:\/\/localhost:\d+\) cannot be reached: .*ECONNREFUSED/,
      );
    });

    it("has a name that does not exist", async () => {
      const api = await openAt("https://api.mesh-tracing.invalid:6443");
      await refuses(api.get("/version"), /api\.mesh-tracing\.invalid:6443\) cannot be reached: getaddrinfo /);
    });

    it("is silent", async () => {
      const api = await open(() => {}, { timeoutMs: 100 });
      await refuses(api.get("/version"), new RegExp(`${prefix} cannot be reached: no answer within 0\\.1 s$`));
    });

    it("falls silent in the middle of its answer", async () => {
      const api = await open((_, response) => response.writeHead(200).write('{"half":'), { timeoutMs: 100 });
      await refuses(api.get("/version"), new RegExp(`${prefix} cannot be reached: `));
    });

    it("hangs up", async () => {
      const api = await open((request) => request.socket.destroy());
      await refuses(api.get("/version"), new RegExp(`${prefix} cannot be reached: socket hang up$`));
    });

    it("does not speak TLS", async () => {
      const plain = await Loopback.start((_, response) => response.end("{}"));
      const api = await openAt(plain.url.replace("http:", "https:"));
      await refuses(api.get("/version"), new RegExp(`${prefix} cannot be reached: `));
      plain.stop();
    });
  });
});
