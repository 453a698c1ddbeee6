import type { AuditResult } from "../finding";
import { asJson } from "./json";
import { asJUnit } from "./junit";
import { asSarif } from "./sarif";
import { asText } from "./text";

/** The forms that an audit can be printed in, by the name that the command line has for each. */
export const formats = {
  text: asText,
  json: asJson,
  sarif: asSarif,
  junit: asJUnit,
} as const satisfies Record<string, (result: AuditResult) => string>;

/** The name of a form. */
export type Format = keyof typeof formats;
