import { isUnknown, type Field } from "../../kubernetes/fields";
import { kinds, type KubernetesObject } from "../../kubernetes/match";
import { allOf, isSet } from "../../pack/decisions";
import { reportDefects, type PossibleDefect } from "../../pack/possibleDefect";
import { resourceRule } from "../../pack/rule";

/** How the Sail operator calls its versions: `v1.27.3`, `v1.27-latest`, `v1.28-alpha.c2ac935c`, `master`. */
const versionForm = /^(?:v\d+\.\d+(?:\.\d+(?:-[\w.]+)?|-latest|-(?:alpha|beta|rc)\.[\w.]+)|master)$/;

const profiles: readonly string[] = [
  ...["ambient", "default", "demo", "empty", "external", "openshift"],
  ...["openshift-ambient", "preview", "remote", "stable"],
];

/** Values look like those of Istio's Helm charts, but the operator's schema is stricter: it has types. */
export const istioAccepted = resourceRule(
  {
    name: "istio-accepted",
    displayName: "Istios that the API server accepts",
    description: "An Istio, IstioCNI or ZTunnel must have a version and values that the Sail operator's schema takes.",
    enforcementLevel: "mandatory",
    severity: "medium",
    tags: ["trace path"],
    url: "https://github.com/istio-ecosystem/sail-operator/blob/main/docs/api-reference/sailoperator.io.md",
    remediationSteps:
      "Name a version of the operator in full (v1.27.3 or v1.27-latest), and quote values that are texts.",
  },
  [kinds.istio, kinds.istioCni, kinds.ztunnel],
  (object, findings) => {
    const spec = object.field("spec");
    const values = spec.at("values");
    const defects = [
      versionDefect(spec.at("version")),
      profileDefect(spec.at("profile")),
      ...texts(values.at("pilot", "env")),
      ...(object.is(kinds.istio) ? [namespaceDefect(object)] : []),
    ];
    reportDefects(object, defects, findings);
  },
);

function versionDefect(field: Field): PossibleDefect {
  const version = field.string();
  return {
    applies: isUnknown(version) ? version : version !== undefined && !versionForm.test(version),
    field,
    problem: "which is no version of the operator",
    fix: "Write one in full, such as v1.27.3, or v1.27-latest.",
  };
}

function profileDefect(field: Field): PossibleDefect {
  const profile = field.string();
  return {
    applies: isUnknown(profile) ? profile : profile !== undefined && !profiles.includes(profile),
    field,
    problem: "a profile that the operator does not have",
    fix: `Use one of ${profiles.join(", ")}.`,
  };
}

/** The environment of a pod is made of texts; YAML reads `true` and `1` as something else. */
function texts(map: Field): readonly PossibleDefect[] {
  const entries = map.entries();
  const fields = isUnknown(entries) ? [map] : entries.map(([, field]) => field);
  return fields.map((field) => {
    const value = field.read();
    return {
      applies: isUnknown(value) ? value : value !== undefined && typeof value !== "string",
      field,
      problem: "not a text, so the API server refuses the object",
      fix: `Write "${String(value)}", in quotes.`,
    };
  });
}

function namespaceDefect(object: KubernetesObject): PossibleDefect {
  const field = object.field("spec", "values", "global", "istioNamespace");
  const [given, wanted] = [field.string(), object.field("spec", "namespace").string()];
  const differs = isUnknown(given) ? given : isUnknown(wanted) ? wanted : given !== wanted;
  return {
    applies: allOf([isSet(field), isSet(object.field("spec", "namespace")), differs]),
    field,
    problem: "but spec.namespace is another one, so the API server refuses the object",
    fix: "Remove it.",
  };
}
