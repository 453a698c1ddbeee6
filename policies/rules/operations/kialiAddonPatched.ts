import { isUnknown } from "../../kubernetes/fields";
import { isAddon } from "../../kiali/kialiTracing";
import { kinds } from "../../kubernetes/match";
import { stackRule } from "../../pack/rule";

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
    for (const kiali of stack.ofKind(kinds.kiali).filter(({ isPatch }) => !isPatch)) {
      const addon = isAddon(kiali, stack);
      if (isUnknown(addon)) {
        findings.undecided(kiali, addon);
      } else if (addon) {
        findings.violation({
          object: kiali,
          field: kiali.field("metadata", "name"),
          problem: "the Kiali that the control plane's addon makes and goes on writing to",
          fix: "Patch it (KialiPatch) with only your fields, or set spec.addons.kiali.enabled of the control plane to false.",
        });
      }
    }
  },
);
