import { readFileSync } from "node:fs";
import * as path from "node:path";
import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { shortHash } from "./hash";
import { jobAnnotations, jobOptions } from "./jobOptions";
import { recommendedLabels } from "./labels";
import { onceMade } from "./onceMade";
import { restrictedContainer, restrictedPod } from "./podSecurity";

/** Arguments of {@link ScriptJob}. */
export interface ScriptJobArgs {
  /** Namespace of the job. */
  readonly namespace: pulumi.Input<string>;
  /** File in `components/jobs`, run by Node.js. */
  readonly script: string;
  /** Further files there, which the script imports; none by default. */
  readonly modules?: readonly string[];
  /** Image with Node.js 22 or newer. */
  readonly image: string;
  /** Name of the environment variable that hands the settings to the script, as JSON. */
  readonly settingsVariable: string;
  /** What the script is to do. Nothing secret. */
  readonly settings: pulumi.Input<object>;
  /** The job is ended after this many seconds. */
  readonly activeDeadlineSeconds: number;
  /** ServiceAccount whose token the script needs; none by default, and then no token is mounted. */
  readonly serviceAccountName?: pulumi.Input<string>;
  /** Where OpenShift's service CA is mounted, for scripts that verify certificates of Services. */
  readonly serviceCaFile?: string;
}

/** The text of a script in `components/jobs`. */
export function scriptSource(script: string): string {
  return readFileSync(path.join(__dirname, "jobs", script), "utf8");
}

/**
 * A Job that runs one of the program's own scripts once. Its name carries a digest of the scripts and its settings, so
 * it is replaced, and runs again, exactly when one of them changes. There is no time to live after which the cluster
 * would delete what Pulumi owns.
 */
export class ScriptJob extends pulumi.ComponentResource {
  /** Resolves to the job's name once it has completed. */
  readonly completed: pulumi.Output<string>;

  constructor(name: string, args: ScriptJobArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mesh-tracing:proof:ScriptJob", name, {}, opts);
    const labels = recommendedLabels(name, "proof");
    const data = Object.fromEntries([args.script, ...(args.modules ?? [])].map((file) => [file, scriptSource(file)]));
    const digest = pulumi.output(args.settings).apply((settings) => shortHash([data, settings, args.image]));
    const scriptName = `${name}-script`;
    const script = new k8s.core.v1.ConfigMap(
      scriptName,
      { metadata: { name: scriptName, namespace: args.namespace, labels }, data },
      { parent: this },
    );
    const serviceCa = args.serviceCaFile === undefined ? undefined : this.serviceCa(name, args);
    const jobName = pulumi.interpolate`${name}-${digest}`;
    const job = new k8s.batch.v1.Job(
      `${name}-job`,
      {
        metadata: {
          name: jobName,
          namespace: args.namespace,
          labels,
          annotations: jobAnnotations,
        },
        spec: {
          backoffLimit: 0,
          activeDeadlineSeconds: args.activeDeadlineSeconds,
          template: {
            metadata: { labels, annotations: { "sidecar.istio.io/inject": "false" } },
            spec: this.pod(args, onceMade(script, scriptName), serviceCa),
          },
        },
      },
      jobOptions(this, args.activeDeadlineSeconds),
    );
    this.completed = onceMade(job, jobName);
    this.registerOutputs({ completed: this.completed });
  }

  /** A ConfigMap of its own: OpenShift replaces all of its data with the CA, under the key service-ca.crt. */
  private serviceCa(name: string, args: ScriptJobArgs): pulumi.Output<string> {
    const configMapName = `${name}-service-ca`;
    const configMap = new k8s.core.v1.ConfigMap(
      configMapName,
      {
        metadata: {
          name: configMapName,
          namespace: args.namespace,
          labels: recommendedLabels(name, "proof"),
          annotations: { "service.beta.openshift.io/inject-cabundle": "true" },
        },
      },
      { parent: this },
    );
    return onceMade(configMap, configMapName);
  }

  private pod(
    args: ScriptJobArgs,
    script: pulumi.Output<string>,
    serviceCa: pulumi.Output<string> | undefined,
  ): k8s.types.input.core.v1.PodSpec {
    const folder = "/opt/mesh-tracing";
    const caFile = args.serviceCaFile;
    const mounts = [{ name: "script", mountPath: folder, readOnly: true }];
    const volumes: k8s.types.input.core.v1.Volume[] = [{ name: "script", configMap: { name: script } }];
    if (caFile !== undefined) {
      mounts.push({ name: "service-ca", mountPath: path.posix.dirname(caFile), readOnly: true });
      // With the key named, the pod does not start before the CA is there.
      const items = [{ key: "service-ca.crt", path: path.posix.basename(caFile) }];
      volumes.push({ name: "service-ca", configMap: { name: serviceCa, items } });
    }
    return {
      restartPolicy: "Never",
      serviceAccountName: args.serviceAccountName,
      automountServiceAccountToken: args.serviceAccountName !== undefined,
      securityContext: restrictedPod,
      containers: [
        {
          name: "script",
          image: args.image,
          command: ["node", `${folder}/${args.script}`],
          env: [
            { name: args.settingsVariable, value: pulumi.jsonStringify(args.settings) },
            ...(caFile === undefined ? [] : [{ name: "SERVICE_CA_FILE", value: caFile }]),
          ],
          resources: { requests: { cpu: "50m", memory: "64Mi" }, limits: { memory: "256Mi" } },
          securityContext: restrictedContainer,
          terminationMessagePolicy: "FallbackToLogsOnError",
          volumeMounts: mounts,
        },
      ],
      volumes,
    };
  }
}
