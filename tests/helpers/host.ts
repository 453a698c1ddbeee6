import { missingRequirements } from "../../dataplane/hostRequirements";

/**
 * Skips a suite, in its `before`, where the machine lacks what the data plane needs; each test's name then says what that
 * is.
 */
export async function needsDataPlaneHost(context: Mocha.Context): Promise<void> {
  const missing = await missingRequirements();
  if (missing.length === 0) return;
  const reason = missing.map(({ what }) => what).join("; ");
  context.test?.parent?.eachTest((test) => (test.title += ` (skipped, the machine lacks ${reason})`));
  context.skip();
}
