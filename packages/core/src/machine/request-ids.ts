/**
 * The ids of the other end's requests: they have that end's parity and only grow, whatever becomes of each request.
 *
 * @see PROTOCOL.md section 5.2
 */
import { type Violation, violation } from "../protocol/violation.js";

export class RequestIds {
  readonly #firstId: 1 | 2;
  #last = 0;

  /** `firstId`: of the parity that all have. */
  constructor(firstId: 1 | 2) {
    this.#firstId = firstId;
  }

  /** Whether a request may still come with this id. */
  isNew(id: number): boolean {
    return id > this.#last;
  }

  /** A request begins to arrive. */
  announce(id: number): Violation | undefined {
    if (id % 2 !== this.#firstId % 2) return violation("wrongParity");
    if (!this.isNew(id)) return violation("oldId");
    this.#last = id;
    return undefined;
  }

  /** The other end begins anew. */
  restart(): void {
    this.#last = 0;
  }
}
