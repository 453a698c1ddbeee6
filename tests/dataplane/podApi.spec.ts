import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { json, text } from "node:stream/consumers";
import { generate } from "selfsigned";
import { servePodApi } from "../../dataplane/backend/podApi";
import { Loopback } from "../helpers/loopback";

describe("the API server as pods see it", () => {
  let api: Loopback;
  let proxy: https.Server;
  let ca: string;
  let url: string;
  let answer: (request: IncomingMessage, response: ServerResponse) => void;

  before(async () => {
    const altNames = [{ type: 7 as const, ip: "127.0.0.1" }];
    const { cert, private: key } = await generate([{ name: "commonName", value: "api" }], {
      keyType: "ec",
      algorithm: "sha256",
      extensions: [{ name: "subjectAltName", altNames }],
    });
    api = await Loopback.start((request, response) => answer(request, response), { cert, key });
    ca = cert;
    proxy = servePodApi("127.0.0.1", 0, { server: api.url, ca: cert, cert, key });
    await once(proxy, "listening");
    url = `https://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  });

  after(() => {
    proxy.closeAllConnections();
    proxy.close();
    api.stop();
  });

  const get = async (path: string) => {
    const headers = { authorization: "Bearer secret", "accept-encoding": "gzip" };
    const request = https.get(url + path, { headers, ca, agent: false });
    return ((await once(request, "response")) as [IncomingMessage])[0];
  };

  it("asks for what is served, as whoever asks", async () => {
    answer = (request, response) => {
      assert.equal(request.url, "/apis/networking.istio.io/v1beta1/gateways?limit=500");
      assert.equal(request.headers.authorization, "Bearer secret");
      assert.equal(request.headers["accept-encoding"], undefined);
      const body = '{"apiVersion":"networking.istio.io/v1beta1","kind":"GatewayList"}';
      response.writeHead(200, { "content-length": body.length }).end(body);
    };
    const response = await get("/apis/networking.istio.io/v1/gateways?limit=500");
    assert.deepEqual(await json(response), { apiVersion: "networking.istio.io/v1", kind: "GatewayList" });
  });

  it("hands each event of a watch on when it comes", async () => {
    let watch: ServerResponse | undefined;
    answer = (_, response) => {
      watch = response;
      response.writeHead(200).flushHeaders();
    };
    const response = await get("/apis/telemetry.istio.io/v1/telemetries?watch=true");
    for (const type of ["ADDED", "DELETED"]) {
      watch!.write(`{"type":"${type}","object":{"apiVersion":"telemetry.istio.io/v1alpha1"}}\n`);
      const [event] = (await once(response, "data")) as [Buffer];
      assert.equal(event.toString(), `{"type":"${type}","object":{"apiVersion":"telemetry.istio.io/v1"}}\n`);
    }
    const closed = once(watch!, "close");
    response.destroy();
    await closed;
  });

  it("refuses at once what would go over a kubelet", async () => {
    answer = () => assert.fail("the API server was asked");
    const headers = { connection: "Upgrade", upgrade: "SPDY/3.1" };
    const path = "/api/v1/namespaces/mesh/pods/istiod/portforward";
    const request = https.get(url + path, { headers, ca, agent: false });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    assert.equal(response.statusCode, 501);
  });

  it("hands errors on as they are", async () => {
    answer = (_, response) => response.writeHead(403).end('{"kind":"Status"}');
    const response = await get("/apis/telemetry.istio.io/v1/telemetries");
    assert.equal(response.statusCode, 403);
    assert.equal(await text(response), '{"kind":"Status"}');
  });
});
