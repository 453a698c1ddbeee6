/** What differs from the deployed configuration, for whoever compares a process here with its pod. */
export interface Change {
  /** Which setting or argument, and what became of it. */
  readonly what: string;
  /** Why it could not stay as it is. */
  readonly why: string;
}
