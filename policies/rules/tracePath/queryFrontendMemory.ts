import type { PolicyConfigSchema } from "@pulumi/policy";
import { isUnknown } from "../../kubernetes/fields";
import { kinds } from "../../kubernetes/match";
import { asMebibytes } from "../../kubernetes/quantity";
import { resourceRule } from "../../pack/rule";
import { queryFrontendMemory as memoryOf } from "../../tempo/queryFrontendMemory";

/**
 * In MiB. With 1 GiB for all of Tempo, of which the query-frontend gets 26 MiB, a search of Kiali's kills it, with 2 GiB a
 * few do; with 4 GiB, which leaves it 102 MiB, it held. Sources: grafana/tempo-operator#716, kiali/kiali#7768.
 */
const usualMinimum = 100;

const configSchema: PolicyConfigSchema = {
  properties: {
    minimumMebibytes: {
      type: "number",
      minimum: 1,
      description: "Least memory limit of the query-frontend, in MiB.",
      default: usualMinimum,
    },
  },
};

/** Kiali asks for a hundred traces at once, and a query-frontend that is killed over it shows as "could not fetch traces". */
export const queryFrontendMemory = resourceRule(
  {
    name: "query-frontend-memory",
    displayName: "Memory for a search",
    description: "The memory limit of a TempoStack's query-frontend must hold the searches that Kiali makes.",
    enforcementLevel: "advisory",
    severity: "medium",
    tags: ["trace path"],
    url: "https://github.com/grafana/tempo-operator/issues/716",
    remediationSteps:
      "Set a size, or resources of the query-frontend itself, or more memory for all components together: it gets 2.5 % of that, with a gateway 2 %.",
    configSchema,
  },
  [kinds.tempoStack],
  (tempo, findings, config) => {
    const memory = memoryOf(tempo);
    const minimum = Number(config["minimumMebibytes"] ?? usualMinimum) * 1024 ** 2;
    if (isUnknown(memory)) {
      findings.undecided(tempo, memory);
    } else if (memory && memory.bytes < minimum) {
      const { field, bytes, share } = memory;
      const part = share === 1 ? "" : `of which the query-frontend gets ${asMebibytes(bytes)}, `;
      const needed = Math.ceil(minimum / share / 1024 ** 2);
      findings.violation({
        object: tempo,
        field,
        problem: `${part}less than the ${asMebibytes(minimum)} that a search of Kiali's takes`,
        fix: `Set it to at least ${needed}Mi${share === 1 ? "" : ", or set a size, or resources of the query-frontend itself"}.`,
      });
    }
  },
);
