import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { ClusterApi } from "../../components/clusterApi";
import type { StackConfig } from "../../components/config";
import { stackConfigSchema } from "../../components/config";
import { checkPrerequisites, openCluster } from "../../components/prerequisites";
import { withEnvironment } from "../helpers/environment";
import type { Answers } from "../helpers/fakeCluster";
import { clusterUid, FakeCluster, preparedCluster, unreachable } from "../helpers/fakeCluster";
import { Folder } from "../helpers/folder";
import { Recorder, runMocked } from "../helpers/mocks";
import { runProgram, stackConfig } from "../helpers/program";

const operators = "/apis/operators.coreos.com/v1alpha1/namespaces/openshift-operators/clusterserviceversions";
const anotherUid = "5f0c6c9e-0000-4000-8000-00000000000f";

/** Configuration of a small stack, changed as given. */
function config(changes: Record<string, unknown> = {}): StackConfig {
  return stackConfigSchema.parse({
    sampling: "10",
    members: ["tracing-system"],
    cluster: { context: "test" },
    traceStore: { size: "1x.small" },
    ...changes,
  });
}

/** The prepared cluster with further namespaces. */
function withNamespaces(...metadata: object[]): Answers {
  return { ...preparedCluster(), "/api/v1/namespaces": { items: metadata.map((found) => ({ metadata: found })) } };
}

/** The prepared cluster with these installations of the Service Mesh operator: name, version, phase. */
function withOperators(...installed: readonly [string, string | undefined, string | undefined][]): Answers {
  const items = installed.map(([name, version, phase]) => ({
    metadata: { name },
    spec: { version },
    status: { phase },
  }));
  return { ...preparedCluster(), [operators]: { items } };
}

function check(answers: Answers, checked: StackConfig = config()): Promise<string> {
  return runMocked(new Recorder(), { stack: "dev" }, () => checkPrerequisites(new FakeCluster(answers), checked));
}

/** The problems that the one error lists. */
async function problemsOf(answers: Answers, checked: StackConfig = config()): Promise<string[]> {
  const error = await check(answers, checked).then(
    () => assert.fail("the cluster was accepted"),
    (reason: Error) => reason,
  );
  assert.ok(pulumi.RunError.isInstance(error), `not an error for users: ${error.stack}`);
  const [headline, ...problems] = error.message.split("\n");
  assert.equal(headline, "The cluster does not fit stack dev; nothing was created or changed.");
  return problems.map((problem) => problem.replace(/^ {2}- /, ""));
}

describe("prerequisites", () => {
  it("accept a prepared cluster and tell which one it is", async () => {
    assert.equal(await check(preparedCluster()), clusterUid);
    assert.equal(await check(preparedCluster(), config({ cluster: { uid: clusterUid } })), clusterUid);
  });

  describe("of the right cluster", () => {
    it("are its UID, and nothing else is said of another cluster", async () => {
      const elsewhere = { "/api/v1/namespaces/kube-system": { metadata: { uid: clusterUid } } };
      assert.deepEqual(await problemsOf(elsewhere, config({ cluster: { uid: anotherUid } })), [
        `this is another cluster: its kube-system namespace has UID ${clusterUid}, mesh-tracing:cluster.uid is ${anotherUid}; switch the kubeconfig or mend the key`,
      ]);
    });

    it("are not met where it cannot be told which cluster it is", async () => {
      assert.deepEqual(await problemsOf({}), [
        "the cluster has no namespace kube-system, so it cannot be told which cluster it is",
      ]);
    });

    it("are that it answers", async () => {
      const message = unreachable().message;
      assert.deepEqual(await problemsOf({ "/api/v1/namespaces/kube-system": unreachable() }), [message]);
      for (const path of ["/api/v1/namespaces", "/apis/maistra.io/v2", operators]) {
        assert.deepEqual(await problemsOf({ ...preparedCluster(), [path]: unreachable() }), [message], path);
      }
    });

    it("are a context that the kubeconfig has", async () => {
      const folder = new Folder();
      const KUBECONFIG = folder.write("config", {
        clusters: [{ name: "c", cluster: { server: "https://api.example.test:6443" } }],
        users: [{ name: "u", user: {} }],
        contexts: [{ name: "prod", context: { cluster: "c", user: "u" } }],
      });
      const open = (context: string) =>
        withEnvironment({ KUBECONFIG }, () =>
          runMocked(new Recorder(), { stack: "dev" }, () => {
            opened = openCluster(config({ cluster: { context } }));
          }),
        );
      let opened: unknown;
      await open("prod");
      assert.ok(opened instanceof ClusterApi);
      assert.equal(opened.description, "context prod (https://api.example.test:6443)");
      await assert.rejects(open("staging"), (error: Error) => {
        assert.ok(pulumi.RunError.isInstance(error));
        assert.match(
          error.message,
          /^The cluster does not fit stack dev; .*\n {2}- the kubeconfig .* contexts there: prod$/,
        );
        return true;
      });
      folder.remove();
    });
  });

  describe("of served kinds", () => {
    const mesh = "install the OpenShift Service Mesh 2.5 operator (OLM package servicemeshoperator)";
    const wayOut: Record<string, string> = {
      TempoStack: "install the Tempo operator (OLM package tempo-product)",
      Kiali: "install the Kiali operator (OLM package kiali-ossm)",
      Route: "use an OpenShift cluster, or install the Route API and a router",
    };
    const kinds = [
      ["maistra.io/v2", "ServiceMeshControlPlane"],
      ["maistra.io/v1", "ServiceMeshMemberRoll"],
      ["telemetry.istio.io/v1alpha1", "Telemetry"],
      ["networking.istio.io/v1beta1", "Gateway"],
      ["networking.istio.io/v1beta1", "VirtualService"],
      ["networking.istio.io/v1beta1", "DestinationRule"],
      ["tempo.grafana.com/v1alpha1", "TempoStack"],
      ["kiali.io/v1alpha1", "Kiali"],
      ["route.openshift.io/v1", "Route"],
    ] as const;

    for (const [groupVersion, kind] of kinds) {
      it(`miss ${kind} ${groupVersion}, with the way out`, async () => {
        const { resources } = preparedCluster()[`/apis/${groupVersion}`] as { resources: { kind: string }[] };
        const others = { resources: resources.filter((resource) => resource.kind !== kind) };
        assert.deepEqual(await problemsOf({ ...preparedCluster(), [`/apis/${groupVersion}`]: others }), [
          `the cluster does not serve ${kind} ${groupVersion}: ${wayOut[kind] ?? mesh}`,
        ]);
      });
    }

    it("miss all of them on a cluster without operators", async () => {
      const bare = { "/api/v1/namespaces/kube-system": { metadata: { uid: clusterUid } } };
      assert.deepEqual(
        (await problemsOf(bare)).slice(0, kinds.length),
        kinds.map(
          ([groupVersion, kind]) => `the cluster does not serve ${kind} ${groupVersion}: ${wayOut[kind] ?? mesh}`,
        ),
      );
    });
  });

  describe("of the Service Mesh operator", () => {
    const none = (states: string, namespace = "openshift-operators") =>
      `no OpenShift Service Mesh operator runs in ${namespace} (${states}): install the OpenShift Service Mesh 2.5 operator (OLM package servicemeshoperator), or set mesh-tracing:cluster.operatorNamespace`;

    it("miss it where none is installed, or only others", async () => {
      assert.deepEqual(await problemsOf({ ...preparedCluster(), [operators]: undefined }), [none("none installed")]);
      assert.deepEqual(await problemsOf(withOperators(["servicemeshoperator3.v3.0.0", "3.0.0", "Succeeded"])), [
        none("none installed"),
      ]);
    });

    it("look where the configuration says", async () => {
      const elsewhere = config({ cluster: { context: "test", operatorNamespace: "olm" } });
      assert.deepEqual(await problemsOf(preparedCluster(), elsewhere), [none("none installed", "olm")]);
    });

    it("are that its installation succeeded", async () => {
      const failed = withOperators(
        ["servicemeshoperator.v2.5.1", "2.5.1", "Failed"],
        ["servicemeshoperator.v2.5.2", "2.5.2", undefined],
      );
      assert.deepEqual(await problemsOf(failed), [
        none("servicemeshoperator.v2.5.1 is Failed, servicemeshoperator.v2.5.2 is pending"),
      ]);
    });

    for (const version of ["2.4.9", "2.4.10-0", "1.20.0", "2"]) {
      it(`refuse version ${version}`, async () => {
        assert.deepEqual(await problemsOf(withOperators(["servicemeshoperator.vX", version, "Succeeded"])), [
          `the OpenShift Service Mesh operator is ${version}: before 2.5.0 it switches Kiali's tracing off again; update it`,
        ]);
      });
    }

    for (const version of ["2.5.0", "2.5.0-0", "2.5", "2.6.3-0", "2.10.0"]) {
      it(`accept version ${version}`, async () => {
        await check(withOperators(["servicemeshoperator.vX", version, "Succeeded"]));
      });
    }

    it("accept an update that is under way", async () => {
      await check(
        withOperators(
          ["servicemeshoperator.v2.4.9", "2.4.9", "Replacing"],
          ["servicemeshoperator.v2.5.1", "2.5.1", "Succeeded"],
        ),
      );
    });
  });

  describe("of namespaces", () => {
    const adopting = config({ namespaces: { adopt: ["istio-system"] } });

    it("are that none is taken over unasked", async () => {
      assert.deepEqual(await problemsOf(withNamespaces({ name: "istio-system" })), [
        "namespace istio-system exists already and is not this program's: list it in mesh-tracing:namespaces.adopt to patch and keep it, or choose another name",
      ]);
    });

    it("are that none belongs to another stack", async () => {
      const labels = { "mesh-tracing/stack": "prod" };
      assert.deepEqual(await problemsOf(withNamespaces({ name: "tracing-system", labels })), [
        "namespace tracing-system exists already and belongs to stack prod: list it in mesh-tracing:namespaces.adopt to patch and keep it, or choose another name",
      ]);
    });

    it("are met by what this stack made, by what it adopts and by what is not its concern", async () => {
      const own = { name: "tracing-system", labels: { "mesh-tracing/stack": "dev" } };
      await check(withNamespaces(own, { name: "istio-system" }, { name: "bookinfo" }), adopting);
    });

    it("are that what is to be adopted exists", async () => {
      assert.deepEqual(await problemsOf(preparedCluster(), adopting), [
        "namespace istio-system is to be adopted but does not exist: create it or take it out of mesh-tracing:namespaces.adopt",
      ]);
    });

    it("are that what is to be adopted was not made by this stack, or the change would delete it", async () => {
      const own = { name: "istio-system", labels: { "mesh-tracing/stack": "dev" } };
      assert.deepEqual(await problemsOf(withNamespaces(own), adopting), [
        "namespace istio-system was created by this stack, so adopting it would delete it with all that is in it: take it out of mesh-tracing:namespaces.adopt (or, if the stack's state has let go of it, remove its label mesh-tracing/stack)",
      ]);
    });

    it("are that none is on its way out, adopted or not", async () => {
      const leaving = withNamespaces({ name: "istio-system", deletionTimestamp: "2026-01-01T00:00:00Z" });
      for (const checked of [config(), adopting]) {
        assert.deepEqual(await problemsOf(leaving, checked), [
          "namespace istio-system is being deleted: wait until it is gone",
        ]);
      }
    });

    it("include every member and the demo's", async () => {
      const found = withNamespaces({ name: "team-a" }, { name: "bookinfo" });
      const problems = await problemsOf(found, config({ members: ["team-a"], bookinfo: true }));
      assert.deepEqual(
        problems.map((problem) => problem.split(" ")[1]),
        ["bookinfo", "team-a"],
      );
    });
  });

  it("report all problems at once", async () => {
    const answers = {
      ...withNamespaces({ name: "istio-system" }),
      "/apis/kiali.io/v1alpha1": undefined,
      "/apis/tempo.grafana.com/v1alpha1": undefined,
      [operators]: { items: [] },
    };
    assert.deepEqual(
      (await problemsOf(answers)).map((problem) => problem.slice(0, 35)),
      [
        "the cluster does not serve TempoSta",
        "the cluster does not serve Kiali ki",
        "no OpenShift Service Mesh operator ",
        "namespace istio-system exists alrea",
      ],
    );
  });

  for (const preview of [true, false]) {
    it(`come before any resource, in ${preview ? "a preview" : "an up"} too`, async () => {
      const recorder = new Recorder();
      const answers = { ...preparedCluster(), "/apis/kiali.io/v1alpha1": undefined };
      const run = runProgram(recorder, { stack: "dev", preview, answers, config: stackConfig("dev") });
      await assert.rejects(run, /The cluster does not fit stack dev/);
      assert.deepEqual(recorder.registered, []);
    });
  }
});
