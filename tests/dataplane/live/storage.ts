import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import * as path from "node:path";
import { addressOf } from "../../../dataplane/backend/context";
import { tlsGet } from "../../../dataplane/backend/tlsGet";
import { named } from "../../../dataplane/deployed";
import { dataPlaneFolder } from "../../../dataplane/process";
import { until, type LiveDataPlane } from "./dataPlane";
import { LiveStore } from "./store";

/** The deployed trace store and console as real processes: all of it begins where proxies begin, with the deployed Service. */
export const describeStorage = (live: LiveDataPlane) =>
  describe("the deployed trace store and console", () => {
    const store = new LiveStore(live);

    it("show traces that came to the deployed Service to the deployed verification", async () => {
      const { code, output, termination } = await store.verify(await store.send(5));
      assert.equal(code, 0, output);
      const services = "productpage.bookinfo, details.bookinfo, reviews.bookinfo";
      const said = `^all 5 traces are in Kiali, with spans of ${services}, the first within [\\d.]+ s$`;
      assert.match(termination, new RegExp(said));
    });

    it("do not show what nobody sent", async () => {
      const { code, termination } = await store.verify(["0123456789abcdef0123456789abcdef"], 1);
      assert.equal(code, 1);
      assert.match(termination, /^1 of 1 trace not in Kiali/);
    });

    it("refuse a token that the cluster did not give", async () => {
      const { status, body } = await tlsGet({
        host: addressOf(store.pod("kiali")),
        port: 20001,
        path: "/api/namespaces/bookinfo/services/productpage/traces?startMicros=0",
        servername: "kiali.istio-system.svc.cluster.local",
        ca: named(live.deployed.configMaps, "istio-system", "openshift-service-ca.crt")!.data!["service-ca.crt"],
        headers: { authorization: "Bearer not-a-token" },
      });
      assert.notEqual(status, 200);
      assert.match(body, /Unauthorized/i);
    });

    it("keep secrets out of logs, command lines and files of others", () => {
      const secrets = live.deployed.secrets
        .filter(({ metadata }) => ["minio", "minio-root", "kiali-signing-key"].includes(metadata.name))
        .flatMap(({ data = {} }) => Object.entries(data))
        .filter(([key]) => !["endpoint", "bucket"].includes(key))
        .map(([, value]) => Buffer.from(value, "base64").toString());
      assert.equal(secrets.length, 5);
      for (const { name, log, process } of live.backend.processes) {
        const texts = [readFileSync(log, "utf8"), readFileSync(`/proc/${process.pid}/cmdline`, "utf8")];
        for (const secret of secrets) assert.ok(!texts.some((text) => text.includes(secret)), name);
      }
      const folder = dataPlaneFolder(live.cluster.folder);
      assert.equal(statSync(folder).mode & 0o077, 0);
      const files = readdirSync(path.join(folder, "pods"), { recursive: true, withFileTypes: true });
      const inVolumes = files.filter((file) => file.isFile() && file.parentPath.includes("/volumes/"));
      assert.ok(inVolumes.length > 10);
      for (const { parentPath, name } of inVolumes) {
        assert.equal(statSync(path.join(parentPath, name)).mode & 0o077, 0, path.join(parentPath, name));
      }
    });

    it("lose nothing while MinIO refuses the key", async () => {
      const failed = () => store.metric("failed_flushes_total");
      await store.administrate(`mc admin user disable store "$ACCESS_KEY_ID"`);
      try {
        const before = await failed();
        const sent = await store.send(20);
        await store.askIngester("/flush");
        await until("a flush fails", async () => (await failed()) > before);
        await store.assertNothingLost(sent);
      } finally {
        await store.administrate(`mc admin user enable store "$ACCESS_KEY_ID"`);
      }
    });
  });
