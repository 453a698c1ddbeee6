import assert from "node:assert/strict";
import { describeLoss, hasTrace, traceLoss } from "../../dataplane/backend/traceLoss";
import { Loopback } from "../helpers/loopback";

describe("the loss of acknowledged traces", () => {
  it("is every one that is not found", async () => {
    const kept = new Set(["a", "c"]);
    const loss = await traceLoss(["a", "b", "c", "d"], (id) => Promise.resolve(kept.has(id)), 1);
    assert.deepEqual(loss, { acknowledged: 4, lost: ["b", "d"] });
  });

  it("is none where a trace was on its way from the memory to the volume when it was looked for", async () => {
    const looks: string[] = [];
    const find = (id: string) => Promise.resolve(looks.push(id) > 2);
    assert.deepEqual(await traceLoss(["a", "b", "c"], find, 1), { acknowledged: 3, lost: [] });
    assert.deepEqual(looks, ["a", "b", "c", "a", "b"]);
  });

  it("is told with its share and an example", () => {
    assert.equal(
      describeLoss({ acknowledged: 8, lost: ["b"] }),
      "1 of 8 acknowledged traces is lost (12.5 %), for example b",
    );
    assert.equal(
      describeLoss({ acknowledged: 4, lost: ["b", "d"] }),
      "2 of 4 acknowledged traces are lost (50 %), for example b",
    );
    assert.equal(describeLoss({ acknowledged: 4, lost: [] }), "none of 4 acknowledged traces is lost");
  });

  it("counts a trace as lost only where Tempo says so", async () => {
    const answers: Record<string, number> = { found: 200, gone: 404, broken: 500 };
    const tempo = await Loopback.start((request, response) => {
      response.statusCode = answers[request.url?.split("/").at(-1) ?? ""] ?? 400;
      response.end("no ingester");
    });
    try {
      assert.equal(await hasTrace(tempo.url, "found"), true);
      assert.equal(await hasTrace(tempo.url, "gone"), false);
      await assert.rejects(hasTrace(tempo.url, "broken"), /answers 500 for trace broken: no ingester/);
    } finally {
      tempo.stop();
    }
  });
});
