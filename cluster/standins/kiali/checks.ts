/** What the operator's playbook refuses, in its words. */
import type { Kiali } from "../objects";
import { settingsOf } from "./settings";

const servedVersions = ["v1.73", "default"];

/** The message with which the playbook fails, or undefined. It looks at the first problem only. */
export function whyItFails(kiali: Kiali): string | undefined {
  const { metadata, spec, status } = kiali;
  const { instance, namespace, strategy, ingress, accessible } = settingsOf(kiali);
  const before = status?.deployment;
  const { web_schema: schema = "", web_history_mode: history = "" } = spec?.server ?? {};
  const { image_name: image = "", image_version: version = "", image_digest: digest = "" } = spec?.deployment ?? {};
  const selector = spec?.api?.namespaces?.label_selector_include;
  const key = spec?.login_token?.signing_key ?? "";
  const requested = spec?.version ?? "default";
  const moved = (what: string, was: string, is: string): string =>
    `The ${what} cannot be changed to a different value. It was [${was}] but is now [${is}]. In order to install Kiali ` +
    `with a different ${what}, please uninstall Kiali first.`;
  const checks: [boolean, string][] = [
    [
      !servedVersions.includes(requested),
      `Asked to install a version [${requested}] that does not have a known supported image.`,
    ],
    [
      before?.instanceName !== undefined && before.instanceName !== instance,
      moved("deployment.instance_name", before?.instanceName ?? "", instance),
    ],
    [
      before?.namespace !== undefined && before.namespace !== namespace,
      moved("deployment.namespace", before?.namespace ?? "", namespace),
    ],
    [
      namespace !== metadata.namespace,
      `The operator is forbidden from installing Kiali in a namespace [${namespace}] that is different from the ` +
        `namespace where the CR was created [${metadata.namespace ?? ""}]`,
    ],
    [
      !/^(?![0-9]+$)(?!-)[a-z0-9-]{0,40}(?<!-)$/.test(instance),
      `The value for deployment.instance_name [${instance}] does not follow the DNS label standard as defined in RFC ` +
        "1123. In short, it must only contain lowercase alphanumeric characters or '-'.",
    ],
    [
      !["", "http", "https"].includes(schema),
      `Invalid server.web_schema [${schema}]! Must be empty, or one of either 'http' or 'https'`,
    ],
    [
      !["", "browser", "hash"].includes(history),
      `Invalid server.web_history_mode [${history}]! Must be empty, or one of either 'browser' or 'hash'`,
    ],
    [
      [image, version, digest].some((text) => text !== ""),
      `The operator is forbidden from accepting a Kiali CR that defines an ad hoc Kiali image ` +
        `[${image}${digest === "" ? "" : `@${digest}`}:${version}]. Remove spec.deployment.image_name, ` +
        "spec.deployment.image_version, and spec.deployment.image_digest from the Kiali CR.",
    ],
    [
      !["openshift", "token", "anonymous"].includes(strategy),
      `Invalid auth.strategy [${strategy}]! Must be one of either 'openshift', 'token' or 'anonymous'`,
    ],
    [
      strategy === "openshift" && !ingress,
      "The auth.strategy is 'openshift' which requires a Route, but deployment.ingress.enabled is false. Aborting.",
    ],
    [
      spec?.deployment?.cluster_wide_access === false && accessible.includes("**"),
      "deployment.cluster_wide_access must be enabled (i.e. 'true') when all namespaces are to be accessible (e.g. " +
        "deployment.accessible_namespaces is undefined or has '**'). Aborting.",
    ],
    [
      selector !== undefined && selector !== "" && !/^[a-zA-Z0-9/_.-]+=[a-zA-Z0-9_.-]+$/.test(selector),
      `The api.namespaces.label_selector_include is not valid [${selector ?? ""}] - it must be in the form of ` +
        "'name=value' following Kubernetes syntax rules for label names and values.",
    ],
    [
      strategy !== "anonymous" && key !== "" && !/^secret:.+:.+$/.test(key) && ![16, 24, 32].includes(key.length),
      "Signing key must be 16, 24 or 32 byte length",
    ],
  ];
  return checks.find(([fails]) => fails)?.[1];
}
