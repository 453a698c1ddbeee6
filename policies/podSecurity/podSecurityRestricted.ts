import { isUnknown } from "../kubernetes/fields";
import { eachKnown, judgeInherited, type Control, type Pod, type PodFindings } from "./podSecurity";

/** What `restricted` adds to, or asks beyond, `baseline`, as of Kubernetes 1.34. */
export const restrictedControls: readonly Control[] = [
  volumeTypes,
  runAsNonRoot,
  runAsUser,
  exceptWindows(allowPrivilegeEscalation),
  exceptWindows(seccompProfile),
  exceptWindows(capabilities),
];

/** Windows has none of these fields, and its pods are refused if they set one. */
function exceptWindows(control: Control): Control {
  return (pod, findings) => {
    const os = pod.spec.at("os", "name").string();
    if (isUnknown(os)) {
      findings.undecided(os);
    } else if (os !== "windows") {
      control(pod, findings);
    }
  };
}

const volumeSources = [
  "configMap",
  "csi",
  "downwardAPI",
  "emptyDir",
  "ephemeral",
  "image",
  "persistentVolumeClaim",
  "projected",
  "secret",
];

function volumeTypes({ spec }: Pod, findings: PodFindings): void {
  const volumes = spec.at("volumes").items();
  if (isUnknown(volumes)) {
    findings.undecided(volumes);
    return;
  }
  eachKnown(
    volumes,
    (volume) => volume.entries(),
    findings,
    (entries, volume) => {
      // A volume without any source is an emptyDir.
      const sources = entries.filter(([key, source]) => key !== "name" && source.read() !== undefined);
      const forbidden = sources.find(([key]) => !volumeSources.includes(key))?.[0];
      if (forbidden !== undefined) {
        findings.breach(
          volume.at("name"),
          `a volume of type ${forbidden}, which reaches beyond the pod`,
          `Use one of ${volumeSources.join(", ")}.`,
        );
      }
    },
  );
}

function runAsNonRoot(pod: Pod, findings: PodFindings): void {
  judgeInherited(pod, findings, {
    path: ["runAsNonRoot"],
    read: (field) => field.boolean(),
    isAllowed: (value) => value === true,
    missing: "so the containers may run as root",
    wrong: "so the container may run as root",
    fix: "Set it to true.",
  });
}

function runAsUser({ contexts }: Pod, findings: PodFindings): void {
  eachKnown(
    contexts.map((context) => context.at("runAsUser")),
    (field) => field.number(),
    findings,
    (value, field) => {
      if (value === 0) {
        findings.breach(field, "which is root", "Remove it, or set another user.");
      }
    },
  );
}

function allowPrivilegeEscalation({ containers, isPartial }: Pod, findings: PodFindings): void {
  eachKnown(
    containers.map((container) => container.at("securityContext", "allowPrivilegeEscalation")),
    (field) => field.boolean(),
    findings,
    (value, field) => {
      if (value === true || (value === undefined && !isPartial)) {
        findings.breach(field, "so a process may gain more rights than its parent has", "Set it to false.");
      }
    },
  );
}

function seccompProfile(pod: Pod, findings: PodFindings): void {
  judgeInherited(pod, findings, {
    path: ["seccompProfile", "type"],
    read: (field) => field.string(),
    isAllowed: (value) => value === "RuntimeDefault" || value === "Localhost",
    missing: "so the containers may make any system call",
    wrong: "so the container may make any system call",
    fix: "Set it to RuntimeDefault, or to Localhost with a profile.",
  });
}

function capabilities({ containers, isPartial }: Pod, findings: PodFindings): void {
  for (const container of containers) {
    const granted = container.at("securityContext", "capabilities");
    const dropped = granted.at("drop").strings();
    const values = dropped.map(({ value }) => value);
    const unknown = values.find(isUnknown);
    const isSilent = isPartial && values.length === 0;
    if (!values.includes("ALL") && unknown) {
      findings.undecided(unknown);
    } else if (!values.includes("ALL") && !isSilent) {
      findings.breach(granted.at("drop"), "so the container keeps rights of root", 'Set it to ["ALL"].');
    }
    eachKnown(
      granted.at("add").strings(),
      ({ value }) => value,
      findings,
      (value, { field }) => {
        if (value !== "NET_BIND_SERVICE") {
          findings.breach(field, "and a container may add only NET_BIND_SERVICE", "Remove it.");
        }
      },
    );
  }
}
