import assert from "node:assert/strict";
import { createServer, type AddressInfo } from "node:net";
import type { Container } from "../../dataplane/deployed";
import { readinessOf } from "../../dataplane/backend/readiness";
import { authority } from "../helpers/certificates";
import { Loopback } from "../helpers/loopback";

describe("a container's readiness", () => {
  const ports = [
    { name: "metrics", containerPort: 9090 },
    { name: "api", containerPort: 20001 },
  ];
  const container = (
    readinessProbe?: Container["readinessProbe"],
    rest: Partial<Container> = { ports },
  ): Container => ({
    name: "app",
    readinessProbe,
    ...rest,
  });

  it("is asked on the port of its probe, given by number or name", () => {
    assert.equal(readinessOf(container({ httpGet: { port: 3101 } })).port, 3101);
    assert.equal(readinessOf(container({ httpGet: { port: "api" } })).port, 20001);
    assert.equal(readinessOf(container({ grpc: { port: 7777 } })).port, 7777);
    assert.equal(readinessOf(container({ tcpSocket: { port: "api" } })).port, 20001);
  });

  it("is a connection to its first port where it has no probe", async () => {
    assert.equal(readinessOf(container()).port, 9090);
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    const { isReady } = readinessOf(container(undefined, { ports: [{ containerPort: port }] }));
    assert.equal(await isReady("127.0.0.1"), true);
    await new Promise((resolve) => server.close(resolve));
    assert.equal(await isReady("127.0.0.1"), false);
  });

  it("cannot be asked without probe and ports", () => {
    assert.throws(() => readinessOf(container(undefined, {})), /container app has no port/);
    assert.throws(() => readinessOf(container({ httpGet: { port: "other" } })), /container app has no port/);
  });

  it("is a good answer to a GET of its path, also over TLS with a certificate for another name", async () => {
    const { cert, key } = await authority("elsewhere.example");
    let status = 503;
    const paths: (string | undefined)[] = [];
    for (const [scheme, tls] of [
      ["HTTP", undefined],
      ["HTTPS", { cert, key }],
    ] as const) {
      const server = await Loopback.start((request, response) => {
        paths.push(request.url);
        response.writeHead(status).end();
      }, tls);
      const port = Number(new URL(server.url).port);
      const { isReady } = readinessOf(container({ httpGet: { path: "/ready", port, scheme } }));
      status = 503;
      assert.equal(await isReady("127.0.0.1"), false, scheme);
      status = 200;
      assert.equal(await isReady("127.0.0.1"), true, scheme);
      server.stop();
      assert.equal(await isReady("127.0.0.1"), false, scheme);
    }
    assert.deepEqual([...new Set(paths)], ["/ready"]);
  });
});
