import { Transform } from "node:stream";

/**
 * Istio's resources in the version that istiod reads. This istiod reads v1; OpenShift Service Mesh 2.5 serves them in older
 * versions only, and so does the embedded control plane, with the same fields. So what the data plane asks of the API server
 * is translated: it is asked for what it serves, and answers in the version that was asked for.
 */

/** The version in which OpenShift Service Mesh 2.5 serves each group that istiod 1.27 reads in `v1`. */
export const servedVersions: Readonly<Record<string, string>> = {
  "networking.istio.io": "v1beta1",
  "security.istio.io": "v1beta1",
  "telemetry.istio.io": "v1alpha1",
};

/** The path to ask the API server for, and the group whose version in the answer is to be replaced. */
export function translatePath(path: string): { path: string; group?: string } {
  const [, group, rest] = /^\/apis\/([^/?]+)\/v1([/?].*|)$/.exec(path) ?? [];
  const served = group === undefined ? undefined : servedVersions[group];
  return served === undefined ? { path } : { path: `/apis/${group}/${served}${rest}`, group };
}

/** Puts `v1` into the objects of a group, line by line: a watch is a line an event, everything else is one line. */
export function translateAnswer(group: string): Transform {
  const served = `"apiVersion":"${group}/${servedVersions[group]}"`;
  const wanted = `"apiVersion":"${group}/v1"`;
  let rest = Buffer.alloc(0);
  const translate = (line: Buffer) => line.toString("utf8").replaceAll(served, wanted);
  return new Transform({
    transform(chunk: Buffer, _, done) {
      rest = Buffer.concat([rest, chunk]);
      const end = rest.lastIndexOf("\n") + 1;
      if (end > 0) this.push(translate(rest.subarray(0, end)));
      rest = rest.subarray(end);
      done();
    },
    flush(done) {
      done(undefined, translate(rest));
    },
  });
}
