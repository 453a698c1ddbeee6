import { createRequire } from "node:module";
import { configError, nameProblems } from "./packConfig";
import type { Rule } from "./rule";

/** The parts of gRPC that are used here; the SDK has the library, this pack does not. */
interface Grpc {
  readonly Server: {
    readonly prototype: { addService: (this: object, definition: object, handlers: Handlers) => void };
  };
}
interface Handlers {
  configure?: (call: ConfigureCall, callback: (error: object) => void) => void;
}
interface ConfigureCall {
  readonly request: {
    getPolicyconfigMap(): {
      entries(): Iterable<[string, { getProperties(): { toJavaScript(): Record<string, unknown> } }]>;
    };
  };
}

const invalidArgument = 3;

/**
 * Makes the pack refuse a configuration with names that do not exist before anything is judged; to be called before the
 * pack is made. Levels, types and ranges the engine has checked before. The SDK has no place for it: a rule sees only its own
 * settings. So this steps in where the SDK takes the engine's call.
 */
export function refuseBadConfig(rules: readonly Rule[]): void {
  const { prototype } = (createRequire(require.resolve("@pulumi/policy"))("@grpc/grpc-js") as Grpc).Server;
  const addService = prototype.addService;
  prototype.addService = function (definition, handlers) {
    const { configure } = handlers;
    const checked: Handlers = {
      ...handlers,
      configure: (call, callback) => {
        const entries = [...call.request.getPolicyconfigMap().entries()];
        const config = Object.fromEntries(entries.map(([name, value]) => [name, value.getProperties().toJavaScript()]));
        const problems = nameProblems(rules, config);
        if (problems.length > 0) {
          callback({ code: invalidArgument, details: configError(problems) });
        } else {
          configure?.(call, callback);
        }
      },
    };
    addService.call(this, definition, checked);
  };
}
