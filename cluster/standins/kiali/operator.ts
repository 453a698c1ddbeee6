/** Stand-in for the Kiali operator, an Ansible operator with its playbook for release v1.73 of the server. */
import { kinds, type Condition, type Kiali } from "../objects";
import { admittedHost } from "../router";
import {
  condition,
  setFinalizers,
  withCondition,
  writeStatus,
  type Action,
  type Controller,
  type World,
} from "../world";
import { install, uninstall } from "./installation";
import { settingsOf } from "./settings";
import { whyItFails } from "./checks";

/** On a Kiali until what the operator made for it is gone. */
export const kialiFinalizer = "kiali.io/finalizer";

/** Installs a Kiali server for each Kiali resource. */
export const kialiOperator: Controller = {
  name: "kiali-operator",
  watches: [
    kinds.kiali,
    kinds.configMap,
    kinds.deployment,
    kinds.namespace,
    kinds.role,
    kinds.roleBinding,
    kinds.route,
    kinds.secret,
    kinds.service,
    kinds.serviceAccount,
  ],
  reconcile: (world) => world.list(kinds.kiali).flatMap((kiali) => reconcile(world, kiali)),
};

function reconcile(world: World, kiali: Kiali): Action[] {
  const { deletionTimestamp, finalizers = [] } = kiali.metadata;
  if (deletionTimestamp !== undefined) {
    if (!finalizers.includes(kialiFinalizer)) return [];
    const left = finalizers.filter((name) => name !== kialiFinalizer);
    const { done, actions } = uninstall(world, kiali);
    return done ? [...actions, setFinalizers(kiali, left)] : actions;
  }
  if (!finalizers.includes(kialiFinalizer)) return [setFinalizers(kiali, [...finalizers, kialiFinalizer])];

  const running = condition(kiali.status?.conditions, "Running");
  const isRunning = running.status === "True" && running.reason === "Running";
  const problem = whyItFails(kiali);
  if (problem !== undefined) {
    const failure = condition(kiali.status?.conditions, "Failure");
    if (failure.status === "True" && failure.message === problem) return [];
    return isRunning ? writeStatus(kiali, failed(world, kiali, problem)) : writeStatus(kiali, started(world, kiali));
  }
  const writes = install(world, kiali);
  const succeeded = condition(kiali.status?.conditions, "Successful").status === "True";
  if (writes.length === 0 && succeeded) return [];
  // As with the original, a change is taken up a while after it was made; until then the old verdict stands.
  if (!isRunning) return writeStatus(kiali, started(world, kiali));
  if (writes.length > 0) return writes;
  // The playbook waits for the Route's host, not for the pods.
  const { instance, namespace, ingress } = settingsOf(kiali);
  const host = admittedHost(world.get(kinds.route, instance, namespace));
  return host === undefined && ingress ? [] : writeStatus(kiali, finished(world, kiali));
}

function started(world: World, kiali: Kiali): object {
  const { conditions = [] } = kiali.status ?? {};
  const verdicts = conditions.map((c) =>
    c.type === "Successful" && c.status === "True" ? { ...c, status: "False" } : c,
  );
  const said = { type: "Running", status: "True", reason: "Running", message: "Running reconciliation" };
  return withStatus(kiali, withCondition(verdicts, said, world.now), "1. Initializing");
}

function failed(world: World, kiali: Kiali, message: string): object {
  const said: Omit<Condition, "lastTransitionTime">[] = [
    { type: "Running", status: "False", reason: "Running", message: "Running reconciliation" },
    { type: "Failure", status: "True", reason: "Failed", message },
    { type: "Successful", status: "False", reason: "", message: "" },
  ];
  return withStatus(kiali, allConditions(world, kiali, said), "2. Setting up configuration");
}

function finished(world: World, kiali: Kiali): object {
  const { instance, namespace, accessible } = settingsOf(kiali);
  const said: Omit<Condition, "lastTransitionTime">[] = [
    { type: "Running", status: "True", reason: "Successful", message: "Awaiting next reconciliation" },
    { type: "Failure", status: "False", reason: "", message: "" },
    { type: "Successful", status: "True", reason: "Successful", message: "Last reconciliation succeeded" },
  ];
  return {
    ...withStatus(kiali, allConditions(world, kiali, said), "9. Finished all resource creation"),
    deployment: { instanceName: instance, namespace, accessibleNamespaces: accessible.join(",") },
    environment: { isOpenshift: true, isMaistra: true, operatorVersion: "v1.73" },
    specVersion: kiali.spec?.version ?? "default",
  };
}

function allConditions(
  world: World,
  kiali: Kiali,
  said: readonly Omit<Condition, "lastTransitionTime">[],
): Condition[] {
  const before = [...(kiali.status?.conditions ?? [])];
  return said.reduce((all, item) => withCondition(all, item, world.now), before);
}

function withStatus(kiali: Kiali, conditions: readonly Condition[], message: string): object {
  return { ...kiali.status, conditions, progress: { message, duration: "0:00:00" } };
}
