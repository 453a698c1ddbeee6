import { setTimeout as sleep } from "node:timers/promises";
import * as pulumi from "@pulumi/pulumi";
import type { ClusterReader, Condition } from "./clusterApi";
import { ClusterError } from "./kubeconfig";

/** What a look at the cluster found: ready with a value, or what is still missing. */
export type Observation<T> =
  { readonly ready: true; readonly value: T } | { readonly ready: false; readonly waitingFor: string };

/**
 * Looks once at the live cluster.
 *
 * @throws OperatorRefusal when the operator reports that it will not get ready, so that nobody waits for a timeout.
 */
export type Probe<T> = (cluster: ClusterReader) => Promise<Observation<T>>;

/** An operator reported that it cannot do what the resource asks; the message is the operator's own. */
export class OperatorRefusal extends Error {}

/** Ready with a value. */
export function ready<T>(value: T): Observation<T> {
  return { ready: true, value };
}

/** Not ready; `what` completes the sentence "waiting for …". */
export function waitingFor(what: string): Observation<never> {
  return { ready: false, waitingFor: what };
}

/** Finds a condition by its type. */
export function findCondition(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

const pollIntervalMs = 500;
const progressIntervalMs = 10_000;

/**
 * How long a refusal must stand before it is believed, in milliseconds. Right after a change the status can be from
 * before it, and operators report conflicts that they get over by themselves.
 */
const defaultRefusalGraceMs = 15_000;

/**
 * Waits for what operators do after Pulumi has created their custom resources.
 *
 * `pulumi.com/waitFor` knows one condition and a timeout. It cannot tell a refusal from slowness, believes a `Ready`
 * that is older than the change (tempo-operator and Kiali's report no observedGeneration), and is not asked again when
 * a failed run is repeated. These looks are repeated in every `up`, cost one GET where all is well, and store nothing.
 */
export class Readiness {
  /**
   * @param cluster the live cluster.
   * @param timeoutMs longest wait for one object, in milliseconds.
   * @param refusalGraceMs how long an operator's refusal must stand before it ends the wait, in milliseconds.
   */
  constructor(
    private readonly cluster: ClusterReader,
    private readonly timeoutMs: number,
    private readonly refusalGraceMs = defaultRefusalGraceMs,
  ) {}

  /**
   * Resolves to `value` once the probe of `resource` is ready. In a preview it resolves at once, since what is awaited
   * there does not exist yet and the value is known anyway: reviewers and policies see it.
   *
   * @throws pulumi.ResourceError with the operator's words, or what was missing when time ran out.
   */
  gate<T>(resource: pulumi.Resource, value: T, probe: Probe<unknown>): pulumi.Output<pulumi.Unwrap<T>> {
    if (pulumi.runtime.isDryRun()) {
      return pulumi.output(value);
    }
    const settled = resource.urn.apply(() => this.until(resource, probe));
    return pulumi.all([pulumi.output(value), settled]).apply(([result]) => result as pulumi.Unwrap<T>);
  }

  /**
   * Resolves to the value that the probe reads from the cluster (a Route's host, say) once it is there. In a preview it
   * is what the cluster has now, or unknown.
   *
   * @throws pulumi.ResourceError as `gate` does.
   */
  read<T>(resource: pulumi.Resource, probe: Probe<T>): pulumi.Output<T> {
    if (!pulumi.runtime.isDryRun()) {
      return resource.urn.apply(() => this.until(resource, probe));
    }
    const observed = probe(this.cluster).catch(() => waitingFor("the next up"));
    return pulumi
      .output(observed)
      .apply((observation) => (observation.ready ? observation.value : pulumi.unknown) as unknown as T);
  }

  private async until<T>(resource: pulumi.Resource, probe: Probe<T>): Promise<T> {
    const started = Date.now();
    let told = started;
    let refusedSince: number | undefined;
    for (;;) {
      const observation = await this.look(probe);
      if (observation.ready === true) {
        return observation.value;
      }
      const now = Date.now();
      const seconds = Math.round((now - started) / 1000);
      refusedSince = observation.ready === "refused" ? (refusedSince ?? now) : undefined;
      if (observation.ready === "refused" && now - refusedSince! >= this.refusalGraceMs) {
        throw new pulumi.ResourceError(observation.words, resource, true);
      }
      const missing = observation.ready === "refused" ? observation.words : observation.waitingFor;
      if (now - started >= this.timeoutMs) {
        throw new pulumi.ResourceError(
          `not ready after ${seconds} s, still waiting for ${missing}. Once that is mended, run 'pulumi up' again: it goes on from here.`,
          resource,
          true,
        );
      }
      if (now - told >= progressIntervalMs) {
        told = now;
        await pulumi.log.info(`waiting for ${missing} (${seconds} s)`, resource, undefined, true);
      }
      await sleep(pollIntervalMs);
    }
  }

  private async look<T>(
    probe: Probe<T>,
  ): Promise<Observation<T> | { readonly ready: "refused"; readonly words: string }> {
    try {
      return await probe(this.cluster);
    } catch (error) {
      if (error instanceof OperatorRefusal) {
        return { ready: "refused", words: error.message };
      }
      if (error instanceof ClusterError && error.status === 403) {
        return { ready: "refused", words: error.message };
      }
      // The API server may be restarting: go on until time runs out, with its answer as the reason.
      return waitingFor(`the API server (${(error as Error).message})`);
    }
  }
}
