import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { realFiles, realFolder } from "./realDefinitions";

interface Schema {
  type?: string;
  format?: string;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  additionalProperties?: Schema | boolean;
  items?: Schema;
  "x-kubernetes-preserve-unknown-fields"?: boolean;
}

interface Crd {
  metadata: { name: string };
  spec: {
    group: string;
    scope: string;
    names: object;
    versions: { name: string; served: boolean; subresources?: object; schema: { openAPIV3Schema: Schema } }[];
  };
}

const folder = join(__dirname, "..", "..", "cluster", "crds");
function read(file: string): Crd {
  return parse(readFileSync(file, "utf8"), { maxAliasCount: -1 }) as Crd;
}

/** Where one of our schemas says something that the real one does not say. */
function differences(ours: Schema, real: Schema | undefined, path: string): string[] {
  if (real === undefined) return [`${path}: not in the real definition`];
  if (ours.type !== real.type) return [`${path}: ${ours.type ?? "no type"}, really ${real.type ?? "no type"}`];
  const found: string[] = [];
  for (const fact of ["format", "minimum", "maximum"] as const) {
    if (ours[fact] !== undefined && ours[fact] !== real[fact]) found.push(`${path}: ${fact} ${String(real[fact])}`);
  }
  const values = ours.enum?.filter((value) => !real.enum?.includes(value)) ?? [];
  if (values.length > 0) found.push(`${path}: values ${values.join(", ")}`);
  const required = ours.required?.filter((name) => real.required?.includes(name) !== true) ?? [];
  if (required.length > 0) found.push(`${path}: does not require ${required.join(", ")}`);
  const missing = real.required?.filter((name) => ours.required?.includes(name) !== true) ?? [];
  if (missing.length > 0) found.push(`${path}: requires ${missing.join(", ")}`);
  for (const [name, schema] of Object.entries(ours.properties ?? {})) {
    const isMetadata = path === "" && ["apiVersion", "kind", "metadata"].includes(name);
    if (!isMetadata) found.push(...differences(schema, real.properties?.[name], `${path}.${name}`));
  }
  if (ours.items !== undefined) found.push(...differences(ours.items, real.items, `${path}[]`));
  if (typeof ours.additionalProperties === "object") {
    const values = typeof real.additionalProperties === "object" ? real.additionalProperties : undefined;
    found.push(...differences(ours.additionalProperties, values, `${path}{}`));
  }
  return found;
}

describe("definitions of the custom resources", () => {
  const files = readdirSync(folder);

  it("are one a file, under the definition's name", () => {
    for (const file of files) assert.equal(`${read(join(folder, file)).metadata.name}.yaml`, file);
    assert.deepEqual(files.map((file) => file.replace(/\.yaml$/, "")).sort(), Object.keys(realFiles).sort());
  });

  it("are structural: each node has a type, and status is a subresource", () => {
    const untyped = (schema: Schema, path: string): string[] => [
      ...(schema.type === undefined ? [path] : []),
      ...Object.entries(schema.properties ?? {}).flatMap(([name, child]) => untyped(child, `${path}.${name}`)),
      ...(schema.items === undefined ? [] : untyped(schema.items, `${path}[]`)),
    ];
    for (const file of files) {
      const { spec } = read(join(folder, file));
      for (const { schema, subresources } of spec.versions) {
        assert.deepEqual(untyped(schema.openAPIV3Schema, file), []);
        assert.deepEqual(subresources, { status: {} });
      }
    }
  });

  it("keep unknown fields in a specification nowhere, so that a misspelt one is noticed", () => {
    const open = (schema: Schema, path: string): string[] => [
      ...(schema["x-kubernetes-preserve-unknown-fields"] === true ? [path] : []),
      ...Object.entries(schema.properties ?? {}).flatMap(([name, child]) => open(child, `${path}.${name}`)),
      ...(schema.items === undefined ? [] : open(schema.items, `${path}[]`)),
    ];
    for (const file of files) {
      const [version] = read(join(folder, file)).spec.versions;
      assert.deepEqual(open(version?.schema.openAPIV3Schema.properties?.spec ?? {}, file), []);
    }
  });

  for (const file of files) {
    const ours = read(join(folder, file));
    it(`${ours.metadata.name} says nothing that the real one does not`, function () {
      const realFile = join(realFolder, realFiles[ours.metadata.name] ?? "");
      if (!existsSync(realFile)) return this.skip();
      const real = read(realFile);
      assert.deepEqual(ours.spec.names, real.spec.names);
      assert.equal(ours.spec.group, real.spec.group);
      assert.equal(ours.spec.scope, real.spec.scope);
      for (const version of ours.spec.versions) {
        const same = real.spec.versions.find(({ name }) => name === version.name);
        assert.equal(same?.served, version.served, version.name);
        assert.deepEqual(same.subresources, version.subresources);
        const found = differences(version.schema.openAPIV3Schema, same.schema.openAPIV3Schema, "");
        assert.deepEqual(found, []);
      }
    });
  }
});
