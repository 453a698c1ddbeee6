import { createHash } from "node:crypto";
import { access, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { parseAllDocuments } from "yaml";
import { cacheFolder, projectFolder } from "./paths";
import { step } from "./progress";
import { run } from "./run";
import { goEnvironment } from "./toolchain/build";

/** The part of a CustomResourceDefinition that is looked at here. */
interface CustomResourceDefinition {
  readonly kind: "CustomResourceDefinition";
  readonly metadata: { readonly name: string };
  readonly spec: { readonly group: string; readonly versions: { readonly name: string; served: boolean }[] };
}

/** Files of the pinned modules in toolchain/crds/go.mod, by module path. */
const sources: Readonly<Record<string, readonly string[]>> = {
  "github.com/grafana/tempo-operator": [
    "config/crd/bases/tempo.grafana.com_tempostacks.yaml",
    "config/crd/bases/tempo.grafana.com_tempomonolithics.yaml",
  ],
  "github.com/openshift/api": ["route/v1/zz_generated.crd-manifests/routes-Default.crd.yaml"],
  "github.com/operator-framework/api": ["crds/operators.coreos.com_clusterserviceversions.yaml"],
  // The tempo-operator watches these when it runs on OpenShift.
  "github.com/prometheus-operator/prometheus-operator": [
    "example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml",
    "example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml",
  ],
  "istio.io/api": ["kubernetes/customresourcedefinitions.gen.yaml"],
};

/** The tempo-operator's admission webhooks. */
const webhookSource = { module: "github.com/grafana/tempo-operator", file: "config/webhook/manifests.yaml" };

/**
 * Versions of Istio's APIs that OpenShift Service Mesh 2.5 (Istio 1.18) serves and its documentation names. The module is
 * of that time; what it adds beyond them is not served, so a program that asks for it fails here as it would there.
 */
const servedVersions: Readonly<Record<string, readonly string[]>> = {
  "extensions.istio.io": ["v1alpha1"],
  "networking.istio.io": ["v1alpha3", "v1beta1"],
  "security.istio.io": ["v1beta1"],
  "telemetry.istio.io": ["v1alpha1"],
};

const moduleFolder = path.join(__dirname, "toolchain", "crds");

/** Folder of the definitions that no module carries (Maistra's and Kiali's), written for this project. */
export const ownDefinitions = path.join(projectFolder, "cluster", "crds");

/** Downloads the modules where they are missing, checked against go.sum, and returns their folders by module path. */
async function downloadModules(): Promise<Map<string, string>> {
  const goMod = await readFile(path.join(moduleFolder, "go.mod"), "utf8");
  const required = [...goMod.matchAll(/^\t(\S+) (v\S+)$/gm)].map(([, module, version]) => `${module}@${version}`);
  const output = await run("go", ["mod", "download", "-json", ...required], {
    cwd: moduleFolder,
    env: goEnvironment(),
  });
  const modules = output.split(/^(?=\{)/m).map((text) => JSON.parse(text) as { Path: string; Dir: string });
  return new Map(modules.map(({ Path, Dir }) => [Path, Dir]));
}

function withServedVersions(definition: CustomResourceDefinition): CustomResourceDefinition {
  const served = servedVersions[definition.spec.group];
  if (served) for (const version of definition.spec.versions) version.served &&= served.includes(version.name);
  return definition;
}

/** Manifests taken from Go modules, as files that kubectl applies. */
export interface ModuleManifests {
  /** A List of the CustomResourceDefinitions. */
  readonly definitions: string;
  /** A List of the tempo-operator's webhook configurations, as its module has them (they name a Service). */
  readonly tempoOperatorWebhooks: string;
}

const exists = (file: string) =>
  access(file).then(
    () => true,
    () => false,
  );

/** Gathers the manifests from the modules, once for each set of pins. */
export async function moduleManifests(): Promise<ModuleManifests> {
  const hash = createHash("sha256");
  for (const file of [path.join(moduleFolder, "go.mod"), path.join(moduleFolder, "go.sum"), __filename]) {
    hash.update(await readFile(file));
  }
  const folder = path.join(cacheFolder, "manifests", hash.digest("hex").slice(0, 12));
  const manifests = {
    definitions: path.join(folder, "definitions.json"),
    tempoOperatorWebhooks: path.join(folder, "tempo-operator-webhooks.json"),
  };
  if (await exists(folder)) return manifests;
  await step("CustomResourceDefinitions from the pinned Go modules", async () => {
    const folders = await downloadModules();
    const read = async <T>(module: string, file: string) => {
      const text = await readFile(path.join(folders.get(module) ?? "", file), "utf8");
      return parseAllDocuments(text).map((document) => document.toJS() as T | null);
    };
    const definitions: CustomResourceDefinition[] = [];
    for (const [module, files] of Object.entries(sources)) {
      for (const file of files) {
        for (const definition of await read<CustomResourceDefinition>(module, file)) {
          if (definition?.kind === "CustomResourceDefinition") definitions.push(withServedVersions(definition));
        }
      }
    }
    const webhooks = (await read(webhookSource.module, webhookSource.file)).filter((document) => document !== null);
    const unfinished = `${folder}.${process.pid}`;
    await mkdir(unfinished, { recursive: true });
    const write = (file: string, items: unknown[]) =>
      writeFile(path.join(unfinished, path.basename(file)), JSON.stringify({ apiVersion: "v1", kind: "List", items }));
    await write(manifests.definitions, definitions);
    await write(manifests.tempoOperatorWebhooks, webhooks);
    // Two processes may gather at once; either result will do.
    await rename(unfinished, folder).catch(() => rm(unfinished, { recursive: true, force: true }));
  });
  return manifests;
}
