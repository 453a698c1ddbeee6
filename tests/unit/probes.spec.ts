import assert from "node:assert/strict";
import type { Probe } from "../../components/readiness";
import { OperatorRefusal } from "../../components/readiness";
import { controlPlaneReady, kialiTookUp, membersConfigured, routeHost, tempoStackReady } from "../../components/probes";
import type { Answers } from "../helpers/fakeCluster";
import { FakeCluster, unreachable } from "../helpers/fakeCluster";

/** What one look finds: `value`, what it waits for, or the operator's refusal. */
async function look<T>(
  probe: Probe<T>,
  answers: Answers,
): Promise<{ value: T } | { waiting: string } | { refused: string }> {
  try {
    const observation = await probe(new FakeCluster(answers));
    return observation.ready ? { value: observation.value } : { waiting: observation.waitingFor };
  } catch (error) {
    if (error instanceof OperatorRefusal) {
      return { refused: error.message };
    }
    throw error;
  }
}

const ready = { value: undefined };
const condition = (type: string, status: string, reason?: string, message?: string) => ({
  type,
  status,
  reason,
  message,
});

describe("probes", () => {
  describe("controlPlaneReady", () => {
    const path = "/apis/maistra.io/v2/namespaces/istio-system/servicemeshcontrolplanes/basic";
    const probe = controlPlaneReady("istio-system", "basic");
    const meshWith = (status: object, generation = 2) => ({
      [path]: {
        metadata: { generation },
        status: {
          observedGeneration: 2,
          conditions: [condition("Reconciled", "True"), condition("Ready", "True", "ComponentsReady", "All is ready")],
          readiness: { components: { ready: ["istiod"], pending: [], unready: [] } },
          ...status,
        },
      },
    });
    const takeUp = (words = "no status yet") => ({
      waiting: `the Service Mesh operator to take up ServiceMeshControlPlane basic (${words})`,
    });

    it("is ready when the newest generation is observed and nothing is missing", async () => {
      assert.deepEqual(await look(probe, meshWith({})), ready);
      assert.deepEqual(await look(probe, meshWith({ readiness: undefined })), ready);
    });

    it("waits for the operator where the object or its status is not there", async () => {
      assert.deepEqual(await look(probe, {}), takeUp());
      assert.deepEqual(await look(probe, { [path]: { metadata: { generation: 1 } } }), takeUp());
    });

    it("does not believe Ready from before the change", async () => {
      assert.deepEqual(await look(probe, meshWith({}, 3)), takeUp("ComponentsReady: All is ready"));
    });

    it("waits for components by name, though the condition says Ready", async () => {
      const components = { ready: ["istiod"], pending: ["kiali"], unready: ["grafana", "istio-ingress"] };
      assert.deepEqual(await look(probe, meshWith({ readiness: { components } })), {
        waiting: "the control plane's kiali, grafana, istio-ingress (ComponentsReady: All is ready)",
      });
    });

    it("tells the components of an install, in which no generation is observed yet", async () => {
      const status = {
        observedGeneration: undefined,
        conditions: [condition("Reconciled", "False", "PausingInstall", "Paused until kiali becomes ready")],
        readiness: { components: { pending: ["kiali"] } },
      };
      assert.deepEqual(await look(probe, meshWith(status)), {
        waiting: "the control plane's kiali (PausingInstall: Paused until kiali becomes ready)",
      });
    });

    it("waits where the condition is not Ready, with the operator's message", async () => {
      const installing = condition("Ready", "False", "ComponentsNotReady", "Some components are not fully available");
      assert.deepEqual(
        await look(probe, meshWith({ conditions: [installing] })),
        takeUp("ComponentsNotReady: Some components are not fully available"),
      );
      assert.deepEqual(await look(probe, meshWith({ conditions: [] })), takeUp());
    });

    for (const reason of ["ValidationError", "DependencyMissingError", "ErrMultipleSMCPs"]) {
      // The operator notes the generation only when it has succeeded.
      for (const observedGeneration of [undefined, 1, 2]) {
        it(`reports the refusal ${reason} when generation ${observedGeneration ?? "none"} of 2 is observed`, async () => {
          const conditions = [condition("Reconciled", "False", reason, "spec.x is wrong"), condition("Ready", "True")];
          assert.deepEqual(await look(probe, meshWith({ conditions, observedGeneration })), {
            refused: `The Service Mesh operator refuses it: ${reason}: spec.x is wrong`,
          });
        });
      }
    }

    for (const reason of ["Reconciling", "ReconcileError", "InstallError"]) {
      it(`takes ${reason} for no refusal: the operator goes on`, async () => {
        const conditions = [condition("Reconciled", "False", reason, "webhook away"), condition("Ready", "False")];
        assert.deepEqual(
          await look(probe, meshWith({ conditions, observedGeneration: 1 })),
          takeUp(`${reason}: webhook away`),
        );
      });
    }
  });

  describe("membersConfigured", () => {
    const path = "/apis/maistra.io/v1/namespaces/istio-system/servicemeshmemberrolls/default";
    const probe = membersConfigured("istio-system", "default", ["bookinfo", "shop"]);
    const rollWith = (status: object) => ({ [path]: { status } });
    const pending = { configuredMembers: ["shop", "bookinfo2"], conditions: [] };

    it("is ready when all are configured, whatever others are", async () => {
      const status = { configuredMembers: ["a", "shop", "bookinfo"], conditions: [condition("Ready", "False")] };
      assert.deepEqual(await look(probe, rollWith(status)), ready);
    });

    it("waits while one is pending, with the operator's message on the roll", async () => {
      const conditions = [condition("Ready", "False", "Reconciling", "not yet configured: [bookinfo]")];
      assert.deepEqual(await look(probe, rollWith({ ...pending, conditions })), {
        waiting: "members bookinfo of the mesh to be configured (Reconciling: not yet configured: [bookinfo])",
      });
    });

    it("tells the operator's reason for the member itself where it has one", async () => {
      const reason = condition("Reconciled", "False", "NamespaceNotExists", "Namespace does not exist");
      const memberStatuses = [
        { namespace: "shop", conditions: [condition("Reconciled", "True")] },
        { namespace: "bookinfo", conditions: [reason] },
      ];
      assert.deepEqual(await look(probe, rollWith({ ...pending, memberStatuses })), {
        waiting: "members bookinfo of the mesh to be configured (NamespaceNotExists: Namespace does not exist)",
      });
    });

    it("reports a namespace that another mesh has", async () => {
      const reason = condition("Reconciled", "False", "MemberReferencesDifferentControlPlane", "mesh x has it");
      const memberStatuses = [{ namespace: "bookinfo", conditions: [reason] }];
      assert.deepEqual(await look(probe, rollWith({ ...pending, memberStatuses })), {
        refused:
          "Namespace bookinfo cannot join the mesh: MemberReferencesDifferentControlPlane: mesh x has it. Take it out of mesh-tracing:members, or out of the other mesh.",
      });
    });

    it("waits while there is no status or no roll", async () => {
      const waiting = { waiting: "members bookinfo, shop of the mesh to be configured (no status yet)" };
      assert.deepEqual(await look(probe, rollWith({})), waiting);
      assert.deepEqual(await look(probe, {}), waiting);
    });
  });

  describe("tempoStackReady", () => {
    const stack = "/apis/tempo.grafana.com/v1alpha1/namespaces/tracing-system/tempostacks/simplest";
    const labels = "app.kubernetes.io%2Finstance%3Dsimplest%2Capp.kubernetes.io%2Fmanaged-by%3Dtempo-operator";
    const workloads = (kind: string) => `/apis/apps/v1/namespaces/tracing-system/${kind}?labelSelector=${labels}`;
    const probe = tempoStackReady("tracing-system", "simplest", "minio-2");
    const workload = (name: string, secret: string | undefined, changes: object = {}) => ({
      metadata: { name, generation: 4 },
      spec: {
        replicas: 2,
        template: {
          spec: {
            containers: [
              {
                env:
                  secret === undefined
                    ? [{ name: "A", value: "b" }]
                    : [{ valueFrom: { secretKeyRef: { name: secret } } }],
              },
              {},
            ],
          },
        },
      },
      status: { observedGeneration: 4, replicas: 2, updatedReplicas: 2, readyReplicas: 2, ...changes },
    });
    const answers = (conditions: unknown, deployments: object[] = [], statefulsets: object[] = []) => ({
      [stack]: { status: { conditions } },
      [workloads("deployments")]: { items: deployments },
      [workloads("statefulsets")]: { items: statefulsets },
    });
    const isReady = [
      condition("Pending", "False"),
      condition("Ready", "True", "Ready", "All components are operational"),
    ];

    it("is ready when every workload runs with the Secret", async () => {
      const found = answers(
        isReady,
        [workload("distributor", undefined), workload("querier", "minio-2")],
        [workload("ingester", "minio-2")],
      );
      assert.deepEqual(await look(probe, found), ready);
    });

    it("waits while the store is not there, has no status or is pending", async () => {
      assert.deepEqual(await look(probe, {}), { waiting: "Tempo's components (no status yet)" });
      assert.deepEqual(await look(probe, answers(undefined)), { waiting: "Tempo's components (no status yet)" });
      const pending = [condition("Pending", "True", "PendingComponents", "Some components are pending")];
      assert.deepEqual(await look(probe, answers(pending)), {
        waiting: "Tempo's components (PendingComponents: Some components are pending)",
      });
    });

    it("reports a refused configuration", async () => {
      const refused = condition("ConfigurationError", "True", "InvalidStorageConfig", "no bucket");
      assert.deepEqual(await look(probe, answers([condition("Ready", "False"), refused])), {
        refused: "tempo-operator refuses it: InvalidStorageConfig: no bucket",
      });
    });

    it("waits where pods have failed: one that was evicted stays so beside its successor", async () => {
      const failed = condition("Failed", "True", "FailedComponents", "Some components failed");
      assert.deepEqual(await look(probe, answers([condition("Ready", "False"), failed])), {
        waiting:
          "Tempo, some pods of which failed: look at them, or delete them (FailedComponents: Some components failed)",
      });
    });

    for (const [kind, deployments, statefulsets] of [
      ["Deployment", [workload("querier", "minio")], []],
      ["StatefulSet", [], [workload("querier", "minio")]],
    ] as const) {
      it(`after a rotation waits for a ${kind} that still has the former Secret`, async () => {
        assert.deepEqual(await look(probe, answers(isReady, [...deployments], [...statefulsets])), {
          waiting: "querier to use Secret minio-2",
        });
      });
    }

    const unfinished: readonly (readonly [string, object])[] = [
      ["the controller has not seen the change", { observedGeneration: 3 }],
      ["not all pods are new", { updatedReplicas: 1, replicas: 2 }],
      ["an old pod is left", { replicas: 3 }],
      ["not all pods are ready", { readyReplicas: 1 }],
      ["there is no pod", { replicas: undefined, updatedReplicas: undefined, readyReplicas: undefined }],
    ];
    for (const [what, changes] of unfinished) {
      it(`waits for a roll-out where ${what}`, async () => {
        assert.deepEqual(await look(probe, answers(isReady, [], [workload("ingester", "minio-2", changes)])), {
          waiting: "the roll-out of ingester",
        });
      });
    }
  });

  describe("kialiTookUp", () => {
    const resource = "/apis/kiali.io/v1alpha1/namespaces/istio-system/kialis/kiali";
    const deployment = "/apis/apps/v1/namespaces/istio-system/deployments/kiali";
    const probe = kialiTookUp("istio-system", "kiali", "settings", "new");
    const answers = (annotations: object | undefined, conditions: object[] = [], status: object = {}) => ({
      [resource]: { status: { conditions } },
      [deployment]: {
        metadata: { generation: 2 },
        spec: { replicas: 1, template: { metadata: { annotations } } },
        status: { observedGeneration: 2, replicas: 1, updatedReplicas: 1, readyReplicas: 1, ...status },
      },
    });
    const successful = condition("Successful", "True");
    const notTakenUp = { waiting: "the Kiali operator to take up the tracing settings" };

    it("is ready when the rolled-out pods carry the settings", async () => {
      assert.deepEqual(await look(probe, answers({ settings: "new" }, [successful])), ready);
    });

    it("does not believe Successful while the pods have other settings, or none", async () => {
      assert.deepEqual(await look(probe, answers({ settings: "old" }, [successful])), notTakenUp);
      assert.deepEqual(await look(probe, answers(undefined, [successful])), notTakenUp);
      assert.deepEqual(await look(probe, {}), notTakenUp);
    });

    it("waits for the roll-out", async () => {
      assert.deepEqual(await look(probe, answers({ settings: "new" }, [successful], { readyReplicas: 0 })), {
        waiting: "the roll-out of Deployment kiali",
      });
    });

    it("waits for the operator to finish: it restarts the pods once more when their settings changed", async () => {
      for (const conditions of [[condition("Running", "True"), condition("Successful", "False")], []]) {
        assert.deepEqual(await look(probe, answers({ settings: "new" }, conditions)), {
          waiting: "the Kiali operator to finish",
        });
      }
    });

    it("reports the operator's failure", async () => {
      const failure = condition("Failure", "True", "Failed", "task x failed");
      for (const conditions of [[failure], [failure, condition("Running", "False")]]) {
        assert.deepEqual(await look(probe, answers({ settings: "old" }, conditions)), {
          refused: "The Kiali operator failed: Failed: task x failed",
        });
      }
      const mended = [{ ...failure, status: "False" }, successful];
      assert.deepEqual(await look(probe, answers({ settings: "new" }, mended)), ready);
    });

    it("takes a failure for that of the last run while the operator runs again", async () => {
      const conditions = [condition("Failure", "True", "Failed", "task x failed"), condition("Running", "True")];
      assert.deepEqual(await look(probe, answers({ settings: "old" }, conditions)), notTakenUp);
    });
  });

  describe("routeHost", () => {
    const path = "/apis/route.openshift.io/v1/namespaces/istio-system/routes/kiali";
    const probe = routeHost("istio-system", "kiali");
    const routeWith = (host: string | undefined, ...routers: object[]) => ({
      [path]: { spec: { host }, status: { ingress: routers.map((admission) => ({ conditions: [admission] })) } },
    });
    const admitted = condition("Admitted", "True");
    const refused = condition("Admitted", "False", "HostAlreadyClaimed", "route x has it");
    const host = "kiali.apps.example.test";

    it("yields the host once a router admitted it", async () => {
      assert.deepEqual(await look(probe, routeWith(host, admitted)), { value: host });
    });

    it("waits while the operator has not made it", async () => {
      assert.deepEqual(await look(probe, {}), { waiting: "Route kiali in istio-system to be made" });
    });

    it("waits for a router and for the host", async () => {
      const waiting = { waiting: "the router to admit Route kiali in istio-system" };
      assert.deepEqual(await look(probe, routeWith(host)), waiting);
      assert.deepEqual(await look(probe, { [path]: { spec: { host } } }), waiting);
      assert.deepEqual(await look(probe, routeWith(host, condition("Admitted", "Unknown"))), waiting);
      assert.deepEqual(await look(probe, routeWith(undefined, admitted)), waiting);
      assert.deepEqual(await look(probe, routeWith("", admitted)), waiting);
    });

    it("reports a router's refusal, unless another router admitted it", async () => {
      assert.deepEqual(await look(probe, routeWith(host, refused)), {
        refused: "The router refuses Route kiali in istio-system: HostAlreadyClaimed: route x has it",
      });
      assert.deepEqual(await look(probe, routeWith(host, refused, admitted)), { value: host });
    });
  });

  it("leave an API server that is away to the caller", async () => {
    const path = "/apis/route.openshift.io/v1/namespaces/a/routes/b";
    await assert.rejects(look(routeHost("a", "b"), { [path]: unreachable() }), /cannot be reached/);
  });
});
