import { createRequire } from "node:module";
import { unknownKeys } from "./config";
import type { Rule } from "./rule";

/** Settings by rule, without the levels, as Pulumi hands them to the pack. */
export type PackConfig = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * What is wrong with the pack's configuration and Pulumi lets pass: rules and keys that do not exist. A misspelt name
 * would silently leave the default in force. Levels, types and ranges Pulumi checks itself.
 */
export function configProblems(rules: readonly Rule[], config: PackConfig): readonly string[] {
  return Object.entries(config).flatMap(([name, settings]) => {
    const rule = rules.find((candidate) => candidate.name === name);
    if (!rule && name !== "all") {
      return [`${name} is no rule of the pack. ${suggestion(rules, name)}`];
    }
    const known = Object.keys(rule?.configSchema?.properties ?? {}).join(", ") || "none but enforcementLevel";
    return unknownKeys(rule?.configSchema, settings).map(
      (key) => `${name}.${key} is not a known key. Keys of ${rule ? "this rule" : "all"}: ${known}.`,
    );
  });
}

/** Rules that have a word in common with a name, else all. */
function suggestion(rules: readonly Rule[], name: string): string {
  const names = rules.map((rule) => rule.name);
  const words = new Set(name.split("-").filter((word) => word.length > 2));
  const like = names.filter((other) => other.split("-").some((word) => words.has(word)));
  return like.length > 0 ? `Rules with a like name: ${like.join(", ")}.` : `Its rules: ${names.join(", ")}.`;
}

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
 * Makes the pack refuse a bad configuration before anything is judged; to be called before the pack is made. The SDK
 * has no place for it: a rule sees only its own settings. So this steps in where the SDK takes the engine's call.
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
        const problems = configProblems(rules, config);
        if (problems.length > 0) {
          callback({
            code: invalidArgument,
            details: ["The configuration of the policy pack is wrong:", ...problems].join("\n- "),
          });
        } else {
          configure?.(call, callback);
        }
      },
    };
    addService.call(this, definition, checked);
  };
}
