/**
 * How a tool that somebody has installed proves its version. Only a version that is known to work is used: what runs here
 * stands for a whole cluster, and a newer or older part fails in ways that look like the project's.
 */
export interface VersionCheck {
  /** Arguments that print the version. */
  readonly args: readonly string[];
  /** What the output must match. */
  readonly accepts: RegExp;
  /** The versions in words, for `npm run cluster -- tools`. */
  readonly versions: string;
}

/** A step before `go build`, in a copy of the module's folder, for files that it embeds. */
export type Preparation =
  /** Copies files of a required module beside the module's own; with `keep` also beside the program, which reads them. */
  | { readonly copyFrom: string; readonly files: readonly string[]; readonly keep?: true }
  /** Runs a program of the module itself. */
  | { readonly goRun: readonly string[] };

/** A program that the set-up needs, built once from pinned, checksummed Go modules unless it is there already. */
export interface Tool {
  /** The program's file name. */
  readonly name: string;
  /** What is built, as the program reports it. */
  readonly version: string;
  /** Folder beside this file with the go.mod and go.sum that pin it. */
  readonly module: string;
  /** Go package of its main function, seen from that folder. */
  readonly package: string;
  /** Variables set by the linker, mostly versions that a release build sets and clients ask for. */
  readonly linkerVariables?: Readonly<Record<string, string>>;
  readonly prepare?: readonly Preparation[];
  /** Seconds a first build takes on two cores, shared parts counted where they are first built; told beforehand. */
  readonly buildSeconds: number;
  /** When a program of this name on PATH is used instead. Left out: never, it reports no version to judge by. */
  readonly onPath?: VersionCheck;
  /** Instead of `onPath`: used where it stands in the same folder as this other tool, and that was accepted. */
  readonly besides?: string;
  /** For a Pulumi plugin: its name in `PULUMI_HOME/plugins`, where an installed one of the same version is used too. */
  readonly pulumiPlugin?: string;
}

const kubernetesVersion = {
  "k8s.io/component-base/version.gitVersion": "v1.34.1",
  "k8s.io/component-base/version.gitMajor": "1",
  "k8s.io/component-base/version.gitMinor": "34",
};

/** A Kubernetes binary: releases of one minor version differ in fixes only. */
function kubernetes(name: string, versionArgs: readonly string[], buildSeconds: number): Tool {
  return {
    name,
    version: "1.34.1",
    module: "kubernetes",
    package: `k8s.io/kubernetes/cmd/${name}`,
    linkerVariables: kubernetesVersion,
    buildSeconds,
    onPath: { args: versionArgs, accepts: /(?:^Kubernetes |Client Version: )v1\.34\.\d+\s/, versions: "1.34.x" },
  };
}

/** Every tool of the embedded control plane, in the order in which it is built: what a first look at the cluster needs comes first. */
export const tools: readonly Tool[] = [
  {
    name: "etcd",
    version: "3.6.6",
    module: "etcd",
    package: "go.etcd.io/etcd/server/v3",
    buildSeconds: 60,
    onPath: { args: ["--version"], accepts: /^etcd Version: 3\.6\.\d+\s/, versions: "3.6.x" },
  },
  {
    name: "kwok",
    version: "0.7.0",
    module: "kwok",
    package: "sigs.k8s.io/kwok/cmd/kwok",
    buildSeconds: 90,
    onPath: { args: ["--version"], accepts: /\bv0\.7\.0\b/, versions: "0.7.0" },
  },
  {
    name: "kwokctl",
    version: "0.7.0",
    module: "kwok",
    package: "sigs.k8s.io/kwok/cmd/kwokctl",
    buildSeconds: 15,
    onPath: { args: ["--version"], accepts: /\bv0\.7\.0\b/, versions: "0.7.0" },
  },
  kubernetes("kube-apiserver", ["--version"], 220),
  kubernetes("kube-controller-manager", ["--version"], 80),
  kubernetes("kube-scheduler", ["--version"], 10),
  kubernetes("kubectl", ["version", "--client"], 30),
  {
    // No version of it is taken from PATH: the program has no way to print one.
    name: "tempo-operator",
    version: "0.20.0",
    module: "tempo-operator",
    package: "github.com/grafana/tempo-operator/cmd",
    buildSeconds: 105,
  },
  {
    name: "pulumi",
    version: "3.259.0",
    module: "pulumi-cli",
    package: "github.com/pulumi/pulumi/pkg/v3/cmd/pulumi",
    linkerVariables: { "github.com/pulumi/pulumi/sdk/v3/go/common/version.Version": "v3.259.0" },
    buildSeconds: 200,
    onPath: { args: ["version"], accepts: /^v3\.259\.0\s/, versions: "3.259.0" },
  },
  {
    name: "pulumi-language-nodejs",
    version: "3.188.0",
    module: "language-nodejs",
    package: "github.com/pulumi/pulumi/sdk/nodejs/cmd/pulumi-language-nodejs/v3",
    buildSeconds: 35,
    besides: "pulumi",
  },
  {
    name: "pulumi-resource-kubernetes",
    version: "4.25.0",
    module: "provider-kubernetes",
    package: ".",
    linkerVariables: { "github.com/pulumi/pulumi-kubernetes/provider/v4/pkg/version.Version": "4.25.0" },
    prepare: [
      {
        copyFrom: "github.com/pulumi/pulumi-kubernetes/provider/v4",
        files: ["cmd/pulumi-resource-kubernetes/schema.json", "cmd/pulumi-resource-kubernetes/terraform-mapping.json"],
      },
    ],
    buildSeconds: 385,
    pulumiPlugin: "resource-kubernetes-v4.25.0",
  },
  {
    name: "pulumi-resource-random",
    version: "4.18.2",
    module: "provider-random",
    package: ".",
    prepare: [{ goRun: ["./cmd/tfgen", "schema", "--out", "."] }],
    buildSeconds: 200,
    pulumiPlugin: "resource-random-v4.18.2",
  },
];

/** What only tests run: the storage server and client that the program's jobs speak to, where pods are simulated. */
export const testTools: readonly Tool[] = [
  {
    name: "minio",
    version: "2026-02-12",
    module: "minio",
    package: "github.com/minio/minio",
    buildSeconds: 150,
  },
  {
    name: "mc",
    version: "2025-03-13",
    module: "minio",
    package: "github.com/minio/mc",
    buildSeconds: 10,
  },
];

/** One of Istio's programs; releases set the version that it reports. */
function istio(name: string, buildSeconds: number, prepare?: readonly Preparation[]): Tool {
  return {
    name,
    version: "1.27",
    module: "istio",
    package: `istio.io/istio/pilot/cmd/${name}`,
    linkerVariables: { "istio.io/istio/pkg/version.buildVersion": "1.27" },
    prepare,
    buildSeconds,
  };
}

/** What only the data plane runs: nobody who does without it waits for these builds. */
export const dataPlaneTools: readonly Tool[] = [
  istio("pilot-discovery", 190),
  // The template of Envoy's first configuration is part of the proxy's image.
  istio("pilot-agent", 30, [
    { copyFrom: "istio.io/istio", files: ["tools/packaging/common/envoy_bootstrap.json"], keep: true },
  ]),
  {
    // A commit after 2.6.0: later releases exist for Go only under versions that nobody tagged.
    name: "tempo",
    version: "2.6",
    module: "tempo",
    package: "github.com/grafana/tempo/cmd/tempo",
    linkerVariables: { "main.Version": "2.6", "main.Revision": "ed943d7a56b2" },
    buildSeconds: 140,
  },
  {
    name: "tempo-query",
    version: "2.6",
    module: "tempo",
    package: "github.com/grafana/tempo/cmd/tempo-query",
    buildSeconds: 20,
  },
  {
    // The release that the tempo-operator deploys.
    name: "jaeger-query",
    version: "1.68.0",
    module: "jaeger",
    package: "github.com/jaegertracing/jaeger/cmd/query",
    linkerVariables: { "github.com/jaegertracing/jaeger/internal/version.latestVersion": "v1.68.0" },
    buildSeconds: 120,
  },
  {
    name: "kiali",
    version: "1.89.0",
    module: "kiali",
    package: "github.com/kiali/kiali",
    linkerVariables: { "main.version": "v1.89.0" },
    buildSeconds: 100,
  },
];

/** Go release that the pinned modules ask for at least (the `go` line of their go.mod). */
export const goVersion = { major: 1, minor: 26 };

/** Free space that a build of everything needs, in GiB: Go's module cache 6, build cache 12, the tools 1. */
export const buildSpaceGiB = 20;
