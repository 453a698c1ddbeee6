import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { z } from "zod";
import { UserError } from "../cluster/interruption";
import { hexId } from "../components/jobs/traces.mjs";
import { verifyFlags } from "./verifyFlags";

/** The file that a user names, from the folder in which the command was given. */
export function userFile(name: string): string {
  return path.resolve(process.env.INIT_CWD ?? process.cwd(), name);
}

/** A number between two bounds, in steps; its text must be nothing else. */
function number(low: number, high: number, step?: number) {
  const kind = step === undefined ? "a number" : "a whole number";
  const message = `${kind} from ${low} to ${high} is allowed`;
  const range = z.number(message).min(low, message).max(high, message);
  const parsed = z.string().regex(/\S/, message).transform(Number);
  return parsed.pipe(step === undefined ? range : range.multipleOf(step, message));
}

const url = z.url({ protocol: /^https?$/, error: "a URL that begins with http:// or https:// is allowed" });

/** The content of a file. */
const content = z.string().transform((name, context) => {
  try {
    return readFileSync(userFile(name));
  } catch (error) {
    context.addIssue({ code: "custom", message: `it cannot be read: ${(error as Error).message}` });
    return z.NEVER;
  }
});

const traceId = z
  .string()
  .regex(/^[0-9a-fA-F]{1,32}$/, "up to 32 hexadecimal digits are allowed")
  .transform((id) => hexId(id, 32));
const service = z
  .string()
  .regex(/^[^.\s]+\.[^.\s]+$/, "<app>.<namespace> is allowed, as the service's proxy names itself");
const versions = z
  .string()
  .regex(/^[^=\s]+=[^=\s]+$/, "<app>.<namespace>=<version>,<version> is allowed")
  .transform((text) => {
    const [name = "", list = ""] = text.split("=");
    return [name, list.split(",")] as const;
  });

const schema = z
  .strictObject({
    send: number(1, 1_000, 1).optional(),
    url: url.optional(),
    host: z.string().optional(),
    rate: number(0.1, 50).default(5),
    trace: z.array(traceId).default([]),
    since: number(1, 604_800, 1).default(600),
    service: z.string().default("productpage"),
    namespace: z.string().default("bookinfo"),
    expect: z.array(service).optional(),
    versions: z
      .array(versions)
      .default([])
      .transform((entries) => Object.fromEntries(entries)),
    "min-traces": number(1, 100, 1).default(1),
    "max-orphans": number(0, 100).default(0),
    timeout: number(1, 3_600, 1).default(60),
    stack: z.string().optional(),
    "kiali-url": url.optional(),
    "token-file": content.transform((token) => token.toString("utf8").trim()).optional(),
    "ca-file": content.optional(),
    context: z.string().optional(),
    "no-cluster": z.boolean().default(false),
    "control-plane": z.string().default("istio-system"),
    gateway: z.string().default("istio=ingressgateway"),
    json: z.string().optional(),
    junit: z.string().optional(),
    report: z.string().optional(),
  })
  .refine(({ send, trace }) => send === undefined || trace.length === 0, {
    path: ["trace"],
    error: "--send looks for the traces of its own requests: leave one of the two out",
  })
  .refine(({ send, url: page, stack }) => send === undefined || page !== undefined || stack !== undefined, {
    path: ["send"],
    error: "--url is needed too, or --stack to take productpage's URL from",
  });

/** What is asked of `verify` or `report`, checked; named as its flags are. */
export type VerifyOptions = z.output<typeof schema>;

/**
 * Reads the command line of `verify` or `report`.
 *
 * @param args what follows the command's name
 * @param allowPositionals whether other words than flags may stand there
 * @returns the options and the other words; undefined where help is asked for
 * @throws UserError with all that is wrong
 */
export function parseOptions(
  args: readonly string[],
  allowPositionals = false,
): { options: VerifyOptions; positionals: string[] } | undefined {
  const { values, positionals } = parseFlags(args, allowPositionals);
  const { help, ...flags } = values;
  if (help) {
    return undefined;
  }
  const { success, data, error } = schema.safeParse(flags);
  if (!success) {
    throw new UserError(error.issues.map((issue) => problem(issue, flags)).join("\n"));
  }
  return { options: data, positionals };
}

/** The services that must have a span in every trace, the entry service first. */
export function expectedServices({ service: name, namespace, expect }: VerifyOptions): string[] {
  const entry = `${name}.${namespace}`;
  const bookinfo = entry === "productpage.bookinfo" ? ["details.bookinfo", "reviews.bookinfo"] : [];
  return [...new Set([entry, ...(expect ?? bookinfo)])];
}

function problem({ path: [flag, index], message }: z.core.$ZodIssue, flags: Record<string, unknown>): string {
  const value = flags[String(flag)];
  const found = Array.isArray(value) && typeof index === "number" ? (value[index] as string) : value;
  return `--${String(flag)}${typeof found === "string" ? ` is ${found}` : ""}: ${message}`;
}

function parseFlags(args: readonly string[], allowPositionals: boolean) {
  try {
    return parseArgs({ args: [...args], options: verifyFlags, allowPositionals });
  } catch (error) {
    throw new UserError(`${(error as Error).message}\n--help has the options`);
  }
}
