import { isUnknown, type Decision, type Field, type Unknown } from "../kubernetes/fields";

/** No if any answer is no, else not known if any is not, else yes. */
export function allOf(decisions: readonly Decision[]): Decision {
  return !decisions.includes(false) && (decisions.find(isUnknown) ?? true);
}

/** The opposite answer. */
export function not(decision: Decision): Decision {
  return isUnknown(decision) ? decision : !decision;
}

/** Whether a field is `true`; it is not if it is missing. */
export function isTrue(field: Field): Decision {
  return field.boolean() ?? false;
}

/** Whether a field has a value. An empty text counts as none, as it does for operators that are written in Go. */
export function isSet(field: Field): Decision {
  const value = field.read();
  return isUnknown(value) ? value : value !== undefined && value !== "";
}

/** Whether two texts are the same; one that is missing is like no other. */
export function same(left: string | Unknown | undefined, right: string | Unknown | undefined): Decision {
  return [left, right].find(isUnknown) ?? (left !== undefined && left === right);
}

/** Whether a field holds this text. */
export function equals(field: Field, text: string): Decision {
  return same(field.string(), text);
}
