import assert from "node:assert/strict";
import { once } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import * as https from "node:https";
import type { AddressInfo } from "node:net";
import { json, text } from "node:stream/consumers";
import { generate } from "selfsigned";
import { serveIstioApi, translateAnswer, translatePath } from "../../dataplane/mesh/istioApi";
import { Loopback } from "../helpers/loopback";

describe("the API server as istiod sees it", () => {
  describe("paths", () => {
    for (const [asked, served] of [
      [
        "/apis/telemetry.istio.io/v1/telemetries?watch=true",
        "/apis/telemetry.istio.io/v1alpha1/telemetries?watch=true",
      ],
      ["/apis/networking.istio.io/v1/gateways", "/apis/networking.istio.io/v1beta1/gateways"],
      ["/apis/security.istio.io/v1", "/apis/security.istio.io/v1beta1"],
    ] as const) {
      it(`${asked} is asked for as ${served}`, () => {
        const { path, group } = translatePath(asked);
        assert.equal(path, served);
        assert.equal(group, asked.split("/")[2]);
      });
    }

    for (const path of [
      "/api/v1/services",
      "/apis/networking.istio.io/v1alpha3/envoyfilters",
      "/apis/networking.k8s.io/v1/ingresses",
      "/apis/networking.istio.io",
      "/apis/networking.istio.io/v1beta1/gateways",
    ]) {
      it(`${path} stays`, () => assert.deepEqual(translatePath(path), { path }));
    }
  });

  it("answers in the version that was asked for, however the answer is cut", async () => {
    const event = `{"type":"ADDED","object":{"apiVersion":"telemetry.istio.io/v1alpha1","kind":"Telemetry","ö":"\\"apiVersion\\":\\"telemetry.istio.io/v1alpha1\\""}}\n`;
    const wanted = event.replace('"apiVersion":"telemetry.istio.io/v1alpha1"', '"apiVersion":"telemetry.istio.io/v1"');
    const bytes = Buffer.from(event + event + '{"apiVersion":"telemetry.istio.io/v1alpha1"}');
    for (let size = 1; size < bytes.length; size += 7) {
      const translated = translateAnswer("telemetry.istio.io");
      for (let start = 0; start < bytes.length; start += size) translated.write(bytes.subarray(start, start + size));
      translated.end();
      assert.equal(await text(translated), `${wanted}${wanted}{"apiVersion":"telemetry.istio.io/v1"}`);
    }
  });

  describe("as a server", () => {
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
      proxy = serveIstioApi({ host: "127.0.0.1", port: 0, cert, key, token: "secret" }, { server: api.url, ca: cert });
      await once(proxy, "listening");
      url = `https://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
    });

    after(() => {
      proxy.closeAllConnections();
      proxy.close();
      api.stop();
    });

    const get = async (path: string, token = "secret") => {
      const headers = { authorization: `Bearer ${token}` };
      const request = https.get(url + path, { headers, ca, agent: false });
      return ((await once(request, "response")) as [IncomingMessage])[0];
    };

    it("lets nobody in without the token", async () => {
      answer = () => assert.fail("the API server was asked");
      assert.equal((await get("/api/v1/secrets", "guessed")).statusCode, 401);
    });

    it("asks for what is served, and hands no token on", async () => {
      answer = (request, response) => {
        assert.equal(request.url, "/apis/networking.istio.io/v1beta1/gateways?limit=500");
        assert.equal(request.headers.authorization, undefined);
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

    it("hands errors on as they are", async () => {
      answer = (_, response) => response.writeHead(403).end('{"kind":"Status"}');
      const response = await get("/apis/telemetry.istio.io/v1/telemetries");
      assert.equal(response.statusCode, 403);
      assert.equal(await text(response), '{"kind":"Status"}');
    });
  });
});
