import { allOf, equals, isSet, not } from "../../pack/decisions";
import { isUnknown, type Field } from "../../kubernetes/fields";
import { kialiSettings, type KialiSetting } from "../../kiali/kialiSettings";
import { kialiVersion, queryUrl, tracingOf, versionTwo } from "../../kiali/kialiTracing";
import { kinds } from "../../kubernetes/match";
import { reportDefects, type PossibleDefect } from "../../pack/possibleDefect";
import { stackRule } from "../../pack/rule";
import { isBefore, type Version } from "../../kubernetes/version";

/** Kiali's CRD has the settings of all versions, so the API server takes what the server then ignores. */
export const kialiSettingsTakeEffect = stackRule(
  {
    name: "kiali-settings-take-effect",
    displayName: "Kiali's tracing settings take effect",
    description: "Kiali's tracing settings must be ones that its version knows and that no other setting overrules.",
    enforcementLevel: "mandatory",
    severity: "medium",
    tags: ["trace path"],
    url: "https://kiali.io/docs/configuration/kialis.kiali.io/#.spec.external_services.tracing",
    remediationSteps:
      "For v1.73 use in_cluster_url and url, and no provider. From v2 on use internal_url, external_url and provider, and set enabled to true.",
  },
  (stack, findings) => {
    for (const kiali of stack.ofKind(kinds.kiali)) {
      const version = kialiVersion(kiali, stack);
      if (isUnknown(version)) {
        findings.undecided(kiali, version);
      } else {
        const tracing = tracingOf(kiali);
        reportDefects(kiali, unknownSettings(tracing, version), findings);
        reportDefects(kiali, fromVersionTwo(tracing, version, kiali.isPatch), findings);
      }
    }
  },
  { withoutMesh: true },
);

/** Settings that the version does not have yet, or no longer. Without a version it is the operator's newest. */
function unknownSettings(tracing: Field, version: Version | undefined): readonly PossibleDefect[] {
  const isTooEarly = ({ after }: KialiSetting): boolean => !!version && !!after && !isBefore(after, version);
  const early = kialiSettings.filter(isTooEarly);
  const late = kialiSettings.filter(({ until }) => version && until && !isBefore(version, until));
  // Of a map that the version does not have, the keys need no mention.
  const isInside = ({ path }: KialiSetting): boolean =>
    path.length > 1 && early.some((outer) => outer.path.join() === path[0]);
  return [...early.filter((setting) => !isInside(setting)), ...late].map((setting) => {
    const field = tracing.at(...setting.path);
    return {
      applies: setting.value === undefined ? isSet(field) : equals(field, setting.value),
      field,
      problem: `which Kiali ${label(version)} ignores, for it ${setting.after ? `came after ${label(setting.after)}` : `went with ${label(setting.until)}`}`,
      fix: setting.instead,
    };
  });
}

/** What from v2 on is off unless switched on, overrules its successor, or needs something else. */
function fromVersionTwo(tracing: Field, version: Version | undefined, isPartial: boolean): readonly PossibleDefect[] {
  if (version && isBefore(version, versionTwo)) {
    return [];
  }
  const url = queryUrl(tracing);
  const enabled = tracing.at("enabled");
  const tempo = tracing.at("tempo_config");
  return [
    {
      applies: allOf([isUnknown(url) ? url : url !== undefined, not(isSet(enabled)), !isPartial]),
      field: enabled,
      problem: "which means false from v2 on, so Kiali shows no traces",
      fix: "Set it to true.",
    },
    ...(["in_cluster_url", "url"] as const).map((former): PossibleDefect => {
      const field = tracing.at(former === "url" ? "external_url" : "internal_url");
      const [old, present] = [tracing.at(former).string(), field.string()];
      const applies =
        isUnknown(old) || isUnknown(present)
          ? allOf([isSet(tracing.at(former)), isSet(field)])
          : !!old && !!present && old !== present;
      return {
        applies,
        field,
        problem: `but the former ${tracing.at(former).toString()} is set, too, and overrules it`,
        fix: `Remove ${former}.`,
        secret: true,
      };
    }),
    ...["name", "namespace", "tenant"].map((key) => ({
      applies: allOf([equals(tempo.at("url_format"), "openshift"), not(isSet(tempo.at(key))), !isPartial]),
      field: tempo.at(key),
      problem: "but links of the url_format openshift need it",
      fix: "Set name, namespace and tenant of the Tempo instance.",
    })),
    {
      applies: allOf([equals(tracing.at("auth", "type"), "oauth2"), tracing.at("use_grpc").boolean() ?? !isPartial]),
      field: tracing.at("auth", "type"),
      problem: "which Kiali knows for HTTP only, but use_grpc is on",
      fix: "Set use_grpc to false.",
    },
  ];
}

function label(version: Version | undefined): string {
  return version ? `v${version.major}.${version.minor}` : "";
}
