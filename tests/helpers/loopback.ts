import * as http from "node:http";
import * as https from "node:https";
import { createServer, type AddressInfo } from "node:net";

/** A port of loopback that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** A server on a free port of loopback that answers as a test says. */
export class Loopback {
  private constructor(
    private readonly server: http.Server,
    /** Its URL, by IP address. */
    readonly url: string,
  ) {}

  /** Starts one, over TLS where options for that are given. */
  static async start(handler: http.RequestListener, tls?: https.ServerOptions): Promise<Loopback> {
    const server = tls === undefined ? http.createServer(handler) : https.createServer(tls, handler);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return new Loopback(server, `${tls === undefined ? "http" : "https"}://127.0.0.1:${port}`);
  }

  /** Ends it and every connection to it. */
  stop(): void {
    this.server.closeAllConnections();
    this.server.close();
  }
}
