/**
 * Calls of the other end, where nobody answers: each is refused, and no more is ever heard or said of it. It stands in the
 * place of {@link IncomingCalls}, of which an end that serves nothing then loads nothing.
 */
import type { Frame } from "../protocol/frame.js";
import { op } from "../protocol/frame.js";
import type { Violation } from "../protocol/violation.js";
import type { IncomingContext } from "./incoming-calls.js";
import type { AnsweredCalls } from "./incoming-words.js";
import { Refusals } from "./refusals.js";
import { RequestIds } from "./request-ids.js";

/** There is never a call to say anything of. */
const silent = (): void => {};

export class RefusedCalls<Work> implements AnsweredCalls<Work> {
  readonly deadline = Infinity;
  readonly open = 0;
  readonly awaited = 0;
  readonly peerMessageBytes = Infinity;
  readonly attached = silent;
  readonly look = silent;
  readonly has = () => false;
  readonly tell = () => false;
  readonly room = () => 0;
  readonly render = (): undefined => {};
  readonly resume = silent;
  readonly expire = silent;
  readonly release = silent;
  readonly end = silent;
  readonly #context: Pick<IncomingContext<Work>, "session" | "firstId">;
  readonly #refusals: Refusals;
  readonly #ids: RequestIds;

  constructor(context: Pick<IncomingContext<Work>, "session" | "firstId">) {
    this.#context = context;
    this.#refusals = new Refusals(context.session);
    this.#ids = new RequestIds(context.firstId);
  }

  expects(id: number): boolean {
    return this.#ids.isNew(id);
  }

  announce(id: number): Violation | undefined {
    return this.#ids.announce(id);
  }

  request(frame: Frame, _now: number, announced = false): Violation | undefined {
    const { id } = frame;
    if (frame.op === op.cancel) this.#context.session.decline(id);
    if (frame.op !== op.call && frame.op !== op.subscribe) return undefined;
    const wrong = announced ? undefined : this.announce(id);
    return wrong ?? this.#refusals.refuse(id, "the client serves no procedures", "UNIMPLEMENTED");
  }

  restart(): void {
    this.#ids.restart();
  }
}
