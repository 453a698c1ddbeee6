import assert from "node:assert/strict";
import { jobsEnd as rule } from "../../policies/rules/operations/jobsEnd";
import { judge, resource, unknown } from "./helper";

const job = (spec: object, kind = "Job") =>
  resource(`batch/v1:${kind}`, { metadata: { name: "wait", namespace: "shop" }, spec });
const messages = async (subject: ReturnType<typeof job>) =>
  (await judge(rule, [subject])).violations.map(({ message }) => message);

describe("jobs-end", () => {
  it("advises against a Job without an end", async () => {
    assert.deepEqual(await messages(job({ template: { spec: {} } })), [
      "Job shop/wait: spec.activeDeadlineSeconds is not set, so a Job that hangs is never ended. Set it to more than the Job " +
        "takes when all goes well.",
    ]);
  });

  it("looks into a CronJob", async () => {
    const [message] = await messages(job({ jobTemplate: { spec: { template: {} } } }, "CronJob"));
    assert.match(message ?? "", /^CronJob shop\/wait: spec\.jobTemplate\.spec\.activeDeadlineSeconds is not set/);
    const ended = { jobTemplate: { spec: { activeDeadlineSeconds: 60 } } };
    assert.deepEqual(await messages(job(ended, "CronJob")), []);
  });

  it("does not judge a time that a preview does not know, and says so", async () => {
    for (const spec of [{ activeDeadlineSeconds: unknown }, { template: { spec: unknown } }, { template: unknown }]) {
      const { violations, notes } = await judge(rule, [job(spec)]);
      assert.deepEqual({ violations, notes: notes.length }, { violations: [], notes: 1 });
    }
    const { notes } = await judge(rule, [job({ activeDeadlineSeconds: 60, template: unknown })]);
    assert.deepEqual(notes, []);
  });

  it("accepts a time of the Job or of its pods, and a patch", async () => {
    assert.deepEqual(await messages(job({ activeDeadlineSeconds: 60 })), []);
    assert.deepEqual(await messages(job({ template: { spec: { activeDeadlineSeconds: 60 } } })), []);
    assert.deepEqual(await messages(job({}, "JobPatch")), []);
    assert.equal((await judge(rule, [resource("apps/v1:Deployment", {})])).notApplicable, 1);
  });
});
