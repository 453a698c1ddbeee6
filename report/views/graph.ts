import { counted, duration } from "../format";
import type { PlacedEdge, PlacedNode } from "../graphLayout";
import { nodeSize } from "../graphLayout";
import type { Content } from "../html";
import { html } from "../html";
import type { ReportModel } from "../model";
import { colour, scrollable, serviceName } from "./section";

/** Characters of a name that fit into a node. */
const longestName = 20;

/** Who calls whom: a drawing, and the same as a table. */
export function graphView({ graph, numbers }: ReportModel): Content {
  if (graph.nodes.length === 0) {
    return html`<p class="muted">There is no span, so nothing is known of the services.</p>`;
  }
  const { width, height, nodes, edges } = graph;
  const silent = nodes.filter(({ isSilent }) => isSilent);
  const drawing = html`<svg
    viewBox="0 0 ${width} ${height}"
    width="${width}"
    height="${height}"
    role="img"
    aria-labelledby="drawing-title"
    aria-describedby="drawing-text"
  >
    <title id="drawing-title">Service graph</title>
    <desc id="drawing-text">${edges.map(sentence).join(" ")} The table below has the numbers.</desc>
    <defs>
      <marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">
        <path d="M0 0 L8 4 L0 8 Z" />
      </marker>
    </defs>
    ${nodes.filter(({ isEntry }) => isEntry).map(entryArrow)} ${edges.map(edgeView)}
    ${nodes.map((node) => nodeView(node, colour(numbers.get(node.service))))}
  </svg>`;
  return html`
    <p class="muted">
      At each arrow: how often one called the other, and within what time 95 % of the calls were answered.
    </p>
    ${scrollable("Drawing of the service graph", drawing)}
    ${
      silent.length > 0 &&
      html`<p class="notice bad">
        ${silent.map(({ service }) => service).join(", ")} ${silent.length === 1 ? "was" : "were"} called but reported
        no span: no sidecar, or its spans were lost.
      </p>`
    }
    <details class="more">
      <summary>Calls between services, as a table</summary>
      <table class="plain">
        <caption class="hidden">
          Calls between services
        </caption>
        <thead>
          <tr>
            <th scope="col">From</th>
            <th scope="col">To</th>
            <th scope="col" class="number">Calls</th>
            <th scope="col" class="number">Errors</th>
            <th scope="col" class="number">p95</th>
          </tr>
        </thead>
        <tbody>
          ${edges.map(
            ({ from, to, count, errors, p95 }) =>
              html`<tr>
                <td>${serviceName(from, numbers.get(from))}</td>
                <td>${serviceName(to, numbers.get(to))}</td>
                <td class="number">${count}</td>
                <td class="number ${errors > 0 && "bad"}">${errors}</td>
                <td class="number">${duration(p95)}</td>
              </tr>`,
          )}
        </tbody>
      </table>
    </details>
  `;
}

function sentence({ from, to, count, errors }: PlacedEdge): string {
  return `${from} calls ${to}: ${counted(count, "call")}, ${counted(errors, "error")}.`;
}

function entryArrow({ x, y }: PlacedNode): Content {
  const middle = y + nodeSize.height / 2;
  return html`<path class="edge" d="M${x - 32} ${middle} L${x} ${middle}" marker-end="url(#arrow)" />`;
}

function edgeView({ path, labelX, labelY, labelDown, count, errors, p95, from, to }: PlacedEdge): Content {
  return html`<g class="${errors > 0 && "failing"}">
    <path class="edge" d="${path}" marker-end="url(#arrow)"><title>${from} → ${to}</title></path>
    <text class="edge-label" x="${labelX}" y="${labelY}">${count} × ${duration(p95)}</text>
    ${errors > 0 && html`<text class="edge-label error" x="${labelX}" y="${labelY + labelDown * 14}">${counted(errors, "error")}</text>`}
  </g>`;
}

function nodeView({ service, x, y, count, errors, isSilent }: PlacedNode, colourClass: string): Content {
  const dot = service.lastIndexOf(".");
  const [app, namespace] = dot < 0 ? [service, ""] : [service.slice(0, dot), service.slice(dot + 1)];
  const { width, height } = nodeSize;
  return html`<g class="node ${isSilent && "silent"} ${errors > 0 && "failing"}" transform="translate(${x} ${y})">
    <title>${service}</title>
    <rect width="${width}" height="${height}" rx="9" />
    <rect class="${colourClass} stripe" width="5" height="${height - 18}" x="9" y="9" rx="2.5" />
    <text class="app" x="24" y="24" ${app.length > 17 && html`textLength="146" lengthAdjust="spacingAndGlyphs"`}
      >${shortened(app)}</text
    >
    <text class="namespace" x="24" y="40">${shortened(namespace)}</text>
    <text class="numbers" x="24" y="56">
      ${isSilent ? "no span" : html`${counted(count, "request")}${errors > 0 && html`, ${counted(errors, "error")}`}`}
    </text>
  </g>`;
}

function shortened(name: string): string {
  return name.length > longestName ? `${name.slice(0, longestName - 1)}…` : name;
}
