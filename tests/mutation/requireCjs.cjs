// Lets Stryker's runner for mocha (10.0.0) load mocha 12: it requires mocha's files without their ending, which is .cjs now.
require.extensions[".cjs"] ??= require.extensions[".js"];
