import type { PolicyConfigJSONSchema, PolicyConfigJSONSchemaDefinition } from "@pulumi/policy/schema";

/** The keywords that are checked here: those that the rules use, and a test keeps it so. */
export const checkedKeywords: ReadonlySet<string> = new Set([
  "type",
  "enum",
  "minimum",
  "maximum",
  "minLength",
  "pattern",
  "items",
  "uniqueItems",
  "properties",
  "additionalProperties",
]);

/** The keywords that only tell something. */
export const describingKeywords: ReadonlySet<string> = new Set(["description", "default"]);

/**
 * What a value has that its schema does not allow; as the engine checks it, for the audit of manifests runs without one.
 *
 * @param path How messages call the value.
 */
export function schemaProblems(value: unknown, schema: PolicyConfigJSONSchema, path: string): readonly string[] {
  const problem = ownProblem(value, schema);
  if (problem) {
    return [`${path} is ${JSON.stringify(value)}, but must be ${problem}.`];
  }
  if (Array.isArray(value)) {
    return value.flatMap((item, index) => inner(item, schema.items as PolicyConfigJSONSchema, `${path}[${index}]`));
  }
  if (typeof value === "object" && value !== null) {
    return Object.entries(value).flatMap(([key, entry]) =>
      inner(
        entry,
        Object.hasOwn(schema.properties ?? {}, key) ? schema.properties![key] : schema.additionalProperties,
        `${path}.${key}`,
      ),
    );
  }
  return [];
}

/** What the value itself must be, if it is not; its parts aside. */
function ownProblem(value: unknown, schema: PolicyConfigJSONSchema): string | undefined {
  const { type, minimum, maximum, minLength, pattern } = schema;
  const types = type === undefined ? [] : [type].flat();
  if (types.length > 0 && !types.some((name) => isOfType(value, name))) {
    return types.map((name) => (/^[aio]/.test(name) ? `an ${name}` : `a ${name}`)).join(" or ");
  }
  if (schema.enum && !schema.enum.some((allowed) => JSON.stringify(allowed) === JSON.stringify(value))) {
    return `one of ${schema.enum.map((allowed) => JSON.stringify(allowed)).join(", ")}`;
  }
  if (typeof value === "number") {
    return value < (minimum ?? value)
      ? `at least ${minimum}`
      : value > (maximum ?? value)
        ? `at most ${maximum}`
        : undefined;
  }
  if (typeof value === "string") {
    const isShort = value.length < (minLength ?? 0);
    return isShort
      ? `at least ${minLength} long`
      : pattern !== undefined && !new RegExp(pattern).test(value)
        ? `text that matches ${pattern}`
        : undefined;
  }
  const isRepeated = Array.isArray(value) && new Set(value.map((item) => JSON.stringify(item))).size < value.length;
  return isRepeated && schema.uniqueItems ? "without repetitions" : undefined;
}

function inner(value: unknown, schema: PolicyConfigJSONSchemaDefinition | undefined, path: string): readonly string[] {
  if (schema === false) {
    return [`${path} is not a known key.`];
  }
  return schema === undefined || schema === true ? [] : schemaProblems(value, schema, path);
}

function isOfType(value: unknown, type: string): boolean {
  switch (type) {
    case "null":
      return value === null;
    case "array":
      return Array.isArray(value);
    case "integer":
      return Number.isInteger(value);
    case "object":
      return typeof value === "object" && value !== null && !Array.isArray(value);
    default:
      return typeof value === type;
  }
}
