import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { stringify } from "yaml";
import { LiveCluster } from "../helpers/liveCluster";
import {
  acceptedTempoMonolithics,
  acceptedTempoStacks,
  refusedTempoMonolithics,
  refusedTempoStacks,
} from "../policies/tempoCases";

/** What the tempo-operator here cannot show: fields that came after its version, and features that are off. */
const beyond = /replicationZones|metricsGenerator|"none"|createServiceMonitors|serviceMonitors|[dD]ata[sS]ource/;

/** What it refuses only when it has read the storage Secret, or a service account that would have to be made first. */
const needsOthers = /"azure"|"gcs"|"serviceAccount":"own"/;

const isShown = (spec: object): boolean =>
  !beyond.test(JSON.stringify(spec)) && !needsOthers.test(JSON.stringify(spec));

/** The rules that foresee the webhook, and the webhook of the real tempo-operator. */
describe("tempo-operator's webhook", function () {
  this.timeout(120_000);
  let cluster: LiveCluster;

  /** The names of the objects that the API server, with the webhook, does not refuse. Nothing is stored. */
  const admitted = async (kind: string, specs: readonly object[]): Promise<readonly string[]> => {
    const manifest = specs
      .map((spec, index) => ({
        apiVersion: "tempo.grafana.com/v1alpha1",
        kind,
        metadata: { name: `case-${index}`, namespace: "default" },
        spec,
      }))
      .map((object) => stringify(object))
      .join("---\n");
    const child = spawn("kubectl", ["create", "--dry-run=server", "-o", "name", "-f", "-"], { env: cluster.env });
    child.stdin.end(manifest);
    let output = "";
    child.stdout.on("data", (chunk) => (output += String(chunk)));
    await new Promise((resolve) => child.on("close", resolve));
    return output.split("\n").flatMap((line) => /(case-\d+)$/.exec(line)?.[1] ?? []);
  };

  /** Says which of the specs should not have been admitted, or should have. */
  const compare = async (kind: string, specs: readonly object[], isAdmitted: boolean): Promise<void> => {
    const shown = specs.filter(isShown);
    assert.ok(shown.length > 5, "enough is compared");
    const names = new Set(await admitted(kind, shown));
    const wrong = shown.filter((_, index) => names.has(`case-${index}`) !== isAdmitted);
    assert.deepEqual(wrong, []);
  };

  const storage = { storage: { secret: { name: "absent", type: "s3" } } };

  before(async () => {
    cluster = await LiveCluster.start();
  });

  after(async () => {
    await cluster?.stop();
  });

  it("refuses the TempoStacks that tempostack-accepted refuses", async () => {
    const specs = refusedTempoStacks.map(([spec]) => ({ ...storage, ...spec }));
    await compare("TempoStack", specs, false);
  });

  it("takes the TempoStacks that tempostack-accepted takes", async () => {
    const specs = acceptedTempoStacks.map((spec) => ({ ...storage, ...spec }));
    await compare("TempoStack", specs, true);
  });

  it("refuses the TempoMonolithics that tempomonolithic-accepted refuses", async () => {
    const specs = refusedTempoMonolithics.map(([spec]) => spec);
    await compare("TempoMonolithic", specs, false);
  });

  it("takes the TempoMonolithics that tempomonolithic-accepted takes", async () => {
    await compare("TempoMonolithic", acceptedTempoMonolithics, true);
  });
});
