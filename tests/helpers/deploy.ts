import assert from "node:assert/strict";
import * as pulumi from "@pulumi/pulumi";
import { Readiness } from "../../components/readiness";
import type { Answers } from "./fakeCluster";
import { FakeCluster } from "./fakeCluster";
import type { MockRun, Registered } from "./mocks";
import { Recorder, runMocked, valueOf } from "./mocks";

/** How to deploy one component. */
export interface Deployment extends Omit<MockRun, "config" | "secretKeys"> {
  /** What the cluster answers; nothing by default. What is not ready there at the first look fails the deployment. */
  readonly answers?: Answers;
}

/** A component as deployed under mocks. */
export interface Deployed<T> {
  readonly component: T;
  readonly recorder: Recorder;
}

/** Deploys one component under mocks and waits for all its outputs. */
export async function deploy<T extends pulumi.ComponentResource>(
  make: (readiness: Readiness) => T,
  { answers = {}, ...run }: Deployment = {},
): Promise<Deployed<T>> {
  const recorder = new Recorder();
  let component: T | undefined;
  await runMocked(recorder, run, async () => {
    component = make(new Readiness(new FakeCluster(answers), 0, 0));
    await Promise.all(
      Object.values(component)
        .filter((value) => pulumi.Output.isInstance(value))
        .map(valueOf),
    );
  });
  return { component: component!, recorder };
}

/**
 * Checks what holds for every component: its type is the project's, it registers its outputs itself, and each resource
 * it makes has it for an ancestor (or nobody could wait for it) and begins with its name.
 */
export function assertComponent({ component, recorder }: Deployed<pulumi.ComponentResource>, type: string): void {
  const { __name: name, __pulumiType: found } = component as unknown as { __name: string; __pulumiType: string };
  assert.equal(found, type);
  const made = recorder.registered.filter((resource) => resource.type !== type || resource.name !== name);
  assert.ok(made.length > 0, `${name} makes nothing`);
  for (const resource of made) {
    assert.ok(ancestors(recorder, resource).includes(component), `${resource.name} is not a descendant of ${name}`);
    assert.ok(resource.name.startsWith(name), `${resource.name} does not begin with ${name}`);
  }
  for (const resource of recorder.registered.filter(({ type: each }) => each.startsWith("mesh-tracing:"))) {
    const key = `${resource.type} ${resource.name}`;
    assert.ok(recorder.outputs.has(key), `${key} does not register its outputs`);
  }
}

function ancestors(recorder: Recorder, { type, name }: Registered): pulumi.Resource[] {
  const found: pulumi.Resource[] = [];
  let parent = recorder.options.get(`${type} ${name}`)?.parent;
  while (parent !== undefined) {
    found.push(parent);
    parent = (parent as unknown as { __parentResource?: pulumi.Resource }).__parentResource;
  }
  return found;
}
