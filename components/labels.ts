/**
 * Kubernetes' recommended labels for an object of this program.
 *
 * @param name the application, for example `minio`.
 * @param component its part in the stack, for example `object-storage`.
 */
export function recommendedLabels(name: string, component: string): Record<string, string> {
  return {
    "app.kubernetes.io/name": name,
    "app.kubernetes.io/component": component,
    "app.kubernetes.io/part-of": "mesh-tracing",
    "app.kubernetes.io/managed-by": "pulumi",
  };
}
