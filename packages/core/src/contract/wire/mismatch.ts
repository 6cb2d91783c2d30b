/** A value that does not fit its plan, on either side of the wire. It tells where and what was expected, never the value. */
export class Mismatch extends Error {
  override readonly name = "Mismatch";
  /** Where in the value, outermost first. */
  readonly path: (string | number)[] = [];

  constructor(readonly expected: string) {
    super(`expected ${expected}`);
  }
}

/** Called on the way out, once for each list or object: the place of a mismatch grows by the step that led to it. */
export function within(error: unknown, step: string | number): unknown {
  if (error instanceof Mismatch) error.path.unshift(step);
  return error;
}
