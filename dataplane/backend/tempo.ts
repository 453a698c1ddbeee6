import { waitUntilHealthy } from "../../cluster/health";
import { UserError } from "../../cluster/interruption";
import type { Change } from "./change";
import type { PodContainers } from "./containers";
import { runningPods, type BackendContext } from "./context";
import type { Container, Deployed, Pod } from "../deployed";
import { startPod, type ContainerProcess, type ContainerSubstitute } from "./pods";
import { adaptTempoSettings } from "./tempoConfig";

const operatorLabels = { "app.kubernetes.io/managed-by": "tempo-operator" };

/** Tempo's processes, and what was changed for them. */
export interface StartedTempo {
  readonly processes: readonly ContainerProcess[];
  readonly changes: readonly Change[];
}

/**
 * Starts every pod that the tempo-operator made, each with its own part of Tempo, its certificate and its volume, and where
 * the query frontend has it the pair that answers as Jaeger. Returns when traces can be stored and found.
 */
export async function startTempo(context: BackendContext, deployed: Deployed): Promise<StartedTempo> {
  const pods = runningPods(deployed, operatorLabels, "Tempo").sort((a, b) => rank(a) - rank(b));
  const processes: ContainerProcess[] = [];
  const changes: Change[] = [];
  for (const pod of pods) {
    const component = nameOf(pod, pods);
    const started = await startPod(context, deployed, pod, (containers) =>
      pod.spec.containers.flatMap((container) => {
        const { substitutes, changes: changed } = substituteFor(context, containers, container, component);
        changes.push(...changed);
        return substitutes;
      }),
    );
    processes.push(...started);
  }
  // A compactor waits for a minute until its ring is settled. Traces come and go without it.
  const needed = processes.filter(({ name }) => !name.startsWith("tempo-compactor"));
  await Promise.all(needed.map((process) => waitUntilHealthy(process, 90)));
  return { processes, changes: [...new Map(changes.map((change) => [change.what, change])).values()] };
}

/** They end in reverse: the distributor first, so that no span is taken that nobody stores. */
const order = ["ingester", "compactor", "query-frontend", "querier", "distributor"];
const componentOf = ({ metadata }: Pod) => metadata.labels?.["app.kubernetes.io/component"] ?? metadata.name;

/** The component, with a number where a TempoStack has several pods of it. */
function nameOf(pod: Pod, pods: readonly Pod[]): string {
  const alike = pods.filter((other) => componentOf(other) === componentOf(pod));
  return alike.length === 1 ? componentOf(pod) : `${componentOf(pod)}-${alike.indexOf(pod)}`;
}

const rank = (pod: Pod) => order.indexOf(componentOf(pod));

/** What is run for a container, and what was changed for it; nothing is run for one that is not known. */
function substituteFor(
  context: BackendContext,
  containers: PodContainers,
  container: Container,
  component: string,
): { substitutes: ContainerSubstitute[]; changes: readonly Change[] } {
  const { name } = container;
  if (name === "tempo-query" || name === "jaeger-query") {
    return { substitutes: [{ name, container, program: context.program(name) }], changes: [] };
  }
  if (name !== "tempo") {
    const change = {
      what: `container ${name} of Tempo's ${component} is not run`,
      why: "there is no program for it here",
    };
    return { substitutes: [], changes: [change] };
  }
  const file = configFile(container);
  const { config, args, changes } = adaptTempoSettings({
    config: containers.text(container, file),
    args: container.args ?? [],
  });
  const program = context.program("tempo");
  // A query frontend that has had a query waits for its emptied queues for ever (Tempo 2.6). It keeps nothing.
  const patience = component.startsWith("query-frontend") ? 2_000 : undefined;
  return {
    substitutes: [{ name: `tempo-${component}`, container, program, args, files: { [file]: config }, patience }],
    changes,
  };
}

/** Where a container of Tempo has its configuration. */
function configFile({ name, args = [] }: Container): string {
  const flag = "-config.file=";
  const file = args.find((argument) => argument.startsWith(flag))?.slice(flag.length);
  if (file === undefined) throw new UserError(`container ${name} of Tempo names no configuration (${flag}…)`);
  return file;
}
