import { readFile } from "node:fs/promises";
import http from "node:http";
import https from "node:https";
import { connect } from "node:net";
import { setTimeout as sleep } from "node:timers/promises";
import type { Component } from "./components";
import { interrupted, UserError } from "./interruption";

const patience = 2_000;

/** Whether a GET of this URL is answered with 200; never rejects. */
export function answersOk(url: string, ca?: string): Promise<boolean> {
  return new Promise((resolve) => {
    const client = url.startsWith("https:") ? https : http;
    // No shared agent: a kept connection would outlive a restart of what it leads to.
    const request = client.get(url, { timeout: patience, agent: false, ca }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    request.on("timeout", () => request.destroy());
    request.on("error", () => resolve(false));
  });
}

/** Whether something takes connections on this port; never rejects. */
export function listens(port: number, host = "127.0.0.1"): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host, timeout: patience });
    const end = (result: boolean) => {
      socket.destroy();
      resolve(result);
    };
    socket.on("connect", () => end(true));
    socket.on("timeout", () => end(false));
    socket.on("error", () => end(false));
  });
}

/** Waits until a component answers; fails with its last words where it ends or takes too long. */
export async function waitUntilHealthy(component: Component, seconds: number): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await component.isHealthy())) {
    const ended = component.process.pid === undefined;
    if (ended || Date.now() > deadline) {
      const log = await readFile(component.log, "utf8").catch(() => "");
      throw new UserError(
        `${component.name} ${ended ? "ended" : `was not ready after ${seconds} s`}. The end of ${component.log}:\n` +
          log.trim().split("\n").slice(-15).join("\n"),
      );
    }
    await sleep(100, undefined, { signal: interrupted });
  }
}
