import assert from "node:assert/strict";
import { Recorder } from "../helpers/mocks";
import { runProgram, stackConfig } from "../helpers/program";

/** The fields of a pod that Kubernetes' restricted standard and OpenShift's restricted-v2 judge. */
interface PodSpec {
  readonly hostNetwork?: boolean;
  readonly hostPID?: boolean;
  readonly hostIPC?: boolean;
  readonly securityContext?: SecurityContext & { readonly fsGroup?: number; readonly supplementalGroups?: number[] };
  readonly initContainers?: readonly Container[];
  readonly containers: readonly Container[];
  readonly volumes?: readonly Readonly<Record<string, unknown>>[];
}

interface SecurityContext {
  readonly runAsNonRoot?: boolean;
  readonly runAsUser?: number;
  readonly seLinuxOptions?: unknown;
  readonly seccompProfile?: { readonly type: string };
}

interface Container {
  readonly name: string;
  readonly image: string;
  readonly env?: readonly { readonly name: string; readonly value?: string }[];
  readonly ports?: readonly { readonly hostPort?: number }[];
  readonly resources?: {
    readonly requests?: Readonly<Record<string, string>>;
    readonly limits?: Readonly<Record<string, string>>;
  };
  readonly securityContext?: SecurityContext & {
    readonly privileged?: boolean;
    readonly allowPrivilegeEscalation?: boolean;
    readonly capabilities?: { readonly add?: string[]; readonly drop?: string[] };
  };
}

const volumeKinds = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

/**
 * What is wrong with a pod.
 * Source: Kubernetes, Pod Security Standards, "Restricted"; OpenShift, SecurityContextConstraints restricted-v2, which
 * besides gives user and group numbers of the namespace's own range and refuses others.
 */
function problemsOf(pod: PodSpec): string[] {
  const problems: string[] = [];
  const must = (holds: boolean, problem: string) => {
    if (!holds) {
      problems.push(problem);
    }
  };
  must(!pod.hostNetwork && !pod.hostPID && !pod.hostIPC, "host namespaces");
  must(pod.securityContext?.fsGroup === undefined && !pod.securityContext?.supplementalGroups, "group numbers");
  for (const { name: _, ...volume } of pod.volumes ?? []) {
    must(
      Object.keys(volume).every((kind) => volumeKinds.includes(kind)),
      `volume ${JSON.stringify(volume)}`,
    );
  }
  for (const { name, securityContext: own, ports } of [...(pod.initContainers ?? []), ...pod.containers]) {
    const context = { ...pod.securityContext, ...own };
    must(own?.privileged !== true, `${name}: privileged`);
    must(own?.allowPrivilegeEscalation === false, `${name}: allowPrivilegeEscalation`);
    must(own?.capabilities?.drop?.includes("ALL") === true, `${name}: capabilities`);
    must((own?.capabilities?.add ?? []).length === 0, `${name}: added capabilities`);
    must(context.runAsNonRoot === true, `${name}: runAsNonRoot`);
    must(context.runAsUser === undefined, `${name}: runAsUser`);
    must(context.seLinuxOptions === undefined, `${name}: seLinuxOptions`);
    must(context.seccompProfile?.type === "RuntimeDefault", `${name}: seccompProfile`);
    must(
      (ports ?? []).every(({ hostPort }) => hostPort === undefined),
      `${name}: hostPort`,
    );
  }
  return problems;
}

describe("podSecurity", () => {
  const pods = new Map<string, PodSpec>();

  before(async () => {
    const recorder = new Recorder();
    const config = {
      ...stackConfig("dev"),
      "mesh-tracing:objectStorage": JSON.stringify({ credentialsGeneration: 2 }),
    };
    await runProgram(recorder, { stack: "dev", config });
    for (const { name, inputs } of recorder.resources) {
      const template = (inputs.spec as { template?: { spec?: PodSpec } } | undefined)?.template;
      if (template?.spec?.containers !== undefined) {
        pods.set(name, template.spec);
      }
    }
  });

  it("covers every workload that the program itself runs", () => {
    assert.deepEqual([...pods.keys()].sort(), [
      "bookinfo-details-v1",
      "bookinfo-productpage-v1",
      "bookinfo-ratings-v1",
      "bookinfo-reviews-v1",
      "bookinfo-reviews-v2",
      "bookinfo-reviews-v3",
      "credential-retirement-2",
      "minio-provisioning-2",
      "minio-server",
      "traffic-job",
      "verification-job",
    ]);
  });

  it("lets every pod run under Kubernetes' restricted profile and OpenShift's restricted-v2", () => {
    for (const [name, pod] of pods) {
      assert.deepEqual(problemsOf(pod), [], name);
    }
  });

  it("would find a pod that may not", () => {
    const pod: PodSpec = {
      hostNetwork: true,
      containers: [{ name: "c", image: "i" }],
      volumes: [{ name: "v", hostPath: {} }],
    };
    assert.deepEqual(problemsOf(pod), [
      "host namespaces",
      'volume {"hostPath":{}}',
      "c: allowPrivilegeEscalation",
      "c: capabilities",
      "c: runAsNonRoot",
      "c: seccompProfile",
    ]);
  });

  it("goes with requests, a memory limit and an image of a certain version in every container", () => {
    for (const [name, { containers }] of pods) {
      for (const { image, resources } of containers) {
        assert.match(image, /(:[\w.-]+|@sha256:[0-9a-f]{64})$/, name);
        assert.doesNotMatch(image, /:latest$/, name);
        assert.ok(resources?.requests?.cpu && resources.requests.memory && resources.limits?.memory, name);
      }
    }
  });

  it("goes with no credential in an environment variable's own value", () => {
    for (const [name, { containers }] of pods) {
      for (const { env } of containers) {
        for (const variable of env ?? []) {
          const isCredential = /PASSWORD|SECRET$|KEY_ID|ROOT_USER|TOKEN$/.test(variable.name);
          assert.ok(!isCredential || variable.value === undefined, `${name}: ${variable.name}`);
          assert.doesNotMatch(variable.value ?? "", /generated-/, `${name}: ${variable.name}`);
        }
      }
    }
  });
});
