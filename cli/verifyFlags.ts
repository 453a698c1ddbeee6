import type { ParseArgsOptionsConfig } from "node:util";

/** The flags of `verify` and `report`, as `parseArgs` takes them; what their values may be stands in verifyOptions.ts. */
export const verifyFlags = {
  send: { type: "string" },
  url: { type: "string" },
  host: { type: "string" },
  rate: { type: "string" },
  trace: { type: "string", multiple: true },
  since: { type: "string" },
  service: { type: "string" },
  namespace: { type: "string" },
  expect: { type: "string", multiple: true },
  versions: { type: "string", multiple: true },
  "min-traces": { type: "string" },
  "max-orphans": { type: "string" },
  timeout: { type: "string" },
  stack: { type: "string" },
  "kiali-url": { type: "string" },
  "token-file": { type: "string" },
  "ca-file": { type: "string" },
  context: { type: "string" },
  "no-cluster": { type: "boolean" },
  "control-plane": { type: "string" },
  gateway: { type: "string" },
  json: { type: "string" },
  junit: { type: "string" },
  report: { type: "string" },
  help: { type: "boolean", short: "h" },
} as const satisfies ParseArgsOptionsConfig;

/** What the help of both commands says about them. */
export const flagsUsage = `What to look at
  --send <count>           send so many requests first, 1 to 1000, and look for exactly their traces
  --url <url>              the page to request; the stack's productpageUrl by default
  --host <name>            the Host header, where it is not the URL's
  --rate <number>          requests per second, 0.1 to 50 (5)
  --trace <id>             look for this trace; can be repeated. Without --trace and --send: for recent traces
  --since <seconds>        how recent (600)
  --service <name>         the entry service (productpage)
  --namespace <name>       its namespace (bookinfo)

What must hold
  --expect <service>       <app>.<namespace> with a span in every trace, beside the entry service; can be repeated. Of
                           Bookinfo by default details.bookinfo and reviews.bookinfo
  --versions <list>        versions that must be seen, such as reviews.bookinfo=v1,v2; can be repeated
  --min-traces <count>     how many traces there must be, of recent ones, 1 to 100 (1)
  --max-orphans <percent>  largest share of spans without their parent (0)
  --timeout <seconds>      how long to look until all holds, 1 to 3600 (60)

Where
  --stack <name>           take the URLs of Kiali and productpage from this stack's outputs; pulumi must be on PATH
  --kiali-url <url>        Kiali; by default the stack's, else that of the Route kiali in the cluster
  --token-file <file>      token for Kiali; else the environment's KIALI_TOKEN, else the kubeconfig's token where Kiali's URL
                           is from the same cluster
  --ca-file <file>         authorities to trust for Kiali and the page, PEM; the system's by default
  --context <name>         context of the kubeconfig; the current one by default
  --no-cluster             do not read the cluster: no broken link is named, no sampling shown
  --control-plane <name>   namespace of the control plane and of Kiali (istio-system)
  --gateway <selector>     labels of the ingress gateway's pods (istio=ingressgateway)

Results
  --json <file>            as JSON; - for standard output instead of the text
  --junit <file>           as JUnit's XML, for CI; - as above
  --report <file>          as one HTML file
`;
