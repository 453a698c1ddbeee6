import "./startup";
import { dirname } from "node:path";
import { PolicyPack } from "@pulumi/policy";
import { refuseBadConfig } from "./pack/refuseBadConfig";
import { rules } from "./rules";
import { shareProperties } from "./pack/sharedProperties";

// PolicyPack reads its version from the working directory's package.json. Depending on the version of the Node.js
// language host that is the folder of the pack or of the program that is being checked.
process.chdir(dirname(__dirname));

refuseBadConfig(rules);
shareProperties();
new PolicyPack("mesh-tracing", {
  displayName: "Mesh tracing",
  provider: "kubernetes",
  tags: ["istio", "tracing"],
  enforcementLevel: "mandatory",
  policies: [...rules],
});
