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

interface Config {
  readonly auth: { readonly strategy: string };
  readonly external_services: { readonly istio: unknown; readonly tracing: unknown };
}

describe("Kiali's configuration for the release that is run", () => {
  it("asks for tokens where there is no OpenShift to log in to", () => {
    const { config, changes } = adaptKialiConfig(rendered);
    assert.equal((parse(config) as Config).auth.strategy, "header");
    assert.ok(changes.some(({ what }) => what === 'auth.strategy is "header" instead of "openshift"'));
  });

  it("keeps another way to log in", () => {
    const { config, changes } = adaptKialiConfig(rendered.replace("openshift", "anonymous"));
    assert.equal((parse(config) as Config).auth.strategy, "anonymous");
    assert.ok(changes.every(({ what }) => !what.startsWith("auth")));
  });

  it("has the deployed tracing settings as they are", () => {
    const before = parse(rendered) as Config;
    const after = parse(adaptKialiConfig(rendered).config) as Config;
    assert.deepEqual(after.external_services.tracing, before.external_services.tracing);
  });

  it("lists every setting that it changes, with the reason", () => {
    const { config, changes } = adaptKialiConfig(rendered);
    const { istio } = (parse(config) as Config).external_services;
    assert.deepEqual(istio, { config_map_name: "istio-istio-system", istio_api_enabled: false });
    assert.equal(changes.length, 2);
    assert.ok(changes.every(({ why }) => why.length > 20));
    assert.deepEqual(adaptKialiConfig(config).changes, []);
  });
});
