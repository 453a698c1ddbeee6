import assert from "node:assert/strict";
import { parse } from "yaml";
import { adaptKialiConfig } from "../../dataplane/backend/kialiConfig";

const rendered = `
auth:
  strategy: openshift
external_services:
  istio:
    config_map_name: istio-istio-system
  tracing:
    enabled: true
    in_cluster_url: http://tempo-simplest-query-frontend.tracing-system.svc.cluster.local:16686
    use_grpc: false
`;

describe("Kiali's configuration for the release that is run", () => {
  it("asks for tokens where there is no OpenShift to log in to, and says so", () => {
    const { config, changes } = adaptKialiConfig(rendered);
    assert.equal((parse(config) as { auth: { strategy: string } }).auth.strategy, "header");
    assert.deepEqual(
      changes.map(({ what }) => what),
      ['auth.strategy is "header" instead of "openshift"'],
    );
  });

  it("keeps another way to log in", () => {
    const anonymous = rendered.replace("openshift", "anonymous");
    assert.deepEqual(adaptKialiConfig(anonymous), { config: anonymous, changes: [] });
  });

  it("is as deployed in everything else, above all in the tracing settings", () => {
    const before = parse(rendered) as object;
    const after = parse(adaptKialiConfig(rendered).config) as object;
    assert.deepEqual({ ...after, auth: undefined }, { ...before, auth: undefined });
  });

  it("is refused where it is no YAML", () => {
    assert.throws(() => adaptKialiConfig("auth: ["), /config\.yaml is no YAML/);
  });
});
