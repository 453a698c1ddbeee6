import { createRequire, enableCompileCache } from "node:module";
import * as path from "node:path";

/**
 * Makes the program start faster; to be imported before everything else. Each preview, and each half of an `up`, starts
 * the program anew.
 */

// Keeps what V8 compiled of the modules loaded from here on. A cache that NODE_COMPILE_CACHE names is used instead, and
// then covers the engine's launcher too. Node before 22.1 has none and starts slower.
enableCompileCache?.(path.join(__dirname, "..", "node_modules", ".cache", "compile"));

// The SDK takes a stack trace for each resource and each message to the engine. ts-node maps every frame of it back to
// TypeScript, which costs more than all else that the program does; unmapped, a trace still names file and function.
delete (Error as { prepareStackTrace?: unknown }).prepareStackTrace;

deferArborist();

/**
 * Puts off loading npm's dependency resolver until it is used. It is half of the Pulumi SDK's loading time, and the SDK
 * needs it only to serialise functions, for dynamic providers.
 */
function deferArborist(): void {
  const sdkRequire = createRequire(require.resolve("@pulumi/pulumi"));
  let id: string;
  try {
    id = sdkRequire.resolve("@npmcli/arborist");
  } catch {
    return; // An SDK that has no such dependency is as fast already.
  }
  const exports = new Proxy(
    {},
    {
      get: (_, key) => {
        if (key === "__esModule") {
          return true; // else the importing module copies, and so reads, all exports at once
        }
        if (sdkRequire.cache[id] === deferred) {
          delete sdkRequire.cache[id];
        }
        return (sdkRequire(id) as Record<string | symbol, unknown>)[key];
      },
    },
  );
  const deferred = { id, filename: id, loaded: true, exports } as NodeJS.Module;
  sdkRequire.cache[id] = deferred;
}
