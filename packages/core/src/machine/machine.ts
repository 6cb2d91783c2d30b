/**
 * The shape every machine has. A machine holds rules and nothing else: time is an argument, chance is an argument, and
 * what must be done is data that the hands collect.
 */
export interface Machine<Input, Effect> {
  /** Something came from outside. Throws only for a caller's mistake, never for a peer's. */
  receive(input: Input, now: number): void;
  /** Time has passed. Harmless when called early. */
  tick(now: number): void;
  /** When to tick next, in the clock's milliseconds. `Infinity`: no need. */
  readonly deadline: number;
  /** What must now be done, in order. Each effect is handed out once. */
  take(): Effect[];
}
