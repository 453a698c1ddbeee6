import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import * as path from "node:path";
import { stackFileJsonSchema } from "../../components/config";
import { groups } from "../../policies/rules";
import { presets } from "../../policies/presets/definition";
import { root } from "../helpers/program";

const read = (file: string) => readFileSync(path.join(root, file), "utf8");
const inDocs = readdirSync(path.join(root, "docs")).filter((file) => file.endsWith(".md"));
const pages = ["README.md", "policies/README.md", ...inDocs.map((file) => `docs/${file}`)];
const readme = read("README.md");

interface Schema {
  readonly properties?: Record<string, Schema>;
}

/** Key paths of a schema's leaves, such as `traceStore.resources.memory`. */
function leaves(schema: Schema, prefix: string): string[] {
  return schema.properties === undefined
    ? [prefix]
    : Object.entries(schema.properties).flatMap(([key, inner]) =>
        leaves(inner, prefix === "" ? key : `${prefix}.${key}`),
      );
}

/** First cells of the table rows that begin with code. */
function firstCells(text: string): string[] {
  return [...text.matchAll(/^\| `([^`]+)`/gm)].map(([, cell]) => cell!);
}

function section(title: string): string {
  const [, rest] = readme.split(new RegExp(`^## ${title}$`, "m"));
  assert.ok(rest, `the README has no section ${title}`);
  return rest.split(/^## /m)[0]!;
}

/** The anchors that GitHub gives the headings of a page. */
function anchors(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    title!
      .toLowerCase()
      .replace(/[^\w\- ]/g, "")
      .replaceAll(" ", "-"),
  );
}

describe("the documentation", () => {
  it("has every configuration key in the README's table, and no other", () => {
    const { properties } = (stackFileJsonSchema() as { properties: { config: Schema } }).properties.config;
    const keys = Object.entries(properties!).flatMap(([key, schema]) =>
      leaves(schema, key.replace("mesh-tracing:", "")),
    );
    assert.deepEqual(firstCells(section("Configuration")).sort(), keys.sort());
  });

  it("has every group of policies in the README's table, and no other", () => {
    assert.deepEqual(firstCells(section("Policies")), Object.keys(groups));
  });

  it("has every preset in the pack's table, and no other", () => {
    assert.deepEqual(firstCells(read("policies/README.md")), Object.keys(presets));
  });

  it("names only npm scripts that exist", () => {
    const { scripts } = JSON.parse(read("package.json")) as { scripts: Record<string, string> };
    for (const page of pages) {
      for (const [command, script] of read(page).matchAll(/npm run (?:-s )?([a-z:]+)( -w policies)?/g)) {
        assert.ok(script! in scripts || command === "npm run build -w policies", `${page}: ${command}`);
      }
    }
  });

  for (const page of pages) {
    it(`${page} links only to pages and headings that exist`, () => {
      for (const [link, target, anchor] of read(page).matchAll(/\]\((?!https?:)([^)#]*)(?:#([^)]*))?\)/g)) {
        const file = target === "" ? page : path.join(path.dirname(page), target!);
        assert.ok(existsSync(path.join(root, file)), `${link}: there is no ${file}`);
        assert.ok(anchor === undefined || anchors(read(file)).includes(anchor), `${link}: no such heading in ${file}`);
      }
    });

    it(`${page} shows only images that exist`, () => {
      for (const [, file] of read(page).matchAll(/ src(?:set)?="([^"]+)"/g)) {
        assert.ok(existsSync(path.join(root, path.dirname(page), file!)), `there is no ${file}`);
      }
    });

    it(`${page} names only files that exist`, () => {
      const folders = "components|policies|cluster|dataplane|cli|report|bench|tests|docs";
      for (const [, file] of read(page).matchAll(new RegExp(`\`((?:${folders})/[\\w./-]*)\``, "g"))) {
        assert.ok(existsSync(path.join(root, file!)), `there is no ${file}`);
      }
    });
  }

  it("says of each defect of the reference what is done about it", () => {
    const defects = [...read("docs/reference-coverage.md").matchAll(/^\| (D\d+) /gm)].map(([, defect]) => defect);
    assert.deepEqual(
      defects,
      Array.from({ length: 15 }, (_, index) => `D${index + 1}`),
    );
  });
});
