import { createRequire, enableCompileCache, flushCompileCache } from "node:module";
import { join } from "node:path";

/**
 * Makes the pack start faster; to be imported before everything else. Each preview and each update starts the pack anew,
 * and the start is most of what it costs.
 */

// Keeps what V8 compiled of the modules loaded from here on. If NODE_COMPILE_CACHE names a cache, that one is used, and
// covers the engine's launcher too. Node before 22.8 has none and starts slower.
enableCompileCache?.(join(__dirname, ".compile-cache"));
// The engine kills the pack instead of letting it exit, so Node would never write the cache by itself.
setImmediate(() => flushCompileCache?.());

// npm's package readers and the TypeScript compiler are most of the Pulumi SDK's loading time, and the SDK needs them only
// to serialise functions, for dynamic providers. The Automation API is for programs that use it.
["@npmcli/arborist", "normalize-package-data", "typescript", "@pulumi/pulumi/automation"].forEach(defer);

/** Puts off loading a package of the Pulumi SDK until it is used. */
function defer(name: string): void {
  const sdkRequire = createRequire(require.resolve("@pulumi/pulumi"));
  let id: string;
  try {
    id = sdkRequire.resolve(name);
  } catch {
    return; // An SDK without it is as fast already.
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
