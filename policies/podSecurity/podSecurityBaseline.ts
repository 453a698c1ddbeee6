import { isUnknown, type Field } from "../kubernetes/fields";
import { eachKnown, neverTrue, onlyOf, type Control, type Pod, type PodFindings } from "./podSecurity";

/**
 * The controls of the Pod Security Standards that `restricted` takes over from `baseline` unchanged, as of Kubernetes
 * 1.34. What an older version's standard does not know yet (hosts of probes) is judged too.
 */
export const baselineControls: readonly Control[] = [
  ...["hostNetwork", "hostPID", "hostIPC"].map((key) =>
    neverTrue(({ spec }) => [spec.at(key)], "which opens a namespace of the node to the pod"),
  ),
  neverTrue(ofContainers("securityContext", "privileged"), "which gives the container every right on the node"),
  neverTrue(ofContexts("windowsOptions", "hostProcess"), "which runs the container as a process of the node"),
  onlyOf(
    ofContexts("seLinuxOptions", "type"),
    oneOf("", "container_t", "container_init_t", "container_kvm_t", "container_engine_t"),
    "an SELinux type that containers may not choose",
    "container_t",
  ),
  ...["user", "role"].map((key) =>
    onlyOf(ofContexts("seLinuxOptions", key), oneOf(""), `and a pod may not choose its SELinux ${key}`, "no value"),
  ),
  onlyOf(
    ofContexts("appArmorProfile", "type"),
    oneOf("RuntimeDefault", "Localhost"),
    "which lifts AppArmor's confinement",
    "RuntimeDefault",
  ),
  onlyOf(
    appArmorAnnotations,
    (value) => value === "" || value === "runtime/default" || value.startsWith("localhost/"),
    "which lifts AppArmor's confinement",
    "runtime/default",
  ),
  onlyOf(
    ofContainers("securityContext", "procMount"),
    oneOf("Default"),
    "which shows the container more of /proc than it may see",
    "Default",
  ),
  onlyOf(sysctls, isSafeSysctl, "a setting of the kernel that is not safe to set for one pod", "a safe one"),
  hostPorts,
  onlyOf(handlerHosts, oneOf(""), "which lets the kubelet call any host", "no host: the pod's own address is meant"),
];

function ofContainers(...path: readonly string[]): (pod: Pod) => readonly Field[] {
  return (pod) => pod.containers.map((container) => container.at(...path));
}

function ofContexts(...path: readonly string[]): (pod: Pod) => readonly Field[] {
  return (pod) => pod.contexts.map((context) => context.at(...path));
}

function oneOf(...allowed: readonly string[]): (value: string) => boolean {
  return (value) => allowed.includes(value);
}

/** AppArmor profiles as they were set before Kubernetes 1.30. */
function appArmorAnnotations({ annotations }: Pod): readonly Field[] {
  const entries = annotations.entries();
  // Annotations that are not known as a whole are hardly ever profiles; they are judged in the update.
  return isUnknown(entries)
    ? []
    : entries.flatMap(([key, value]) =>
        key.startsWith("container.apparmor.security.beta.kubernetes.io/") ? [value] : [],
      );
}

function sysctls({ spec }: Pod): readonly Field[] {
  return spec
    .at("securityContext", "sysctls")
    .strings("name")
    .map(({ field }) => field);
}

const safeSysctls: ReadonlySet<string> = new Set([
  "kernel.shm_rmid_forced",
  "net.ipv4.ip_local_port_range",
  "net.ipv4.ip_local_reserved_ports",
  "net.ipv4.ip_unprivileged_port_start",
  "net.ipv4.ping_group_range",
  "net.ipv4.tcp_fin_timeout",
  "net.ipv4.tcp_keepalive_intvl",
  "net.ipv4.tcp_keepalive_probes",
  "net.ipv4.tcp_keepalive_time",
  "net.ipv4.tcp_rmem",
  "net.ipv4.tcp_syncookies",
  "net.ipv4.tcp_wmem",
]);

function isSafeSysctl(name: string): boolean {
  return safeSysctls.has(name);
}

function hostPorts(pod: Pod, findings: PodFindings): void {
  for (const container of pod.containers) {
    const ports = container.at("ports").items();
    if (isUnknown(ports)) {
      findings.undecided(ports);
      continue;
    }
    eachKnown(
      ports.map((port) => port.at("hostPort")),
      (field) => field.number(),
      findings,
      (value, field) => {
        if (value !== undefined && value !== 0) {
          findings.breach(field, "a port of the node", "Remove it, and reach the pod through a Service.");
        }
      },
    );
  }
}

/** Every place where a probe or a lifecycle handler may name a host. */
function handlerHosts(pod: Pod): readonly Field[] {
  const handlers = [
    ["livenessProbe"],
    ["readinessProbe"],
    ["startupProbe"],
    ["lifecycle", "postStart"],
    ["lifecycle", "preStop"],
  ];
  return pod.containers.flatMap((container) =>
    handlers.flatMap((path) => ["httpGet", "tcpSocket"].map((action) => container.at(...path, action, "host"))),
  );
}
