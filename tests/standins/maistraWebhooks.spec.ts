import assert from "node:assert/strict";
import type { AdmissionRequest, JsonPatch, Verdict } from "../../cluster/standins/admission";
import { maistraWebhooks, type Access } from "../../cluster/standins/maistra/webhooks";
import { kinds, object, type ControlPlaneSpec, type KubeObject } from "../../cluster/standins/objects";
import { World } from "../../cluster/standins/world";
import { mesh, referenceSpec, roll } from "./mesh";

interface Ask {
  object: KubeObject;
  old?: KubeObject;
  existing?: readonly KubeObject[];
  may?: (access: Access) => boolean;
}

async function ask(path: string, { object: item, old, existing = [], may = () => true }: Ask): Promise<Verdict> {
  const webhooks = maistraWebhooks(
    () => new World(existing),
    (_, access) => Promise.resolve(may(access)),
  );
  const request: AdmissionRequest = {
    uid: "1",
    operation: old === undefined ? "CREATE" : "UPDATE",
    name: item.metadata.name,
    namespace: item.metadata.namespace,
    object: item,
    oldObject: old ?? null,
    userInfo: { username: "dev" },
  };
  const webhook = webhooks[path];
  assert.ok(webhook);
  return webhook(request);
}

async function refusal(path: string, args: Ask): Promise<string | undefined> {
  const verdict = await ask(path, args);
  return "refused" in verdict ? verdict.refused.message : undefined;
}

async function patches(path: string, args: Ask): Promise<readonly JsonPatch[]> {
  const verdict = await ask(path, args);
  assert.ok("patch" in verdict);
  return verdict.patch;
}

describe("stand-in of Maistra: admission of a control plane", () => {
  const refusalOf = (spec: ControlPlaneSpec): Promise<string | undefined> =>
    refusal("/validate-smcp", { object: mesh({ ...referenceSpec, ...spec }) });

  it("accepts the reference's", async () => {
    assert.equal(await refusalOf({}), undefined);
  });

  const zipkin = "can not define zipkin provider when spec.tracing.type is Jaeger or Stackdriver";
  for (const type of ["Jaeger", "Stackdriver"]) {
    it(`refuses a zipkin provider beside tracing of type ${type}`, async () => {
      assert.equal(await refusalOf({ tracing: { type } }), `extension provider 'tempo' ${zipkin}`);
    });
  }

  it("refuses a zipkin provider before release 2.5", async () => {
    const message = "extension provider 'zipkin' is not supported in SMCP v2.4 - the minimum version required is v2.5";
    assert.equal(await refusalOf({ version: "v2.4" }), message);
  });

  it("refuses an extension provider without a name, without a type, with two", async () => {
    const provider = (...extensionProviders: object[]): ControlPlaneSpec => ({
      meshConfig: { extensionProviders } as ControlPlaneSpec["meshConfig"],
    });
    assert.equal(await refusalOf(provider({ name: "", prometheus: {} })), "extension provider name cannot be empty");
    assert.match((await refusalOf(provider({ name: "x" }))) ?? "", /'x' does not define any provider/);
    const two = { name: "x", prometheus: {}, zipkin: {} };
    assert.match((await refusalOf(provider(two))) ?? "", /'x' must specify only one type of provider/);
  });

  it("names all problems at once, as Go prints several errors", async () => {
    const message = await refusalOf({ policy: { type: "Mixer" }, telemetry: { type: "Mixer" } });
    assert.match(message ?? "", /^\[support for policy.type "Mixer".*, support for telemetry.type "Mixer".*\]$/);
  });

  it("refuses versions that it does not know or no longer installs", async () => {
    assert.match(
      (await refusalOf({ version: "v9.9" })) ?? "",
      /^invalid Version specified; supported versions are: \[v2.2/,
    );
    assert.equal(await refusalOf({ version: "v2.1" }), "Only '[v2.2 v2.3 v2.4 v2.5]' versions are supported");
  });

  it("refuses a second mesh in a namespace, and any in the operator's", async () => {
    const second = object(kinds.controlPlane, "second", "istio-system", { spec: referenceSpec });
    const message = await refusal("/validate-smcp", { object: second, existing: [mesh()] });
    assert.equal(message, "only one service mesh may be installed per project/namespace");
    const beside = object(kinds.controlPlane, "basic", "openshift-operators", { spec: referenceSpec });
    assert.match(
      (await refusal("/validate-smcp", { object: beside })) ?? "",
      /same project\/namespace as the operator/,
    );
  });

  it("sets version, profiles and the switch of automatic Routes in a new mesh", async () => {
    const bare = object(kinds.controlPlane, "basic", "istio-system", { spec: { tracing: { type: "None" } } });
    assert.deepEqual(await patches("/mutate-smcp", { object: bare }), [
      { op: "add", path: "/spec/version", value: "v2.5" },
      { op: "add", path: "/spec/gateways", value: { openshiftRoute: { enabled: false } } },
      { op: "add", path: "/spec/profiles", value: ["default"] },
    ]);
  });

  it("keeps the version that an update leaves out", async () => {
    const { version: _, ...spec } = referenceSpec;
    const old = mesh({ ...referenceSpec, version: "v2.4" });
    const patch = await patches("/mutate-smcp", { object: mesh(spec), old });
    assert.deepEqual(patch, [{ op: "add", path: "/spec/version", value: "v2.4" }]);
  });
});

describe("stand-in of Maistra: admission of a member roll", () => {
  const refusalOf = (...members: string[]): Promise<string | undefined> =>
    refusal("/validate-smmr", { object: roll(...members) });

  it("accepts the reference's", async () => {
    assert.equal(await refusalOf("tracing-system", "bookinfo"), undefined);
  });

  it("accepts the name default alone", async () => {
    const other = object(kinds.memberRoll, "other", "istio-system", { spec: {} });
    const message = await refusal("/validate-smmr", { object: other });
    assert.equal(message, "ServiceMeshMemberRoll must be named 'default'");
  });

  it("refuses invalid and repeated names, and an asterisk beside others", async () => {
    assert.match((await refusalOf("Book_Info")) ?? "", /invalid value 'Book_Info'. Must be a valid namespace name/);
    assert.equal(await refusalOf("a", "a"), "duplicate namespace in .spec.members: a");
    assert.match((await refusalOf("*", "a")) ?? "", /it must contain no other entries/);
  });

  it("refuses members together with selectors", async () => {
    const both = object(kinds.memberRoll, "default", "istio-system", {
      spec: { members: ["a"], memberSelectors: [{}] },
    });
    const message = await refusal("/validate-smmr", { object: both });
    assert.equal(message, "combining .spec.members and .spec.memberSelectors is not allowed");
  });

  it("refuses a namespace that another roll has", async () => {
    const other = object(kinds.memberRoll, "default", "other-mesh", { spec: { members: ["bookinfo"] } });
    const message = await refusal("/validate-smmr", { object: roll("bookinfo"), existing: [other] });
    assert.equal(message, "one or more members are already defined in another ServiceMeshMemberRoll");
  });

  it("takes the control plane's own namespace off the roll without a word", async () => {
    const patch = await patches("/mutate-smmr", { object: roll("bookinfo", "istio-system") });
    assert.deepEqual(patch, [{ op: "replace", path: "/spec/members", value: ["bookinfo"] }]);
    assert.equal(await refusalOf("istio-system"), "mesh project/namespace cannot be listed as a member");
  });

  it("asks whether the user may update pods in the namespaces that are new", async () => {
    const may = ({ namespace }: Access): boolean => namespace === "mine";
    const message = await refusal("/validate-smmr", { object: roll("mine", "yours"), old: roll(), may });
    assert.equal(message, "user 'dev' does not have permission to access namespace(s): [yours]");
    assert.equal(
      await refusal("/validate-smmr", { object: roll("yours", "mine"), old: roll("yours"), may }),
      undefined,
    );
    assert.match((await refusal("/validate-smmr", { object: roll("*"), may })) ?? "", /allowed to use wildcards/);
  });
});

describe("stand-in of Maistra: admission of a membership", () => {
  const member = (name: string, controlPlane: string, namespace = "bookinfo"): KubeObject =>
    object(kinds.member, name, namespace, {
      spec: { controlPlaneRef: { name: controlPlane, namespace: "istio-system" } },
    });

  it("accepts the name default alone, outside the operator's namespace", async () => {
    assert.equal(await refusal("/validate-smm", { object: member("default", "basic") }), undefined);
    const renamed = await refusal("/validate-smm", { object: member("other", "basic") });
    assert.equal(renamed, 'the ServiceMeshMember resource must be named "default"');
    const beside = await refusal("/validate-smm", { object: member("default", "basic", "openshift-operators") });
    assert.equal(beside, "namespace where operator is installed cannot be added to any mesh");
  });

  it("does not move to another control plane", async () => {
    const args = { object: member("default", "other"), old: member("default", "basic") };
    assert.equal(await refusal("/validate-smm", args), "mutation of .spec.controlPlaneRef isn't allowed");
  });

  it("asks whether the user may use the control plane", async () => {
    const args = { object: member("default", "basic"), may: ({ verb }: Access) => verb !== "use" };
    const message = "user 'dev' does not have permission to use ServiceMeshControlPlane istio-system/basic";
    assert.equal(await refusal("/validate-smm", args), message);
  });
});
