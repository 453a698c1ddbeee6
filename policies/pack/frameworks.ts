import type { PolicyComplianceFramework } from "@pulumi/policy";

/** The published frameworks that rules refer to, each by one of its entries. */

/** An entry of the Pod Security Standards of Kubernetes. */
export function podSecurityStandards(level: string, specification: string): PolicyComplianceFramework {
  return { name: "Pod Security Standards", version: "1.34", reference: level, specification };
}

/** An entry of the CIS Kubernetes Benchmark. */
export function cisBenchmark(reference: string, specification: string): PolicyComplianceFramework {
  return { name: "CIS Kubernetes Benchmark", version: "1.9", reference, specification };
}

/** A chapter of the NSA and CISA's Kubernetes Hardening Guide. */
export function hardeningGuide(reference: string, specification: string): PolicyComplianceFramework {
  return { name: "NSA/CISA Kubernetes Hardening Guide", version: "1.2", reference, specification };
}

/** One of the security context constraints that OpenShift comes with. */
export function openshiftConstraints(reference: string, specification: string): PolicyComplianceFramework {
  return { name: "OpenShift security context constraints", version: "4.17", reference, specification };
}
