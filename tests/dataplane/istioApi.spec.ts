import assert from "node:assert/strict";
import { text } from "node:stream/consumers";
import { translateAnswer, translatePath } from "../../dataplane/mesh/istioApi";

describe("Istio's resources as istiod reads them", () => {
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
});
