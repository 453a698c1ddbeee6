import { enableCompileCache, flushCompileCache } from "node:module";
import { join } from "node:path";

/**
 * Keeps the code that V8 compiled for the modules loaded after this one. Each preview and each update starts the pack
 * anew, and most of that start is compiling the Pulumi SDK. A cache that NODE_COMPILE_CACHE names is used instead,
 * which then covers the engine's own launcher too. Node before 22.8 has no such cache and just starts slower.
 */
enableCompileCache?.(join(__dirname, ".compile-cache"));

// The engine kills the pack instead of letting it exit, so Node would never write the cache by itself.
setImmediate(() => flushCompileCache?.());
