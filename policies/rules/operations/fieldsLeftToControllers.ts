import { isUnknown, type Field } from "../../kubernetes/fields";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { resourceRule } from "../../pack/rule";

const openShiftInjection = "service.beta.openshift.io/inject-cabundle";

/** Annotations by which OpenShift's service CA and cert-manager put a CA bundle into an object. */
const injections: readonly string[] = [
  openShiftInjection,
  "cert-manager.io/inject-ca-from",
  "cert-manager.io/inject-ca-from-secret",
  "cert-manager.io/inject-apiserver-ca",
];

/** What a program sets here a controller replaces, and each update sets back. */
export const fieldsLeftToControllers = resourceRule(
  {
    name: "fields-left-to-controllers",
    displayName: "Fields that controllers fill in",
    description: "An object must not set a field that it asks a controller to fill in: CA bundles, generated hosts.",
    enforcementLevel: "advisory",
    severity: "low",
    tags: ["operations"],
    url: "https://docs.redhat.com/en/documentation/openshift_container_platform/4.17/html/security_and_compliance/configuring-certificates",
    remediationSteps: "Remove the field, or the annotation that asks for it.",
  },
  [kinds.webhookConfiguration, kinds.customResourceDefinition, kinds.apiService, kinds.configMap, kinds.route],
  (object, findings) => {
    const { isLive } = object;
    if (isLive === true) {
      return; // It holds what controllers wrote.
    }
    for (const { field, askedBy } of filledFields(object)) {
      const value = field.read();
      const isEmpty = value === undefined || value === "" || (isMap(value) && Object.keys(value).length === 0);
      const asked = askedBy.read();
      const unknown = [isLive, value, asked].find(isUnknown);
      if (isEmpty || asked === undefined || asked === "false") {
        continue;
      }
      if (unknown) {
        findings.undecided(object, unknown);
      } else {
        findings.violation({
          object,
          field,
          problem: `but ${askedBy.toString()} has a controller fill it in: each update sets it back`,
          fix: "Remove it, or the annotation.",
          value: shown(value),
        });
      }
    }
  },
);

/** A field, and the annotation by which a controller fills it in. */
interface FilledField {
  readonly field: Field;
  readonly askedBy: Field;
}

function filledFields(object: KubernetesObject): readonly FilledField[] {
  const annotation = (key: string) => object.field("metadata", "annotations", key);
  if (object.is(kinds.route)) {
    return [{ field: object.field("spec", "host"), askedBy: annotation("openshift.io/host.generated") }];
  }
  if (object.is(kinds.configMap)) {
    // The service CA's controller takes away all other data, too.
    return [{ field: object.field("data"), askedBy: annotation(openShiftInjection) }];
  }
  return bundles(object).flatMap((field) => injections.map((key) => ({ field, askedBy: annotation(key) })));
}

function bundles(object: KubernetesObject): readonly Field[] {
  const list = object.field("webhooks");
  const webhooks = list.items();
  return [
    object.field("spec", "caBundle"),
    object.field("spec", "conversion", "webhook", "clientConfig", "caBundle"),
    ...(isUnknown(webhooks) ? [list.at(0)] : webhooks).map((webhook) => webhook.at("clientConfig", "caBundle")),
  ];
}

/** What of a value the message shows: of data the keys alone, of a bundle its beginning. */
function shown(value: unknown): unknown {
  const isLong = typeof value === "string" && value.length > 60;
  return isMap(value) ? Object.keys(value) : isLong ? `${value.slice(0, 20)}…` : value;
}

function isMap(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
