/**
 * One query in flight, and all who wait for its answer. Each of them has a promise, a signal and a deadline of its own,
 * and is given an answer of its own: what one does to it, no other sees. The call is cancelled when the last has gone.
 */
import { RpcError } from "@trunkline/core";
import type { OutgoingCall, Sink } from "@trunkline/core/internal";

/** A query that somebody waits for. */
export type Asking = OutgoingCall<Sink>;

/** An answer as it came, to be given more than once. */
export interface Answer {
  /** JSON; undefined where there was no value. */
  readonly text: string | undefined;
  /** The bytes that it speaks of. */
  readonly blob: Uint8Array | undefined;
}

/** How long an answer may be kept, and by which names it is taken back. */
export interface Terms {
  /** The moment it is too old, by the clock that `now` is of. */
  readonly until: number;
  readonly tags: readonly string[];
}

/** What a query in flight is known by. */
export interface Flight {
  /** The same for equal queries. */
  readonly key: string;
  /** The transport it was made for. */
  readonly era: number;
  /** What had been heard when it was made. */
  readonly news: number;
  /** Whether others may join it. */
  readonly isShared: boolean;
  /** On which its answer may be kept; undefined: it may not. */
  readonly terms: Terms | undefined;
}

/** What a shared query needs of whoever keeps it. */
export interface SharedQueryOwner {
  now(): number;
  open(call: Asking): void;
  cancel(call: Asking): void;
  /** It is over. Returns what keeps its answer, if that is to be kept. */
  answered(query: SharedQuery): ((answer: Answer) => void) | undefined;
  /** Nobody can join it any more. */
  over(query: SharedQuery): void;
  /** This one is to leave at its deadline. */
  watch(query: SharedQuery, asking: Asking): void;
  /** It is settled. */
  unwatch(asking: Asking): void;
}

/** Whoever waits longer than the call did asks again, if at least this is left; otherwise it waits that out. */
const WORTH_ASKING_MS = 50;

export class SharedQuery implements Sink {
  readonly #owner: SharedQueryOwner;
  readonly flight: Flight;
  #waiting: Asking[];
  #call: Asking;

  /** For the first who asks; `open` makes the call. */
  constructor(first: Asking, owner: SharedQueryOwner, flight: Flight) {
    this.#owner = owner;
    this.flight = flight;
    this.#waiting = [first];
    this.#call = first.copy<Sink>(this, first.deadline);
  }

  open(): void {
    this.#owner.open(this.#call);
  }

  join(asking: Asking): void {
    this.#waiting.push(asking);
    if (asking.deadline < this.#call.deadline) this.#owner.watch(this, asking);
  }

  /** This one waits no longer. */
  leave(asking: Asking, code: "CANCELLED" | "DEADLINE_EXCEEDED"): void {
    const at = this.#waiting.indexOf(asking);
    if (at < 0) return;
    this.#waiting.splice(at, 1);
    const { known: outcome, path } = this.#call;
    this.#fail(asking, new RpcError(code, { outcome, path, retryable: code === "DEADLINE_EXCEEDED" }));
    if (this.#waiting.length > 0) return;
    this.#owner.over(this);
    this.#owner.cancel(this.#call);
  }

  result(value: unknown, blob?: Uint8Array): void {
    const keep = this.#owner.answered(this);
    const [first, ...others] = this.#take();
    const text = keep !== undefined || others.length > 0 ? JSON.stringify(value) : undefined;
    keep?.({ text, blob });
    if (first !== undefined) this.#settle(first).result(value, blob);
    for (const asking of others) this.#give(asking, { text, blob });
  }

  failure(error: RpcError, blob?: Uint8Array): void {
    const now = this.#owner.now();
    // The call's time is over, and that may not be everybody's.
    const isExpired = error.code === "DEADLINE_EXCEEDED" && this.#call.deadline <= now;
    const waiting = this.#take();
    const patient = isExpired ? waiting.filter(({ deadline }) => deadline > now) : [];
    if (patient.length > 0) this.#goOn(patient, now);
    else this.#owner.over(this);
    for (const asking of waiting) if (!patient.includes(asking)) this.#fail(asking, error, blob);
  }

  event(): void {}
  gap(): void {}
  end(): void {}

  /** For these, who have time left, the query is asked again. */
  #goOn(patient: Asking[], now: number): void {
    const { known } = this.#call;
    const deadline = Math.max(...patient.map((asking) => asking.deadline));
    this.#waiting = patient;
    this.#call = this.#call.copy<Sink>(this, deadline);
    this.#call.known = known;
    const isWorthIt = deadline - now >= WORTH_ASKING_MS;
    for (const asking of patient) if (!isWorthIt || asking.deadline < deadline) this.#owner.watch(this, asking);
    if (isWorthIt) this.open();
    else this.#owner.over(this);
  }

  #take(): Asking[] {
    const waiting = this.#waiting;
    this.#waiting = [];
    return waiting;
  }

  #give(asking: Asking, answer: Answer): void {
    this.#owner.unwatch(asking);
    give(asking, answer);
  }

  #settle(asking: Asking): Sink {
    asking.state = { name: "settled" };
    this.#owner.unwatch(asking);
    return asking.sink;
  }

  #fail(asking: Asking, error: RpcError, blob?: Uint8Array): void {
    this.#settle(asking).failure(error, blob);
  }
}

/** Settles a query by an answer that came for another. */
export function give(asking: Asking, { text, blob }: Answer): void {
  asking.state = { name: "settled" };
  asking.sink.result(text === undefined ? undefined : JSON.parse(text), blob);
}
