import { not, same } from "../pack/decisions";
import { anyOf, isUnknown, type Decision, type Field, type Unknown } from "./fields";

/** Labels of an object, by key; undefined for a key it does not have. */
export type LabelOf = (key: string) => string | Unknown | undefined;

/** Whether labels satisfy a Kubernetes label selector; an empty selector is satisfied by all. */
export function selects(selector: Field, labelOf: LabelOf): Decision {
  const labels = selector.at("matchLabels").entries();
  const expressions = selector.at("matchExpressions").items();
  if (isUnknown(labels) || isUnknown(expressions)) {
    return isUnknown(labels) ? labels : (expressions as Unknown);
  }
  const unmet = anyOf([
    ...labels.map(([key, value]) => not(same(labelOf(key), value.string()))),
    ...expressions.map((expression) => not(holds(expression, labelOf))),
  ]);
  return not(unmet);
}

/** One entry of `matchExpressions`; an operator that Kubernetes does not know holds for nothing. */
function holds(expression: Field, labelOf: LabelOf): Decision {
  const key = expression.at("key").string();
  const operator = expression.at("operator").string();
  const values = expression.at("values").items();
  const undecided = [key, operator, values].find(isUnknown);
  if (undecided) {
    return undecided;
  }
  const label = labelOf(key as string);
  const isOneOf = anyOf((values as readonly Field[]).map((value) => same(label, value.string())));
  const exists = isUnknown(label) ? label : label !== undefined;
  switch (operator) {
    case "In":
      return isOneOf;
    case "NotIn":
      return not(isOneOf);
    case "Exists":
      return exists;
    case "DoesNotExist":
      return not(exists);
    default:
      return false;
  }
}
