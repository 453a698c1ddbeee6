/** The HTTPS server behind the stand-ins' admission webhooks. */
import { createServer, type Server } from "node:https";
import type { IncomingMessage } from "node:http";
import type { KubeObject } from "./objects";
import type { Certificate } from "./certificates";

/** What the API server asks about one write. */
export interface AdmissionRequest {
  readonly uid: string;
  readonly operation: "CREATE" | "UPDATE" | "DELETE" | "CONNECT";
  readonly namespace?: string;
  readonly name?: string;
  readonly object: KubeObject | null;
  readonly oldObject: KubeObject | null;
  readonly userInfo: {
    readonly username?: string;
    readonly uid?: string;
    readonly groups?: readonly string[];
    readonly extra?: Readonly<Record<string, readonly string[]>>;
  };
}

/** One operation of RFC 6902. */
export interface JsonPatch {
  readonly op: "add" | "replace" | "remove";
  readonly path: string;
  readonly value?: unknown;
}

/** The answer: an object with changes, or a refusal with the HTTP status and the words the client sees. */
export type Verdict =
  { readonly patch: readonly JsonPatch[] } | { readonly refused: { readonly code: number; readonly message: string } };

/** Judges one write. Throwing, or a rejection, is a failure of the webhook, not a refusal. */
export type Webhook = (request: AdmissionRequest) => Verdict | Promise<Verdict>;

/** Allows a write as it is. */
export const allowed: Verdict = { patch: [] };

/** Refuses a write with status 400. */
export function badRequest(message: string): Verdict {
  return { refused: { code: 400, message } };
}

/** Refuses a write with status 403. */
export function forbidden(message: string): Verdict {
  return { refused: { code: 403, message } };
}

/** Serves webhooks by path on 127.0.0.1; resolves when it listens. Rejects when the port is taken. */
export async function serve(
  webhooks: Readonly<Record<string, Webhook>>,
  port: number,
  { cert, key }: Certificate,
): Promise<Server> {
  const server = createServer({ cert, key }, (request, response) => {
    void answer(webhooks, request).then(
      (body) => response.writeHead(200, { "content-type": "application/json" }).end(body),
      (error: unknown) => response.writeHead(503).end(error instanceof Error ? error.message : String(error)),
    );
  });
  return new Promise((resolve, reject) => {
    server.once("error", reject).listen(port, "127.0.0.1", () => resolve(server));
  });
}

async function answer(webhooks: Readonly<Record<string, Webhook>>, message: IncomingMessage): Promise<string> {
  const path = new URL(message.url ?? "/", "https://localhost").pathname;
  const webhook = webhooks[path];
  if (webhook === undefined) throw new Error(`no webhook at ${path}`);
  const review = JSON.parse((await message.setEncoding("utf8").toArray()).join("")) as {
    apiVersion: string;
    request: AdmissionRequest;
  };
  const verdict = await webhook(review.request);
  const { uid } = review.request;
  const response =
    "refused" in verdict
      ? { uid, allowed: false, status: verdict.refused }
      : verdict.patch.length === 0
        ? { uid, allowed: true }
        : { uid, allowed: true, patchType: "JSONPatch", patch: encode(verdict.patch) };
  return JSON.stringify({ apiVersion: review.apiVersion, kind: "AdmissionReview", response });
}

function encode(patch: readonly JsonPatch[]): string {
  return Buffer.from(JSON.stringify(patch)).toString("base64");
}
