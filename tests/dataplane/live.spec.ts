import { needsDataPlaneHost } from "../helpers/host";
import { describeCommands } from "./live/commands";
import { LiveDataPlane } from "./live/dataPlane";
import { describeLosses } from "./live/loss";
import { describeStorage } from "./live/storage";
import { describeTelemetry } from "./live/telemetry";
import { describeTraces } from "./live/traces";

/** What is deployed runs once, for all of it: what is changed on the way is changed back, and the commands come last. */
describe("the dev stack with its pods run for real", function () {
  this.timeout(600_000);
  const live = new LiveDataPlane();

  before(async function () {
    this.timeout(1_800_000);
    await needsDataPlaneHost(this);
    await live.start();
  });

  after(() => live.stop());

  describeStorage(live);
  describeTraces(live);
  describeTelemetry(live);
  describeLosses(live);
  describeCommands(live);
});
