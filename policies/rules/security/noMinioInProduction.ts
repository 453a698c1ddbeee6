import { isUnknown } from "../../kubernetes/fields";
import { kinds, stackOf } from "../../kubernetes/match";
import { minioServer } from "../../tempo/minio";
import { isInProduction, productionSchema } from "../../pack/production";
import { resourceRule } from "../../pack/rule";
import { workloadKinds } from "../../kubernetes/workloads";

/** MinIO's community edition gets no images and no security fixes for them since October 2025. */
export const noMinioInProduction = resourceRule(
  {
    name: "no-minio-in-production",
    displayName: "No MinIO in production",
    description: "A production environment must keep its traces in an object store that is maintained and replicated.",
    enforcementLevel: "advisory",
    severity: "high",
    tags: ["security", "storage"],
    url: "https://github.com/minio/minio/issues/21647",
    remediationSteps:
      "Use the platform's object store (S3, Azure, GCS, OpenShift Data Foundation) and name it in the TempoStack's storage Secret.",
    configSchema: productionSchema,
  },
  [...workloadKinds, kinds.minioTenant],
  (object, findings, config) => {
    if (!isInProduction(object, config)) {
      return;
    }
    const server = object.is(kinds.minioTenant) ? object.field("metadata", "name") : minioServer(object);
    if (isUnknown(server)) {
      findings.undecided(object, server);
    } else if (server) {
      findings.violation({
        object,
        field: server,
        problem: `a MinIO server, in environment "${stackOf(object.urn)}"`,
        fix: "Use a maintained object store, or list the environment under nonProduction of policy no-minio-in-production.",
        // A command may hold more than the server's name.
        secret: !server.toString().endsWith("image") && !object.is(kinds.minioTenant),
      });
    }
  },
);
