// Makes the program start faster; Pulumi.yaml has Node.js load it before everything else. Each preview, and each half of an
// `up`, starts the program anew.
const Module = require("node:module");
const path = require("node:path");

const sdkRequire = Module.createRequire(require.resolve("@pulumi/pulumi"));

// Keeps what V8 compiled of the modules loaded from here on, the SDK included. A cache that NODE_COMPILE_CACHE names is used
// instead. Node before 22.1 has none and starts slower.
Module.enableCompileCache?.(path.join(__dirname, "..", "node_modules", ".cache", "compile"));

// npm's package readers and the TypeScript compiler are most of the Pulumi SDK's loading time, and the SDK needs them only
// to serialise functions, for dynamic providers. The Automation API, charts and files of YAML are for programs that use them.
const unused = ["@npmcli/arborist", "normalize-package-data", "typescript", "@pulumi/pulumi/automation"];
const charts = ["helm", "kustomize", "yaml"].map((name) => `@pulumi/kubernetes/${name}`);
[...unused, ...charts].forEach((name) => defer(name));

// To name the files of such functions, the SDK attaches V8's debugger first of all, and loading and stack traces get slow.
defer("@pulumi/pulumi/runtime/closure/v8Hooks", { isInitializedAsync: () => Promise.resolve() });

// Runs TypeScript, without a type check: `npm run check` does that once instead of every preview. Pulumi's own way, ts-node,
// loads the whole TypeScript compiler each time, which takes longer than all else that the program does.
const loadJavaScript = Module._extensions[".js"];
require("tsx/cjs");
// tsx would look for TypeScript's syntax in each JavaScript file of the SDKs as well.
Module._extensions[".js"] = loadJavaScript;

// The SDK takes a stack trace for each resource and each message to the engine. Mapping every frame of it back to
// TypeScript costs more than it tells: unmapped, a trace still names file and function.
process.setSourceMapsEnabled(false);
leaveOut("source-map-support/register");

// The SDK loads a tracer of its own work in every run, and uses it where the engine says so by this option or variable.
if (!process.argv.includes("--tracing") && process.env.TRACEPARENT === undefined) {
  ["resources", "sdk-trace-base", "sdk-trace-node", "exporter-zipkin", "instrumentation", "instrumentation-grpc"]
    .map((name) => `@opentelemetry/${name}`)
    .forEach(leaveOut);
}

/** Where the Pulumi SDK finds a module; undefined for one that it no longer needs. */
function resolve(name) {
  try {
    return sdkRequire.resolve(name);
  } catch {
    return undefined;
  }
}

/** Keeps the Pulumi SDK from loading a module that is not used in this run, or does its work in being loaded. */
function leaveOut(name) {
  const id = resolve(name);
  if (id !== undefined) {
    sdkRequire.cache[id] = { id, filename: id, loaded: true, exports: {} };
  }
}

/** Puts off loading a module until something of it is used that is not in `ready`. */
function defer(name, ready = {}) {
  const id = resolve(name);
  if (id === undefined) {
    return;
  }
  const exports = new Proxy(
    {},
    {
      get: (_, key) => {
        if (key === "__esModule") {
          return true; // else the importing module copies, and so reads, all exports at once
        }
        if (Object.hasOwn(ready, key)) {
          return ready[key];
        }
        if (sdkRequire.cache[id] === deferred) {
          delete sdkRequire.cache[id];
        }
        return sdkRequire(id)[key];
      },
    },
  );
  const deferred = { id, filename: id, loaded: true, exports };
  sdkRequire.cache[id] = deferred;
}
