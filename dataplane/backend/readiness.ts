import http from "node:http";
import https from "node:https";
import { listens } from "../../cluster/health";
import { UserError } from "../../cluster/interruption";
import type { Container } from "../deployed";

const patience = 2_000;

/** How a container is asked whether it is ready. */
export interface Readiness {
  readonly port: number;
  /** Whether it says so now; never rejects. */
  readonly isReady: (address: string) => Promise<boolean>;
}

/**
 * The readiness probe of a container, as a kubelet runs it; where it has none, its first port has to take connections. A
 * probe by gRPC is answered by a connection too.
 * @returns a {@link UserError} is thrown for a container without probe and ports
 */
export function readinessOf(container: Container): Readiness {
  const { httpGet, tcpSocket, grpc } = container.readinessProbe ?? {};
  const wanted = httpGet?.port ?? tcpSocket?.port ?? grpc?.port ?? container.ports?.[0]?.containerPort;
  const port = container.ports?.find(({ name }) => name === wanted)?.containerPort ?? wanted;
  if (typeof port !== "number") {
    throw new UserError(`container ${container.name} has no port by which it could be asked whether it is ready`);
  }
  if (!httpGet) return { port, isReady: (address) => listens(port, address) };
  const client = httpGet.scheme === "HTTPS" ? https : http;
  return { port, isReady: (host) => answersWell(client, { host, port, path: httpGet.path ?? "/" }) };
}

/** Whether a GET is answered with success. A kubelet verifies no certificates, since it asks by address. */
function answersWell(client: typeof http | typeof https, options: https.RequestOptions): Promise<boolean> {
  return new Promise((resolve) => {
    const request = client.get(
      { ...options, timeout: patience, agent: false, rejectUnauthorized: false },
      (response) => {
        response.resume();
        const { statusCode = 0 } = response;
        resolve(statusCode >= 200 && statusCode < 400);
      },
    );
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}
