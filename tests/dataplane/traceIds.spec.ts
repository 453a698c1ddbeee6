import assert from "node:assert/strict";
import { newTraceIds, withTraceIds } from "../../dataplane/traceIds";

describe("the trace ids of a proof", () => {
  const old = ["0".repeat(31) + "1", "0".repeat(31) + "2"];
  const traffic = {
    name: "script",
    env: [{ name: "TRAFFIC_SETTINGS", value: JSON.stringify({ url: "http://x", traceIds: old }) }],
  };

  it("are new in each run: those of an earlier one are in the store", () => {
    const [first, second] = [newTraceIds(traffic), newTraceIds(traffic)];
    assert.deepEqual([...first.keys()], old);
    const all = [...old, ...first.values(), ...second.values()];
    assert.equal(new Set(all).size, 6);
    for (const id of all) assert.match(id, /^[0-9a-f]{32}$/);
  });

  it("are the same in traffic and verification, and nothing else differs there", () => {
    const ids = newTraceIds(traffic);
    const settings = { kialiUrl: "https://kiali", expected: { traces: old } };
    const verification = {
      name: "script",
      env: [
        { name: "VERIFICATION_SETTINGS", value: JSON.stringify(settings) },
        { name: "SERVICE_CA_FILE", value: "/ca" },
      ],
    };
    const sent = JSON.parse(withTraceIds(traffic, ids).TRAFFIC_SETTINGS ?? "") as { url: string; traceIds: string[] };
    const looked = withTraceIds(verification, ids);
    assert.deepEqual(Object.keys(looked), ["VERIFICATION_SETTINGS"]);
    assert.deepEqual(JSON.parse(looked.VERIFICATION_SETTINGS ?? ""), {
      ...settings,
      expected: { traces: sent.traceIds },
    });
    assert.deepEqual(sent, { url: "http://x", traceIds: [...ids.values()] });
  });

  it("are none where the traffic has none", () => assert.equal(newTraceIds({ name: "script" }).size, 0));
});
