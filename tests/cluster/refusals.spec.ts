import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { parse, stringify } from "yaml";
import { LiveCluster } from "../helpers/liveCluster";
import { root } from "../helpers/program";
import type { StackFileConfig } from "../helpers/pulumiProject";
import { PulumiProject } from "../helpers/pulumiProject";

const policies = ["--policy-pack", path.join(root, "policies")];

/** What must stop a run, and with which words, on the real engine and API server. */
describe("what stops a run", function () {
  this.timeout(180_000);
  let cluster: LiveCluster;
  let project: PulumiProject;

  /** Runs a command that must fail before anything is registered but the stack itself. */
  const refused = async (command: "preview" | "up", env: NodeJS.ProcessEnv, ...words: RegExp[]) => {
    const flags = command === "up" ? ["--yes", "--skip-preview"] : [];
    const { code, output } = await project.pulumiWith(env, command, "--stack", "dev", ...flags);
    assert.notEqual(code, 0, output);
    for (const word of words) {
      assert.match(output, word);
    }
    assert.doesNotMatch(output, /at .*\(.*\.ts:\d+/, "a stack trace is no message");
    const registered = /Namespace|RandomPassword|TempoStack /;
    assert.doesNotMatch(output.split("Diagnostics:")[0] ?? "", registered, "something was registered");
  };

  const configure = (edit: (config: StackFileConfig) => void) => project.configure("dev", edit);

  before(async () => {
    cluster = await LiveCluster.start();
    project = new PulumiProject(cluster.env);
    await project.init("dev");
    await project.init("staging");
  });

  after(async () => {
    project?.remove();
    await cluster?.stop();
  });

  describe("the configuration check", () => {
    it("refuses a sampling of 250 and an unknown key, both at once", async () => {
      configure((config) => {
        config["mesh-tracing:sampling"] = "250";
        config["mesh-tracing:samplign"] = "1";
      });
      await refused(
        "preview",
        {},
        /mesh-tracing:sampling: found "250"; allowed: a percentage from 0 to 100/,
        /samplign: unknown key/,
      );
      await refused("up", {}, /2 problem\(s\); nothing was created/);
      configure((config) => {
        config["mesh-tracing:sampling"] = "100";
        delete config["mesh-tracing:samplign"];
      });
    });

    it("never shows what was set as a secret", async () => {
      const canary = "canary-7f3a9";
      await project.pulumi("config", "set", "--stack", "dev", "--secret", "mesh-tracing:sampling", canary);
      await project.pulumi("config", "set", "--stack", "dev", "--secret", "mesh-tracing:unknownKey", canary);
      await refused("preview", {}, /mesh-tracing:sampling: set as a secret/, /unknownKey: unknown key/);
      const withPolicies = await project.pulumi("preview", "--stack", "dev", ...policies);
      assert.notEqual(withPolicies.code, 0);
      assert.ok(!project.transcript.includes(canary), "the canary was printed");
      assert.ok(!(await project.stateFiles()).includes(canary), "the canary is in the state");
      await project.pulumi("config", "rm", "--stack", "dev", "mesh-tracing:unknownKey");
      configure((config) => (config["mesh-tracing:sampling"] = "100"));
    });
  });

  describe("the prerequisites check", () => {
    let folder: string;
    before(() => (folder = mkdtempSync(path.join(tmpdir(), "mesh-tracing-kubeconfig-"))));
    after(() => rmSync(folder, { recursive: true }));

    it("does not let a preview of an unreachable cluster pass", async () => {
      const kubeconfig = parse(readFileSync(cluster.folder.kubeconfig, "utf8")) as {
        clusters: { cluster: { server: string } }[];
      };
      kubeconfig.clusters[0]!.cluster.server = "https://127.0.0.1:1";
      const file = path.join(folder, "unreachable");
      writeFileSync(file, stringify(kubeconfig));
      for (const command of ["preview", "up"] as const) {
        await refused(
          command,
          { KUBECONFIG: file },
          /mesh-tracing-embedded \(https:\/\/127\.0\.0\.1:1\) cannot be reached/,
        );
      }
    });

    it("refuses a context that is not there, naming those that are", async () => {
      configure((config) => (config["mesh-tracing:cluster"] = { context: "prod" }));
      await refused("preview", {}, /has no context prod; contexts there: mesh-tracing-embedded/);
    });

    it("refuses another cluster than the one of the configured UID", async () => {
      const uid = "00000000-0000-4000-8000-000000000000";
      configure((config) => (config["mesh-tracing:cluster"] = { context: "mesh-tracing-embedded", uid }));
      await refused("up", {}, /this is another cluster/, new RegExp(uid));
      configure((config) => (config["mesh-tracing:cluster"] = { context: "mesh-tracing-embedded" }));
    });

    it("names a kind that is not served and an operator that is too old, with the way out", async () => {
      const crd = "kialis.kiali.io";
      const csv = ["csv", "servicemeshoperator.v2.5.1", "-n", "openshift-operators"];
      await cluster.kubectl("delete", "crd", crd);
      await cluster.kubectl("patch", ...csv, "--type=merge", "-p", '{"spec":{"version":"2.4.9-0"}}');
      await refused(
        "preview",
        {},
        /does not serve Kiali kiali\.io\/v1alpha1: install the Kiali operator/,
        /operator is 2\.4\.9-0: before 2\.5\.0 it switches Kiali's tracing off/,
      );
      await cluster.kubectl("patch", ...csv, "--type=merge", "-p", '{"spec":{"version":"2.5.1-0"}}');
      await cluster.kubectl("apply", "--server-side", "-f", path.join(root, "cluster", "crds", `${crd}.yaml`));
      await cluster.kubectl("wait", "--for=condition=Established", `crd/${crd}`);
    });

    it("takes over no namespace that exists, unless told to adopt it", async () => {
      await cluster.kubectl("create", "namespace", "tracing-system");
      await refused(
        "preview",
        {},
        /namespace tracing-system exists already and is not this program's/,
        /namespaces\.adopt/,
      );
      configure((config) => (config["mesh-tracing:namespaces"] = { adopt: ["tracing-system", "bookinfo"] }));
      await refused("preview", {}, /namespace bookinfo is to be adopted but does not exist/);
      configure((config) => (config["mesh-tracing:namespaces"] = { adopt: ["tracing-system"] }));
    });
  });

  describe("the policy pack", () => {
    it("stops a preview whose sampling is above the environment's limit, with rule, resource and fix", async () => {
      project.configure("staging", (config) => {
        config["mesh-tracing:sampling"] = "50";
        config["mesh-tracing:namespaces"] = { adopt: ["tracing-system"] };
      });
      const { code, output } = await project.pulumi("preview", "--stack", "staging", ...policies);
      assert.notEqual(code, 0, output);
      assert.match(output, /\[mandatory\]/);
      assert.match(output, /mesh-default/);
      assert.match(output, /50/);
      assert.match(output, /10/);
    });
  });

  describe("an operator's refusal", () => {
    // tempo-operator's webhook refuses a TempoStack with the name of a TempoMonolithic beside it.
    const monolithic = {
      apiVersion: "tempo.grafana.com/v1alpha1",
      kind: "TempoMonolithic",
      metadata: { name: "simplest", namespace: "tracing-system" },
      spec: { storage: { traces: { backend: "memory" } } },
    };

    it("reaches the user in the webhook's own words", async () => {
      await cluster.apply(monolithic);
      const { code, output } = await project.pulumi("up", "--stack", "dev", "--yes", "--skip-preview");
      assert.notEqual(code, 0, output);
      assert.match(output, /admission webhook/);
      assert.match(output, /Cannot create a TempoStack with the same name as a TempoMonolithic/);
    });

    it("loses nothing: once the cause is gone the next up goes on from there", async () => {
      await cluster.kubectl("delete", "tempomonolithic", "simplest", "-n", "tracing-system");
      const { code, output } = await project.pulumi("up", "--stack", "dev", "--yes", "--skip-preview");
      assert.equal(code, 0, output);
    });

    it("that is told in a status only ends the wait long before its time is over, in the operator's words", async () => {
      const store = ["tempostack", "simplest", "-n", "tracing-system"];
      await cluster.kubectl("delete", "secret", "minio", "-n", "tracing-system");
      await cluster.kubectl("annotate", ...store, "tests/look-again=1");
      await cluster.kubectl("wait", ...store, "--for=condition=ConfigurationError", "--timeout=60s");
      const started = Date.now();
      const { code, output } = await project.pulumi("up", "--stack", "dev", "--yes", "--skip-preview");
      assert.notEqual(code, 0, output);
      assert.match(output, /tempo-operator refuses it: .*minio/);
      assert.ok(Date.now() - started < 5 * 60_000, "it waited for the time limit");
    });

    it("is mended by an up that looks at the cluster first", async () => {
      const { code, output } = await project.pulumi("up", "--stack", "dev", "--yes", "--skip-preview", "--refresh");
      assert.equal(code, 0, output);
    });
  });

  describe("a killed run", () => {
    it("can be run again", async () => {
      configure((config) => (config["mesh-tracing:objectStorage"] = { credentialsGeneration: 2 }));
      const killed = await project.killed(/TempoStack .* updat/, "up", "--stack", "dev", "--yes", "--skip-preview");
      assert.notEqual(killed.code, 0, killed.output);
      await project.pulumi("cancel", "--stack", "dev", "--yes");
      const { code, output } = await project.pulumi("up", "--stack", "dev", "--yes", "--skip-preview");
      assert.equal(code, 0, output);
      const again = await project.pulumi("up", "--stack", "dev", "--yes", "--skip-preview", "--expect-no-changes");
      assert.equal(again.code, 0, again.output);
    });
  });

  describe("a destroy", () => {
    it("keeps an adopted namespace", async () => {
      const { code, output } = await project.pulumi("destroy", "--stack", "dev", "--yes", "--skip-preview");
      assert.equal(code, 0, output);
      const namespaces = await cluster.kubectl("get", "namespaces", "-o", "name");
      assert.match(namespaces, /namespace\/tracing-system\n/);
      assert.doesNotMatch(namespaces, /istio-system|bookinfo/);
    });
  });
});
