import assert from "node:assert/strict";
import * as path from "node:path";
import { TraceVerification } from "../../components/traceVerification";
import { assertComponent, deploy } from "../helpers/deploy";
import { Folder } from "../helpers/folder";
import { runJobScript } from "../helpers/jobScript";
import { kiali, mesh, traffic } from "../helpers/layers";

const deployed = () =>
  deploy(
    () =>
      new TraceVerification("verification", {
        mesh,
        kiali,
        traffic,
        settings: { timeoutSeconds: 40 },
        image: "node:1",
      }),
  );

describe("TraceVerification", () => {
  it("is a component", async () => {
    assertComponent(await deployed(), "mesh-tracing:proof:TraceVerification");
  });

  it("asks Kiali, beside it and as its account, for the traffic's traces and for productpage.bookinfo", async () => {
    const { recorder } = await deployed();
    const { inputs } = recorder.find("verification-job");
    assert.partialDeepStrictEqual(inputs, {
      metadata: { namespace: "mesh-root" },
      spec: { template: { spec: { serviceAccountName: "console-account", automountServiceAccountToken: true } } },
    });
    const [container] = (
      inputs.spec as { template: { spec: { containers: [{ image: string; env: { name: string; value: string }[] }] } } }
    ).template.spec.containers;
    assert.equal(container.image, "node:1");
    const { VERIFICATION_SETTINGS: settings, ...others } = Object.fromEntries(
      container.env.map(({ name, value }) => [name, value]),
    );
    assert.deepEqual(JSON.parse(settings!), {
      kialiUrl: "https://console.mesh-root.svc.cluster.local:20001",
      traceIds: ["a".repeat(32), "b".repeat(32)],
      namespace: "bookinfo",
      service: "productpage",
      services: ["productpage.bookinfo", "details.bookinfo", "reviews.bookinfo"],
      versions: {},
      minTraces: 2,
      maxOrphanPercentage: 0,
      lookBackSeconds: 3600,
      timeoutSeconds: 40,
      chain: {
        controlPlaneNamespace: "mesh-root",
        services: ["productpage.bookinfo", "details.bookinfo", "reviews.bookinfo"],
        gatewaySelector: "istio=front",
      },
    });
    assert.deepEqual(others, { SERVICE_CA_FILE: "/etc/service-ca/service-ca.crt" });
  });

  it("runs from its ConfigMap alone", async () => {
    const { recorder } = await deployed();
    const folder = new Folder();
    const { data } = recorder.find("verification-script").inputs as { data: Record<string, string> };
    Object.entries(data).forEach(([file, text]) => folder.write(file, text));
    const chain = { controlPlaneNamespace: "mesh-root", services: [], gatewaySelector: "istio=front" };
    const settings = { kialiUrl: "https://127.0.0.1:1", traceIds: ["a".repeat(32)], services: [], versions: {}, chain };
    const ended = await runJobScript(
      "verifyTraces.mjs",
      {
        VERIFICATION_SETTINGS: JSON.stringify({ ...settings, timeoutSeconds: 1 }),
        SERVICE_CA_FILE: folder.write("ca.crt", ""),
        ACCOUNT_FOLDER: path.dirname(folder.write("token", "t")),
      },
      folder.path,
    );
    folder.remove();
    assert.match(
      ended.termination ?? ended.output,
      /^Kiali at https:\/\/127\.0\.0\.1:1: ECONNREFUSED after 1 s\. No link is seen to be broken/,
    );
  });

  it("is ended by the cluster only after the script had time to give its reason", async () => {
    const { recorder } = await deployed();
    assert.partialDeepStrictEqual(recorder.find("verification-job").inputs.spec, { activeDeadlineSeconds: 100 });
  });
});
