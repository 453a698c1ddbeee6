import assert from "node:assert/strict";
import { telemetryInMesh } from "../../policies/rules/membership/telemetryInMesh";
import { controlPlane, judge, resource, roll, telemetry, tokens, unknown } from "./helper";

const inNamespace = (ns: unknown) => telemetry([], { ns });

describe("telemetry-in-mesh", () => {
  it("refuses a Telemetry outside the mesh", async () => {
    const subject = inNamespace("bookinfo");
    const { violations } = await judge(telemetryInMesh, [controlPlane(), roll("tracing-system"), subject]);
    assert.deepEqual(violations, [
      {
        message:
          'Telemetry bookinfo/mesh-default: metadata.namespace is "bookinfo", but no mesh of the stack has namespace bookinfo, ' +
          "so no control plane reads it. To fix it, add bookinfo to spec.members of ServiceMeshMemberRoll istio-system/default, " +
          "or move it into a namespace of the mesh.",
        urn: subject.urn,
      },
    ]);
  });

  it("judges patches too, and accepts members and the control plane's namespace", async () => {
    const patch = resource(`${tokens.telemetry}Patch`, { metadata: { name: "x", namespace: "elsewhere" }, spec: {} });
    const resources = [controlPlane(), roll("bookinfo"), inNamespace("bookinfo"), inNamespace("istio-system"), patch];
    const { violations } = await judge(telemetryInMesh, resources);
    assert.deepEqual(
      violations.map(({ urn }) => urn),
      [patch.urn],
    );
  });

  it("does not judge what a preview does not know, and says so", async () => {
    const { violations, notes } = await judge(telemetryInMesh, [controlPlane(), roll(), inNamespace(unknown)]);
    assert.deepEqual(violations, []);
    assert.match(notes[0] ?? "", /metadata\.namespace of Telemetry mesh-default is not known before the update/);
  });
});
