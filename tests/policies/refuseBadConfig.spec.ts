import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { refuseBadConfig } from "../../policies/pack/refuseBadConfig";
import { rules } from "../../policies/rules";

describe("the pack's server", () => {
  type Handlers = Record<string, (call: object, callback: (error?: object) => void) => void>;
  type AddService = (this: object, definition: object, handlers: Handlers) => void;
  const { Server } = createRequire(require.resolve("@pulumi/policy"))("@grpc/grpc-js") as {
    Server: { prototype: { addService: AddService } };
  };
  let original: AddService;
  let handlers: Handlers;
  let configured: number;

  beforeEach(() => {
    original = Server.prototype.addService;
    configured = 0;
    Server.prototype.addService = (_, given) => (handlers = given);
    refuseBadConfig(rules);
    const analyze = () => undefined;
    const configure: Handlers[string] = (_, callback) => {
      configured += 1;
      callback();
    };
    Server.prototype.addService.call({}, {}, { analyze, configure });
  });
  afterEach(() => {
    Server.prototype.addService = original;
  });

  /** Configures the pack as the engine does, and returns the error that the engine gets. */
  function configure(config: Record<string, object>): { code: number; details: string } | undefined {
    const entries = Object.entries(config).map(([name, settings]) => [
      name,
      { getProperties: () => ({ toJavaScript: () => settings }) },
    ]);
    let error: object | undefined;
    handlers["configure"]?.({ request: { getPolicyconfigMap: () => ({ entries: () => entries }) } }, (given) => {
      error = given;
    });
    return error as { code: number; details: string } | undefined;
  }

  it("hands a good configuration to the SDK, and keeps its other calls", () => {
    assert.equal(configure({ "sampling-within-limit": { otherLimit: 5 }, all: {} }), undefined);
    assert.equal(configured, 1);
    assert.ok(handlers["analyze"]);
  });

  it("refuses a bad one, with every problem, before the SDK gets it", () => {
    assert.deepEqual(configure({ "sampling-units-agree": { limits: {} }, all: { level: "x" } }), {
      code: 3,
      details:
        "The configuration of the policy pack is wrong:\n" +
        "- sampling-units-agree.limits is not a known key. Keys of this rule: none but enforcementLevel.\n" +
        "- all.level is not a known key. Keys of all: none but enforcementLevel.",
    });
    assert.equal(configured, 0);
  });
});
