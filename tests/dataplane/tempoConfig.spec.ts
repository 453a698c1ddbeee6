import assert from "node:assert/strict";
import { parse } from "yaml";
import { adaptTempoSettings } from "../../dataplane/backend/tempoConfig";

/** A piece of what the tempo-operator renders for release 2.10. */
const rendered = `
distributor:
  receivers:
    zipkin:
      endpoint: 0.0.0.0:9411
server:
  http_tls_config:
    cert_file: /var/run/tls/server/tls.crt
storage:
  trace:
    backend: s3
    s3:
      endpoint: minio.tracing-system.svc.cluster.local:9000
      bucket: tempo
query_frontend:
  search:
    max_spans_per_span_set: 0
    default_result_limit: 20
`;

const args = [
  "-target=ingester",
  "-config.file=/conf/tempo.yaml",
  "-config.expand-env=true",
  "--storage.trace.s3.secret_key=$(S3_SECRET_KEY)",
  "--storage.trace.s3.access_key=$(S3_ACCESS_KEY)",
];

describe("Tempo's settings for the release that is run", () => {
  it("lack the fields that it does not know, and say so", () => {
    const { config, changes } = adaptTempoSettings({ config: rendered, args: [] });
    const { query_frontend } = parse(config) as { query_frontend: unknown };
    assert.deepEqual(query_frontend, { search: { default_result_limit: 20 } });
    assert.deepEqual(
      changes.map(({ what }) => what),
      ["query_frontend.search.max_spans_per_span_set is left out"],
    );
  });

  it("have no key among the arguments", () => {
    const adapted = adaptTempoSettings({ config: rendered, args });
    assert.deepEqual(adapted.args, args.slice(0, 3));
    const { s3 } = (parse(adapted.config) as { storage: { trace: { s3: unknown } } }).storage.trace;
    assert.deepEqual(s3, {
      endpoint: "minio.tracing-system.svc.cluster.local:9000",
      bucket: "tempo",
      secret_key: "${S3_SECRET_KEY}",
      access_key: "${S3_ACCESS_KEY}",
    });
    assert.equal(adapted.changes.filter(({ why }) => why.includes("process list")).length, 2);
  });

  it("are as deployed in everything else", () => {
    const known = rendered.replace("    max_spans_per_span_set: 0\n", "");
    const { config, args: kept, changes } = adaptTempoSettings({ config: known, args: args.slice(0, 3) });
    assert.deepEqual(parse(config), parse(known));
    assert.deepEqual(kept, args.slice(0, 3));
    assert.deepEqual(changes, []);
  });

  it("are refused where they are no YAML", () => {
    assert.throws(() => adaptTempoSettings({ config: "storage: [", args: [] }), /tempo\.yaml is no YAML/);
  });
});
