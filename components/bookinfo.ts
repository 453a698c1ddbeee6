import * as k8s from "@pulumi/kubernetes";
import * as pulumi from "@pulumi/pulumi";
import { bookinfoWorkload, services } from "./bookinfoWorkloads";
import { destinationRule, gateway, route, virtualService } from "./customResources";
import { recommendedLabels } from "./labels";
import { onceMade } from "./onceMade";
import { routeHost } from "./probes";
import type { Readiness } from "./readiness";
import type { ServiceMesh } from "./serviceMesh";

/** Arguments of {@link Bookinfo}. */
export interface BookinfoArgs {
  /** Namespace of the demo, by the output of what makes it. */
  readonly namespace: pulumi.Input<string>;
  /** The mesh whose gateway lets requests in; its Route lives beside the gateway. */
  readonly mesh: ServiceMesh;
  /** Waits for the router. */
  readonly readiness: Readiness;
}

/** How requests reach productpage from inside the cluster, through the mesh's ingress gateway. */
export interface Ingress {
  /** URL of productpage at the ingress gateway's Service. */
  readonly url: pulumi.Output<string>;
  /** Host header that the Gateway routes by. */
  readonly host: pulumi.Output<string>;
}

/**
 * The Bookinfo demo: four services in six versions, reached through the ingress gateway. Pods ask for their sidecar by
 * label and by annotation: OpenShift Service Mesh 2 reads either, version 3 only the label.
 *
 * Give `dependsOn: mesh.membership(…)`: a pod that is created earlier stays without a sidecar.
 */
export class Bookinfo extends pulumi.ComponentResource {
  /** URL of productpage outside the cluster, over TLS. */
  readonly productpageUrl: pulumi.Output<string>;
  /** Productpage as seen from inside the cluster; resolved once every workload is available. */
  readonly ingress: Ingress;

  constructor(name: string, args: BookinfoArgs, opts?: pulumi.ComponentResourceOptions) {
    super("mesh-tracing:bookinfo:Bookinfo", name, {}, opts);
    const workloads = services.flatMap((service) => this.service(name, args, service));
    const routeName = "bookinfo-productpage";
    const productpage = route(
      `${name}-route`,
      {
        metadata: {
          name: routeName,
          namespace: args.mesh.rootNamespace,
          labels: recommendedLabels("bookinfo", "ingress"),
        },
        spec: {
          to: { kind: "Service", name: args.mesh.ingressGateway.service },
          port: { targetPort: args.mesh.ingressGateway.httpPort },
          tls: { termination: "edge", insecureEdgeTerminationPolicy: "Redirect" },
        },
      },
      { parent: this },
    );
    const host = args.mesh.rootNamespace.apply((namespace) =>
      args.readiness.read(productpage, routeHost(namespace, routeName)),
    );
    const routing = this.routing(name, args, host);
    this.productpageUrl = pulumi.interpolate`https://${host}/productpage`;
    const url = pulumi.interpolate`http://${args.mesh.ingressGateway.service}.${args.mesh.rootNamespace}.svc.cluster.local/productpage`;
    this.ingress = { url: onceMade([...workloads, ...routing], url), host };
    this.registerOutputs({ productpageUrl: this.productpageUrl });
  }

  /** One Bookinfo service: Service, ServiceAccount, DestinationRule and a Deployment for each version. */
  private service(name: string, args: BookinfoArgs, service: (typeof services)[number]): pulumi.Resource[] {
    const accountName = `bookinfo-${service.name}`;
    const account = new k8s.core.v1.ServiceAccount(
      `${name}-${service.name}-account`,
      {
        metadata: {
          name: accountName,
          namespace: args.namespace,
          labels: { ...recommendedLabels("bookinfo", service.name), account: service.name },
        },
      },
      { parent: this },
    );
    new k8s.core.v1.Service(
      `${name}-${service.name}-service`,
      {
        metadata: {
          name: service.name,
          namespace: args.namespace,
          labels: { ...recommendedLabels("bookinfo", service.name), app: service.name, service: service.name },
          // Made beside its Deployments, so do not wait for endpoints.
          annotations: { "pulumi.com/skipAwait": "true" },
        },
        spec: { selector: { app: service.name }, ports: [{ name: "http", port: 9080, targetPort: 9080 }] },
      },
      { parent: this },
    );
    destinationRule(
      `${name}-${service.name}-versions`,
      {
        metadata: {
          name: service.name,
          namespace: args.namespace,
          labels: recommendedLabels("bookinfo", service.name),
        },
        spec: {
          host: service.name,
          subsets: service.versions.map((version) => ({ name: version, labels: { version } })),
        },
      },
      { parent: this },
    );
    return service.versions.map(
      (version) =>
        new k8s.apps.v1.Deployment(
          `${name}-${service.name}-${version}`,
          bookinfoWorkload(service, version, {
            namespace: args.namespace,
            serviceAccountName: onceMade(account, accountName),
          }),
          { parent: this },
        ),
    );
  }

  /** What lets requests for the Route's host in and sends them to productpage. */
  private routing(name: string, args: BookinfoArgs, host: pulumi.Output<string>): pulumi.Resource[] {
    const labels = recommendedLabels("bookinfo", "ingress");
    const gatewayName = "bookinfo-gateway";
    const entry = gateway(
      `${name}-gateway`,
      {
        metadata: { name: gatewayName, namespace: args.namespace, labels },
        spec: {
          selector: args.mesh.ingressGateway.selector,
          // The Route ends TLS in front of the gateway.
          servers: [{ port: { number: 80, name: "http", protocol: "HTTP" }, hosts: [host] }],
        },
      },
      { parent: this },
    );
    const paths = [
      { exact: "/productpage" },
      { prefix: "/static" },
      { exact: "/login" },
      { exact: "/logout" },
      { prefix: "/api/v1/products" },
    ];
    const routes = virtualService(
      `${name}-routes`,
      {
        metadata: { name: "bookinfo", namespace: args.namespace, labels },
        spec: {
          hosts: [host],
          gateways: [onceMade(entry, gatewayName)],
          http: [
            {
              match: paths.map((uri) => ({ uri })),
              route: [{ destination: { host: "productpage", port: { number: 9080 } } }],
            },
          ],
        },
      },
      { parent: this },
    );
    return [entry, routes];
  }
}
