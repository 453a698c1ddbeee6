import type { GraphEdge, GraphNode, ServiceGraph } from "./serviceGraph";

/** Size of a node and the room between nodes, in pixels. */
export const nodeSize = { width: 180, height: 66 } as const;
const gap = { x: 110, y: 34 } as const;
const margin = { x: 40, y: 12 } as const;

/** A node with the place of its upper left corner. */
export interface PlacedNode extends GraphNode {
  readonly x: number;
  readonly y: number;
}

/** An edge with the way it takes, as SVG writes a path, and the place of its label. */
export interface PlacedEdge extends GraphEdge {
  readonly path: string;
  readonly labelX: number;
  readonly labelY: number;
  /** Where a further line of the label goes, from the first: 1 below, -1 above. */
  readonly labelDown: 1 | -1;
}

/** A graph that is ready to be drawn. */
export interface GraphLayout {
  readonly width: number;
  readonly height: number;
  readonly nodes: readonly PlacedNode[];
  readonly edges: readonly PlacedEdge[];
}

/**
 * Places services in columns from left to right, each right of all that call it; calls that go round lead back.
 */
export function layOut(graph: ServiceGraph): GraphLayout {
  const columns = ordered(graph, ranksOf(graph));
  const tallest = Math.max(0, ...columns.map((column) => column.length));
  const step = { x: nodeSize.width + gap.x, y: nodeSize.height + gap.y };
  const height = margin.y * 2 + Math.max(0, tallest * step.y - gap.y);
  const places = new Map<string, PlacedNode>();
  columns.forEach((column, rank) => {
    const top = (height - (column.length * step.y - gap.y)) / 2;
    column.forEach((node, row) => {
      places.set(node.service, { ...node, x: margin.x + rank * step.x, y: top + row * step.y });
    });
  });
  const loops = graph.edges.some(({ from, to }) => places.get(from)!.x >= places.get(to)!.x);
  return {
    width: margin.x * 2 + Math.max(0, columns.length * step.x - gap.x),
    height: height + (loops ? gap.y * 2 : 0),
    nodes: [...places.values()],
    edges: graph.edges.map((edge) => ({ ...edge, ...route(places.get(edge.from)!, places.get(edge.to)!) })),
  };
}

/** The column of each service: one more than the last of its callers, a call back into a chain aside. */
function ranksOf({ nodes, edges }: ServiceGraph): Map<string, number> {
  const ranks = new Map(nodes.map(({ service }) => [service, 0]));
  const targets = new Map(nodes.map(({ service }) => [service, new Set<string>()]));
  for (const { from, to } of edges) {
    // Left out where the target leads to the caller already, so that what is left has no circle.
    if (from !== to && !reaches(targets, to, from)) {
      targets.get(from)!.add(to);
    }
  }
  // Without circles no way is longer than the number of services.
  for (let round = 0; round < nodes.length; round++) {
    for (const [from, tos] of targets) {
      for (const to of tos) {
        ranks.set(to, Math.max(ranks.get(to)!, ranks.get(from)! + 1));
      }
    }
  }
  return ranks;
}

function reaches(targets: ReadonlyMap<string, ReadonlySet<string>>, from: string, wanted: string): boolean {
  const seen = new Set([from]);
  for (const service of seen) {
    targets.get(service)!.forEach((next) => seen.add(next));
  }
  return seen.has(wanted);
}

/** The services of each column, near to those that call them, so that few edges cross. */
function ordered({ nodes, edges }: ServiceGraph, ranks: ReadonlyMap<string, number>): GraphNode[][] {
  const columns: GraphNode[][] = [];
  for (const node of nodes) {
    (columns[ranks.get(node.service)!] ??= []).push(node);
  }
  for (const [rank, column] of columns.entries()) {
    const before = columns[rank - 1]?.map(({ service }) => service) ?? [];
    const weight = ({ service }: GraphNode) => {
      const rows = edges.filter(({ to }) => to === service).flatMap(({ from }) => before.indexOf(from));
      const known = rows.filter((row) => row >= 0);
      return known.length === 0 ? 0 : known.reduce((sum, row) => sum + row, 0) / known.length;
    };
    column.sort((one, other) => weight(one) - weight(other));
  }
  return columns;
}

function route(from: PlacedNode, to: PlacedNode): Pick<PlacedEdge, "path" | "labelX" | "labelY" | "labelDown"> {
  const { width, height } = nodeSize;
  if (from.x < to.x) {
    const [x1, y1, x2, y2] = [from.x + width, from.y + height / 2, to.x, to.y + height / 2];
    const bend = gap.x / 2;
    const path = `M${x1} ${y1} C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`;
    // On the side of the edge's end from which it does not come.
    const comesFromAbove = y1 < y2;
    return {
      path,
      labelX: x2 - gap.x * 0.42,
      labelY: y2 + (comesFromAbove ? 17 : -8),
      labelDown: comesFromAbove ? 1 : -1,
    };
  }
  const [x1, x2] = [from.x + width / 2 + 12, to.x + width / 2 - 12];
  const [y1, y2] = [from.y + height, to.y + height];
  const low = Math.max(y1, y2) + gap.y * 1.5;
  return {
    path: `M${x1} ${y1} C${x1} ${low} ${x2} ${low} ${x2} ${y2}`,
    labelX: (x1 + x2) / 2,
    labelY: low - gap.y / 2,
    labelDown: 1,
  };
}
