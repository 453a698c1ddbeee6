import assert from "node:assert/strict";
import { fieldsLeftToControllers } from "../../policies/rules/operations/fieldsLeftToControllers";
import { judge, resource, unknown } from "./helper";

const serviceCa = { "service.beta.openshift.io/inject-cabundle": "true" };
const certManager = { "cert-manager.io/inject-ca-from": "ns/cert" };
const object = (token: string, annotations: unknown, fields: object, metadata: object = {}) =>
  resource(token, { metadata: { name: "x", annotations, ...metadata }, ...fields });
const webhook = (annotations: unknown, caBundle: unknown, metadata: object = {}) =>
  object(
    "admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration",
    annotations,
    { webhooks: [{ clientConfig: {} }, { clientConfig: { caBundle } }] },
    metadata,
  );
const judged = (...subjects: Parameters<typeof judge>[1]) => judge(fieldsLeftToControllers, subjects);
const count = async (...subjects: Parameters<typeof judge>[1]) => (await judged(...subjects)).violations.length;

describe("fields-left-to-controllers", () => {
  it("refuses a CA bundle that a controller fills in, and shows its beginning", async () => {
    const subject = webhook(serviceCa, "A".repeat(100));
    assert.deepEqual((await judged(subject)).violations, [
      {
        message:
          `ValidatingWebhookConfiguration x: webhooks[1].clientConfig.caBundle is "${"A".repeat(20)}…", ` +
          'but metadata.annotations["service.beta.openshift.io/inject-cabundle"] has a controller fill it in: each update sets it back. ' +
          "Remove it, or the annotation.",
        urn: subject.urn,
      },
    ]);
    const [violation] = (await judged(webhook(serviceCa, "A".repeat(60)))).violations;
    assert.ok(violation?.message.includes(`is "${"A".repeat(60)}", but`));
  });

  it("knows the other kinds that have one, and cert-manager's annotations", async () => {
    const spec = { caBundle: "x" };
    assert.equal(await count(object("apiregistration.k8s.io/v1:APIService", certManager, { spec })), 1);
    const conversion = { spec: { conversion: { webhook: { clientConfig: spec } } } };
    for (const key of ["inject-ca-from", "inject-ca-from-secret", "inject-apiserver-ca"]) {
      const annotations = { [`cert-manager.io/${key}`]: "ns/cert" };
      const subject = object("apiextensions.k8s.io/v1:CustomResourceDefinition", annotations, conversion);
      assert.equal(await count(subject), 1, key);
    }
    assert.equal(
      await count(
        object("admissionregistration.k8s.io/v1:MutatingWebhookConfigurationPatch", certManager, {
          webhooks: [{ clientConfig: spec }],
        }),
      ),
      1,
    );
  });

  it("accepts it without the annotation, and the annotation without it", async () => {
    assert.equal(await count(webhook({}, "x")), 0);
    assert.equal(await count(webhook({ "service.beta.openshift.io/inject-cabundle": "false" }, "x")), 0);
    assert.equal(await count(webhook(serviceCa, undefined), webhook(serviceCa, "")), 0);
  });

  it("refuses a ConfigMap's data that the service CA replaces, and names its keys only", async () => {
    const subject = (data: object) => object("core/v1:ConfigMap", serviceCa, { data });
    const [violation] = (await judged(subject({ "service-ca.crt": "secret text" }))).violations;
    assert.match(violation?.message ?? "", /^ConfigMap x: data is \["service-ca\.crt"\], but/);
    assert.equal(await count(subject({})), 0);
    assert.equal(await count(object("core/v1:ConfigMap", certManager, { data: { a: "b" } })), 0);
  });

  it("refuses a Route's host that the router once generated", async () => {
    const route = (annotations: object) =>
      object("route.openshift.io/v1:Route", annotations, { spec: { host: "x.apps.example.com" } });
    assert.equal(await count(route({ "openshift.io/host.generated": "true" })), 1);
    assert.equal(await count(route({})), 0);
    assert.equal(await count(route(serviceCa)), 0);
  });

  it("leaves objects alone that were read from a cluster", async () => {
    assert.equal(await count(webhook(serviceCa, "x", { uid: "1-2-3" })), 0);
  });

  it("does not judge what a preview does not know, and is not meant for other kinds", async () => {
    for (const subject of [
      webhook(serviceCa, unknown),
      webhook({ "service.beta.openshift.io/inject-cabundle": unknown }, "x"),
      webhook(serviceCa, "x", { uid: unknown }),
      object("core/v1:ConfigMap", serviceCa, { data: unknown }),
      object("admissionregistration.k8s.io/v1:ValidatingWebhookConfiguration", serviceCa, { webhooks: unknown }),
    ]) {
      const { violations, notes } = await judged(subject);
      assert.deepEqual({ violations, notes: notes.length }, { violations: [], notes: 1 });
    }
    assert.equal((await judged(resource("core/v1:Secret", {}))).notApplicable, 1);
  });
});
