import assert from "node:assert/strict";
import { tlsVerified } from "../../policies/rules/security/tlsVerified";
import type { Resource } from "../../policies/kubernetes/match";
import { judge, resource, tokens, unknown } from "./helper";
import { workload } from "./pods";

const rule = (tls: object): Resource =>
  resource("networking.istio.io/v1beta1:DestinationRule", {
    metadata: { name: "tempo", namespace: "istio-system" },
    spec: { trafficPolicy: { tls } },
  });
const running = (...args: unknown[]): Resource => workload({ containers: [{ args }] });

const messages = async (subject: Resource) =>
  (await judge(tlsVerified, [subject])).violations.map(({ message }) => message);
const end = "so anybody may answer in the other side's place. Remove it, and name the CA that signed the certificate.";

describe("tls-verified", () => {
  it("names the switch and the fix", async () => {
    assert.deepEqual(await messages(rule({ mode: "SIMPLE", insecureSkipVerify: true })), [
      `DestinationRule istio-system/tempo: spec.trafficPolicy.tls.insecureSkipVerify is true, ${end}`,
    ]);
  });

  it("accepts verified TLS", async () => {
    assert.deepEqual(await messages(rule({ mode: "SIMPLE", caCertificates: "system" })), []);
    assert.deepEqual(await messages(rule({ mode: "SIMPLE", insecureSkipVerify: false })), []);
    assert.deepEqual(await messages(rule({ verify: true, skip: true })), []);
  });

  for (const key of [
    "insecure_skip_verify",
    "insecure_skip_verify_tls",
    "insecureSkipTLSVerify",
    "tls_insecure_skip_verify",
    "skip_verify",
    "skip-tls-verify",
    "allow_insecure_connections",
  ]) {
    it(`knows ${key}, at any depth of any kind`, async () => {
      const spec = { a: [{ b: { [key]: true } }] };
      const kiali = resource("kiali.io/v1alpha1:Kiali", { metadata: { name: "kiali" }, spec });
      assert.deepEqual(await messages(kiali), [`Kiali kiali: spec.a[0].b${at(key)} is true, ${end}`]);
    });
  }

  it("knows a switch that is a text, and one in a text of settings, which it does not show", async () => {
    assert.equal((await messages(rule({ insecureSkipVerify: "True" }))).length, 1);
    for (const other of ["untrue", "trueish", "false"]) {
      assert.equal((await messages(rule({ insecureSkipVerify: other }))).length, 0, other);
    }
    const config = (text: string) =>
      resource("opentelemetry.io/v1alpha1:OpenTelemetryCollector", { spec: { config: text } });
    assert.deepEqual(await messages(config("exporters:\n  otlp:\n    tls:\n      insecure_skip_verify: true\n")), [
      `OpenTelemetryCollector "unnamed": spec.config is [secret], ${end}`,
    ]);
    assert.equal((await messages(config("tls:\n  insecure_skip_verify: false\n"))).length, 0);
    assert.equal((await messages(config("# no insecure_skip_verify: true\n"))).length, 0);
  });

  it("knows commands that take any certificate, and does not show them", async () => {
    assert.deepEqual(await messages(running('OUTPUT=$(curl -sk -H "$H" "$URL")')), [
      `Deployment shop/app: spec.template.spec.containers[0].args is [secret], ${end}`,
    ]);
    for (const command of [
      ["curl", "-k", "https://kiali"],
      ["curl --insecure https://kiali"],
      ["sh", "-c", "set -e\nwget -q --no-check-certificate https://kiali"],
      ["oc get pods --insecure-skip-tls-verify"],
      ["mc", "--insecure", "ls"],
    ]) {
      assert.equal((await messages(running(...command))).length, 1, command.join(" "));
      const started = workload({ initContainers: [{ command }] });
      assert.equal((await messages(started)).length, 1, command.join(" "));
    }
    for (const command of [
      ["curl", "-s", "--cacert", "/ca", "https://kiali"],
      ["curl", "--key", "/tls.key", "https://kiali"],
      ["curl https://kiali | sort -k 2"],
      ["oc get pods --insecure-skip-tls-verify=false"],
      ["minio", "server", "-k"],
      [],
    ]) {
      assert.equal((await messages(running(...command))).length, 0, command.join(" "));
      assert.equal((await messages(workload({ hostnames: ["curl -k x"] }))).length, 0);
    }
  });

  it("judges patches, and not what the cluster reports", async () => {
    const spec = { template: { spec: { containers: [{ args: ["curl -k x"] }] } } };
    assert.equal((await messages(resource(`${tokens.deployment}Patch`, { spec }))).length, 1);
    assert.equal((await messages(resource(tokens.istio, { status: { insecureSkipVerify: true } }))).length, 0);
    const managedFields = [{ fieldsV1: { insecureSkipVerify: true } }];
    assert.equal((await messages(resource(tokens.istio, { metadata: { managedFields } }))).length, 0);
  });

  it("does not judge what a preview does not know, and says so", async () => {
    const { violations, notes } = await judge(tlsVerified, [rule({ insecureSkipVerify: unknown })]);
    assert.deepEqual(violations, []);
    assert.deepEqual(notes, [
      "Not decided for DestinationRule istio-system/tempo: spec.trafficPolicy.tls.insecureSkipVerify of DestinationRule istio-system/tempo is not known before the update.",
    ]);
    assert.equal((await messages(running("curl", "-k", unknown))).length, 1);
  });
});

function at(key: string): string {
  return /^\w+$/.test(key) ? `.${key}` : `["${key}"]`;
}
