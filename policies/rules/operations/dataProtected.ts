import { isUnknown } from "../../kubernetes/fields";
import { kinds, stackOf } from "../../kubernetes/match";
import { isInProduction, productionSchema } from "../../pack/production";
import { resourceRule } from "../../pack/rule";

/** Annotations by which other tools keep an object that is gone from what they deploy, and what they must hold. */
const otherTools: readonly (readonly [annotation: string, value: RegExp])[] = [
  ["helm.sh/resource-policy", /\bkeep\b/],
  ["argocd.argoproj.io/sync-options", /\b(?:Delete|Prune)=(?:false|confirm)\b/],
];

/** A rename is enough to delete an object, and with these the traces go. */
export const dataProtected = resourceRule(
  {
    name: "data-protected",
    displayName: "Data is protected from deletion",
    description: "In production, what holds traces must be protected from deletion.",
    enforcementLevel: "advisory",
    severity: "high",
    tags: ["operations"],
    url: "https://www.pulumi.com/docs/iac/concepts/resources/options/protect/",
    remediationSteps: "Set the resource option protect, and take it away in the update before the one that deletes.",
    configSchema: productionSchema,
  },
  [kinds.persistentVolumeClaim, kinds.tempoStack, kinds.tempoMonolithic, kinds.bucketClaim, kinds.minioTenant],
  (object, findings, config) => {
    // Whoever patches an object does not delete it.
    if (object.isPatch || object.isProtected || !isInProduction(object, config)) {
      return;
    }
    const annotations = otherTools.map(([annotation, kept]) => {
      const value = object.field("metadata", "annotations", annotation).string();
      return isUnknown(value) ? value : value !== undefined && kept.test(value);
    });
    const unknown = annotations.find(isUnknown);
    if (unknown && !annotations.includes(true)) {
      findings.undecided(object, unknown);
    } else if (!annotations.includes(true)) {
      findings.violation({
        object,
        field: object.field("metadata", "name"),
        problem: `which holds data in environment "${stackOf(object.urn)}" and is not protected from deletion`,
        fix: "Set the resource option protect, or list the environment under nonProduction of policy data-protected.",
      });
    }
  },
);
