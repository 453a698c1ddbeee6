import { writeFileSync } from "node:fs";
import * as path from "node:path";
import { format, resolveConfig } from "prettier";
import { stackFileJsonSchema } from "../components/config";

/** Where editors look for it: the first line of each `Pulumi.<stack>.yaml` names this file. */
const file = path.join(__dirname, "..", "stack.schema.json");

async function write(): Promise<void> {
  const options = { ...(await resolveConfig(file)), filepath: file };
  writeFileSync(file, await format(JSON.stringify(stackFileJsonSchema()), options));
}

void write();
