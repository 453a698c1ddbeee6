import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { ScriptJobArgs } from "../../components/scriptJob";
import { ScriptJob } from "../../components/scriptJob";
import { assertComponent, deploy } from "../helpers/deploy";
import { makersOf, valueOf } from "../helpers/mocks";
import { root } from "../helpers/program";

const plain: ScriptJobArgs = {
  namespace: pulumi.output("mesh-root"),
  script: "traffic.mjs",
  image: "node:1",
  settingsVariable: "SETTINGS",
  settings: { url: pulumi.output("http://a"), count: 2 },
  activeDeadlineSeconds: 90,
};
const trusting: ScriptJobArgs = {
  ...plain,
  serviceAccountName: pulumi.output("account"),
  serviceCaFile: "/etc/service-ca/service-ca.crt",
};

const deployed = (args: ScriptJobArgs) => deploy(() => new ScriptJob("proof", args));
const jobName = async (args: ScriptJobArgs) => await valueOf((await deployed(args)).component.completed);

describe("ScriptJob", () => {
  it("is a component", async () => {
    assertComponent(await deployed(trusting), "mesh-tracing:proof:ScriptJob");
  });

  it("runs the script as it stands in components/jobs, from a ConfigMap", async () => {
    const { recorder } = await deployed(plain);
    assert.partialDeepStrictEqual(recorder.find("proof-script").inputs, {
      metadata: { name: "proof-script", namespace: "mesh-root" },
      data: { "traffic.mjs": readFileSync(path.join(root, "components", "jobs", "traffic.mjs"), "utf8") },
    });
    assert.partialDeepStrictEqual(recorder.find("proof-job").inputs.spec, {
      template: {
        spec: {
          containers: [
            {
              image: "node:1",
              command: ["node", "/opt/mesh-tracing/traffic.mjs"],
              volumeMounts: [{ name: "script", mountPath: "/opt/mesh-tracing", readOnly: true }],
            },
          ],
          volumes: [{ name: "script", configMap: { name: "proof-script" } }],
        },
      },
    });
  });

  it("brings the modules that the script imports along, and runs again when one changes", async () => {
    const withModules = { ...plain, modules: ["traces.mjs"] };
    const { recorder } = await deployed(withModules);
    const { data } = recorder.find("proof-script").inputs as { data: Record<string, string> };
    assert.deepEqual(Object.keys(data).sort(), ["traces.mjs", "traffic.mjs"]);
    assert.equal(data["traces.mjs"], readFileSync(path.join(root, "components", "jobs", "traces.mjs"), "utf8"));
    assert.notEqual(await jobName(withModules), await jobName(plain));
  });

  it("hands over its settings as JSON, outputs in them resolved", async () => {
    const { recorder } = await deployed(plain);
    const { env } = (
      recorder.find("proof-job").inputs.spec as { template: { spec: { containers: [{ env: unknown }] } } }
    ).template.spec.containers[0];
    assert.deepEqual(env, [{ name: "SETTINGS", value: '{"url":"http://a","count":2}' }]);
  });

  it("is bounded in time, runs once, is kept, has no sidecar and no token", async () => {
    const { recorder } = await deployed(plain);
    const { spec } = recorder.find("proof-job").inputs;
    assert.partialDeepStrictEqual(spec, {
      backoffLimit: 0,
      activeDeadlineSeconds: 90,
      template: {
        metadata: { annotations: { "sidecar.istio.io/inject": "false" } },
        spec: {
          restartPolicy: "Never",
          automountServiceAccountToken: false,
          containers: [{ terminationMessagePolicy: "FallbackToLogsOnError" }],
        },
      },
    });
    assert.ok(!("ttlSecondsAfterFinished" in (spec as object)));
  });

  it("gets a token and the service CA only where it asks for them, and does not start without the CA", async () => {
    const without = await deployed(plain);
    assert.equal(without.recorder.ofType("kubernetes:core/v1:ConfigMap").length, 1);
    const { recorder } = await deployed(trusting);
    const ca = recorder.find("proof-service-ca").inputs;
    assert.partialDeepStrictEqual(ca, {
      metadata: { namespace: "mesh-root", annotations: { "service.beta.openshift.io/inject-cabundle": "true" } },
    });
    assert.ok(!("data" in ca), "OpenShift's data would be fought over");
    assert.partialDeepStrictEqual(recorder.find("proof-job").inputs.spec, {
      template: {
        spec: {
          serviceAccountName: "account",
          automountServiceAccountToken: true,
          containers: [
            {
              env: [{ name: "SERVICE_CA_FILE", value: "/etc/service-ca/service-ca.crt" }],
              volumeMounts: [{ name: "service-ca", mountPath: "/etc/service-ca", readOnly: true }],
            },
          ],
          volumes: [
            {
              name: "service-ca",
              configMap: { name: "proof-service-ca", items: [{ key: "service-ca.crt", path: "service-ca.crt" }] },
            },
          ],
        },
      },
    });
  });

  it("has a name that changes exactly when settings, image or script do, so that it runs again", async () => {
    const name = await jobName(plain);
    assert.match(name, /^proof-[0-9a-f]{10}$/);
    assert.equal(await jobName({ ...plain, settings: { url: "http://a", count: 2 } }), name);
    assert.equal(await jobName(trusting), name);
    for (const changed of [
      { settings: { url: "http://a", count: 3 } },
      { image: "node:2" },
      { script: "verifyTraces.mjs" },
    ]) {
      assert.notEqual(await jobName({ ...plain, ...changed }), name, JSON.stringify(changed));
    }
  });

  it("completes with the job, not before", async () => {
    const { component } = await deployed(plain);
    assert.ok((await makersOf(component.completed)).has("proof-job"));
  });
});
