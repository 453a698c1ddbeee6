import { isUnknown, type Field } from "../../kubernetes/fields";
import { hardeningGuide } from "../../pack/frameworks";
import { mayBeWhole, visitLeaves, type Leaf } from "../../kubernetes/leaves";
import { everyKind } from "../../kubernetes/match";
import { resourceRule } from "../../pack/rule";

/** Switches that have a client take any certificate, in lower case and without separators. */
const switches: ReadonlySet<string> = new Set([
  "allowinsecureconnections",
  "insecureskipverify",
  "insecureskipverifytls",
  "insecureskiptlsverify",
  "skiptlsverify",
  "skipverify",
  "tlsinsecureskipverify",
]);

/** Keys of maps in which such switches usually are. */
const holders: ReadonlySet<string> = new Set(["config", "tls", "trafficPolicy"]);

/** Commands that take any certificate. */
const commands: readonly RegExp[] = [
  /\bcurl\b[^|;&\n]*\s(?:--insecure\b|-[a-zA-Z]*k)/,
  /\bwget\b[^|;&\n]*\s--no-check-certificate\b/,
  /\b(?:kubectl|oc)\b[^|;&\n]*\s--insecure-skip-tls-verify\b(?!=false)/,
  /\bmc\b[^|;&\n]*\s--insecure\b/,
];

/** The same switches in a text of settings, such as a collector's of v1alpha1. */
const inText = /^[ \t]*["']?(?:tls_)?(?:insecure_)?skip_?verify["']?[ \t]*[:=][ \t]*["']?true\b/im;

/** TLS without verification keeps out those who only listen, not those who answer in the other's place. */
export const tlsVerified = resourceRule(
  {
    name: "tls-verified",
    displayName: "Certificates are verified",
    description: "Whoever speaks TLS must verify the certificate of the other side.",
    enforcementLevel: "advisory",
    severity: "high",
    tags: ["security", "network"],
    url: "https://istio.io/latest/docs/reference/config/networking/destination-rule/#ClientTLSSettings",
    framework: hardeningGuide("Network separation and hardening", "Traffic between components must be encrypted."),
    remediationSteps:
      "Give the client the CA that signed the certificate (on OpenShift that of the service CA operator), and remove the switch.",
  },
  [everyKind],
  (object, findings) => {
    const violation = (field: Field, isText: boolean): void =>
      findings.violation({
        object,
        field,
        problem: "so anybody may answer in the other side's place",
        fix: "Remove it, and name the CA that signed the certificate.",
        // A command or a text of settings may hold more than the switch.
        secret: isText,
      });
    visitLeaves(
      object.field(),
      (key) => key !== "status" && key !== "managedFields",
      (leaf) => {
        if (isSwitch(leaf)) {
          if (isUnknown(leaf.value)) {
            findings.undecided(object, leaf.value);
          } else if (/^true$/i.test(String(leaf.value))) {
            violation(leaf.field, false);
          }
        } else if (typeof leaf.value === "string" && leaf.value.includes("\n") && inText.test(leaf.value)) {
          violation(leaf.field, true);
        } else if (isCommandLine(leaf) && commands.some((command) => command.test(joined(leaf.holder)))) {
          violation(leaf.holder, true);
        } else if (isUnknown(leaf.value) && (mayBeWhole(leaf) || holders.has(leaf.key))) {
          findings.undecided(object, leaf.value);
        }
      },
    );
  },
);

function isSwitch({ segment }: Leaf): boolean {
  return typeof segment === "string" && switches.has(segment.replace(/[_-]/g, "").toLowerCase());
}

/** Whether this is where a command line begins, which is judged as a whole. */
function isCommandLine({ key, segment }: Leaf): boolean {
  return segment === 0 && (key === "command" || key === "args");
}

function joined(list: Field): string {
  return list
    .strings()
    .flatMap(({ value }) => (isUnknown(value) ? [] : value))
    .join(" ");
}
