import { isAlias, isMap, isScalar, isSeq, LineCounter, parseAllDocuments, type Document, type Node } from "yaml";
import type { Resource } from "../kubernetes/match";

/** A place in an object: keys of maps and indices of lists. */
export type Path = readonly (string | number)[];

/** A Kubernetes object as a manifest has it. */
export interface ManifestObject {
  /** The object as a Pulumi program would register it. */
  readonly resource: Resource;
  /** Where it stands: the name of the file, as it was given. */
  readonly file: string;
  /** The line, from 1, of a field; of what encloses it if the manifest leaves it out. */
  lineOf(path: Path): number;
}

/** What one file has. */
export interface Manifest {
  readonly objects: readonly ManifestObject[];
  /** How many documents have content but are no Kubernetes objects, such as a chart's values. */
  readonly skipped: number;
}

/** A file that is not valid YAML; the message has every problem with its place. */
export class ManifestError extends Error {
  override readonly name = "ManifestError";
}

/**
 * Reads Kubernetes objects from YAML or JSON: several documents, and the lists that `kubectl get -o yaml` prints.
 *
 * @param file How messages call the text's origin.
 * @param environment Name of the stack that the objects are taken to belong to; the rules on environments go by it.
 * @throws ManifestError for text that is not YAML.
 */
export function readManifest(text: string, file: string, environment: string): Manifest {
  const lines = new LineCounter();
  const documents = parseAllDocuments(text, { lineCounter: lines, ...likeKubectl });
  const parsed = [...documents];
  const problems = parsed.flatMap(({ errors }) =>
    errors.map(({ message, linePos }) => `${file}:${linePos?.[0].line ?? 1}: ${message.split("\n", 1)[0]}`),
  );
  if (problems.length > 0) {
    throw new ManifestError(problems.join("\n"));
  }
  const objects: ManifestObject[] = [];
  let skipped = 0;
  for (const document of parsed) {
    const value = valueOf(document, file);
    const found = objectsIn(value, []);
    skipped += found.length === 0 && value !== null && !isList(value) ? 1 : 0;
    for (const { object, path } of found) {
      objects.push({
        resource: resourceOf(object, environment, `${file}#${objects.length + 1}`),
        file,
        lineOf: (field) => lineOf(document, lines, [...path, ...field]),
      });
    }
  }
  return { objects, skipped };
}

/**
 * kubectl reads YAML 1.1, where `yes` and `on` are true, but without its times: `2024-01-01` and `1:30` are text there.
 */
const likeKubectl = {
  version: "1.1",
  customTags: (tags: readonly unknown[]) =>
    tags.filter((tag) => {
      const { tag: name, format } = tag as { tag?: string; format?: string };
      return name !== "tag:yaml.org,2002:timestamp" && format !== "TIME";
    }),
} as unknown as Parameters<typeof parseAllDocuments>[1];

type Fields = Record<string, unknown>;

function valueOf(document: Document, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    // Aliases without an anchor, or so many that they would fill the memory.
    throw new ManifestError(`${file}: ${(error as Error).message}`);
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isObject(value: unknown): value is Fields & { apiVersion: string; kind: string } {
  return isFields(value) && typeof value["apiVersion"] === "string" && typeof value["kind"] === "string";
}

function isList(value: unknown): value is Fields & { apiVersion: string; kind: string; items: readonly unknown[] } {
  return isObject(value) && value.kind.endsWith("List") && Array.isArray(value["items"]);
}

/** The object of a document, or those of a list in it, and where in the document each stands. */
function objectsIn(value: unknown, path: Path): readonly { object: Fields; path: Path }[] {
  if (!isList(value)) {
    return isObject(value) ? [{ object: value, path }] : [];
  }
  // The items of a typed list (`PodList`) need not say again what they are.
  const { apiVersion, kind } = value;
  const ofItems = kind === "List" ? {} : { apiVersion, kind: kind.slice(0, -"List".length) };
  return value.items.flatMap((item, index) =>
    isFields(item) ? objectsIn({ ...ofItems, ...item }, [...path, "items", index]) : [],
  );
}

/** @param name Pulumi's name for it: unlike the object's own it is unique, for overlays declare one object twice. */
function resourceOf(object: Fields, environment: string, name: string): Resource {
  const apiVersion = object["apiVersion"] as string;
  // Pulumi calls the group without a name `core`.
  const type = `kubernetes:${apiVersion.includes("/") ? apiVersion : `core/${apiVersion}`}:${object["kind"] as string}`;
  return { type, urn: `urn:pulumi:${environment}::manifests::${type}::${name}`, props: object };
}

function lineOf(document: Document, lines: LineCounter, path: Path): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const segment of path) {
    const container: unknown = isAlias(node) ? node.resolve(document) : node;
    if (isMap(container)) {
      const pair = container.items.find(({ key }) => isScalar(key) && String(key.value) === String(segment));
      offset = startOf(pair?.key) ?? offset;
      node = pair?.value;
    } else {
      node = isSeq(container) ? container.items[Number(segment)] : undefined;
      offset = startOf(node) ?? offset;
    }
  }
  return lines.linePos(offset).line;
}

function startOf(node: unknown): number | undefined {
  return (node as Node | undefined)?.range?.[0];
}
