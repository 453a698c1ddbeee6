/** Tells the API server which writes the stand-ins' webhooks want to see, and asks it who may do what. */
import { ApiError, patchTypes, type ApiServer } from "./apiServer";
import { operatorNamespace } from "./maistra/names";
import type { MayUser } from "./maistra/webhooks";

/** The path of the sidecar injector, whose configuration comes and goes with a mesh's istiod. */
export const injectorPath = "/inject";

/** How the API server reaches the webhook of a path. */
export type EndpointOf = (path: string) => { url: string; caBundle: string };

/** Registers the webhooks of the operators and of the Routes. Rejects when the API server refuses. */
export async function registerWebhooks(api: ApiServer, endpoint: EndpointOf): Promise<void> {
  const webhook = (name: string, path: string, group: string, version: string, resource: string): object => ({
    name,
    clientConfig: endpoint(path),
    admissionReviewVersions: ["v1"],
    failurePolicy: "Fail",
    sideEffects: "None",
    rules: [
      {
        apiGroups: [group],
        apiVersions: [version],
        resources: [resource],
        operations: ["CREATE", "UPDATE"],
        scope: "*",
      },
    ],
  });
  const maistra = `${operatorNamespace}.servicemesh-resources.maistra.io`;
  await Promise.all([
    register(api, "Mutating", maistra, [
      webhook("smcp.mutation.maistra.io", "/mutate-smcp", "maistra.io", "v2", "servicemeshcontrolplanes"),
      webhook("smmr.mutation.maistra.io", "/mutate-smmr", "maistra.io", "v1", "servicemeshmemberrolls"),
    ]),
    register(api, "Validating", maistra, [
      webhook("smcp.validation.maistra.io", "/validate-smcp", "maistra.io", "v2", "servicemeshcontrolplanes"),
      webhook("smmr.validation.maistra.io", "/validate-smmr", "maistra.io", "v1", "servicemeshmemberrolls"),
      webhook("smm.validation.maistra.io", "/validate-smm", "maistra.io", "v1", "servicemeshmembers"),
    ]),
    register(api, "Mutating", "routes.route.openshift.io", [
      webhook("host.routes.route.openshift.io", "/allocate-route-host", "route.openshift.io", "v1", "routes"),
    ]),
  ]);
}

/** An access review at the API server. */
export function reviewAccess(api: ApiServer): MayUser {
  return async ({ username, uid, groups, extra }, resourceAttributes) => {
    const review = await api.call<{ status?: { allowed?: boolean; denied?: boolean } }>(
      "POST",
      "/apis/authorization.k8s.io/v1/subjectaccessreviews",
      {
        apiVersion: "authorization.k8s.io/v1",
        kind: "SubjectAccessReview",
        spec: { user: username, uid, groups, extra, resourceAttributes },
      },
    );
    return review.status?.allowed === true && review.status.denied !== true;
  };
}

async function register(
  api: ApiServer,
  type: "Mutating" | "Validating",
  name: string,
  webhooks: object[],
): Promise<void> {
  const apiVersion = "admissionregistration.k8s.io/v1";
  const path = `/apis/${apiVersion}/${type.toLowerCase()}webhookconfigurations/${name}`;
  const body = { apiVersion, kind: `${type}WebhookConfiguration`, metadata: { name }, webhooks };
  try {
    await api.call("PATCH", `${path}?fieldManager=mesh-tracing-standins&force=true`, body, patchTypes.apply);
  } catch (error) {
    if (error instanceof ApiError) throw new Error(`registering webhooks ${name}: ${error.message}`, { cause: error });
    throw error;
  }
}
