import { isUnknown, type Field } from "../../fields";
import { kinds, type KubernetesObject } from "../../match";
import { stackRule, type Findings } from "../../rule";

/** Maistra makes the addon's Kiali and goes on writing to it; a program that declares all of it fights with that. */
export const kialiAddonPatched = stackRule(
  {
    name: "kiali-addon-patched",
    displayName: "The addon's Kiali is patched",
    description: "A Kiali that a control plane's addon owns must be patched, not declared as a whole.",
    enforcementLevel: "advisory",
    severity: "medium",
    tags: ["operations"],
    url: "https://www.pulumi.com/registry/packages/kubernetes/how-to-guides/managing-resources-with-server-side-apply/",
    remediationSteps: "Use a CustomResourcePatch with only the fields to change, or set addons.kiali.enabled to false.",
  },
  (stack, findings) => {
    const declared = stack.ofKind(kinds.kiali).filter((kiali) => !kiali.isPatch);
    for (const plane of stack.ofKind(kinds.controlPlane)) {
      const addon = plane.field("spec", "addons", "kiali");
      declared.forEach((kiali) => judge(plane, addon, kiali, findings));
    }
  },
);

function judge(plane: KubernetesObject, addon: Field, kiali: KubernetesObject, findings: Findings): void {
  const enabled = addon.at("enabled").boolean() ?? false;
  const names = [addon.at("name").string() ?? "kiali", plane.namespace, kiali.name ?? "", kiali.namespace];
  if (enabled === false) {
    return;
  }
  const unknown = [enabled, ...names].find(isUnknown);
  if (unknown) {
    findings.undecided(kiali, unknown);
  } else if (names[0] === names[2] && names[1] === names[3]) {
    findings.violation({
      object: kiali,
      field: kiali.field("metadata", "name"),
      problem: `which the addon of ${plane.toString()} makes and goes on writing to`,
      fix: `Patch it (KialiPatch) with only your fields, or set ${addon.at("enabled").toString()} there to false.`,
    });
  }
}
