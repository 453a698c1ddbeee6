import type * as k8s from "@pulumi/kubernetes";

/**
 * Pod-level settings that OpenShift's restricted-v2 SCC and Kubernetes' restricted Pod Security Standard both accept.
 * No user or group number: OpenShift gives each namespace its own range and refuses others.
 */
export const restrictedPod: k8s.types.input.core.v1.PodSecurityContext = {
  runAsNonRoot: true,
  seccompProfile: { type: "RuntimeDefault" },
};

/** Container-level settings to the same end; the root file system is read-only, so write to volumes. */
export const restrictedContainer: k8s.types.input.core.v1.SecurityContext = {
  allowPrivilegeEscalation: false,
  readOnlyRootFilesystem: true,
  runAsNonRoot: true,
  capabilities: { drop: ["ALL"] },
};
