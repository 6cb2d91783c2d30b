/** The other end of a client, in the hands of a test: transports that record what is sent, and dials to answer. */
import type { Transport, TransportListener } from "@trunkline/core";
import { greeting, peerLimits, resolveLimits, type Welcome } from "@trunkline/core/internal";
import type { VirtualClock } from "@trunkline/core/simulation";
import type { Opening, OpeningFailure, OpeningListener } from "../src/opening.js";

export const limits = resolveLimits();

/** What a server says to a new session; `members` replaces parts of it. */
export function welcome(members: Partial<Welcome> = {}): string {
  return greeting({
    type: "welcome",
    session: "token-1",
    resumed: false,
    received: 0,
    contract: "hash",
    heartbeatMs: 25_000,
    spreadMs: 1_000,
    resumeMs: 60_000,
    limits: peerLimits(limits),
    ...members,
  });
}

/** A transport whose other end is the test. */
export class Line implements Transport {
  readonly sent: string[] = [];
  /** The code this end closed with. */
  closedWith: number | undefined;
  #listener: TransportListener | undefined;
  #open = true;

  send(text: string): boolean {
    if (this.#open) this.sent.push(text);
    return true;
  }

  ping(): void {}

  close(code: number): void {
    if (!this.#open) return;
    this.closedWith = code;
    this.#open = false;
    this.#listener?.closed(code, "");
  }

  listen(listener: TransportListener): void {
    this.#listener = listener;
  }

  /** The other end says this. */
  hear(text: string): void {
    if (this.#open) this.#listener?.message(text);
  }

  /** The other end, or the network, closes. */
  lose(code = 1006, reason = ""): void {
    if (!this.#open) return;
    this.#open = false;
    this.#listener?.closed(code, reason);
  }

  /** The hello that was sent. */
  get hello(): Record<string, unknown> {
    const [type, body] = JSON.parse(this.sent[0] ?? "[]");
    if (type !== "hello") throw new Error(`expected a hello, but came ${this.sent[0]}`);
    return body;
  }

  /** The frames sent since hello, in order. */
  get frames(): unknown[][] {
    return this.sent.slice(1).flatMap((text) => JSON.parse(text).slice(1));
  }
}

/** One attempt to open a transport. */
class Dial implements Opening {
  readonly line = new Line();
  aborted = false;
  readonly #listener: OpeningListener;

  constructor(listener: OpeningListener) {
    this.#listener = listener;
  }

  abort(): void {
    this.aborted = true;
  }

  open(): Line {
    if (!this.aborted) this.#listener.opened(this.line);
    return this.line;
  }

  fail(failure: OpeningFailure = { reason: "no answer", fatal: false }): void {
    if (!this.aborted) this.#listener.failed(failure);
  }

  /** Opens, and welcomes. */
  answer(members: Partial<Welcome> = {}): Line {
    const line = this.open();
    line.hear(welcome(members));
    return line;
  }
}

/** Where the client's dials arrive. */
export class Switchboard {
  readonly dials: Dial[] = [];
  readonly open = (listener: OpeningListener): Opening => {
    const dial = new Dial(listener);
    this.dials.push(dial);
    return dial;
  };

  /** The latest attempt. */
  get last(): Dial {
    const dial = this.dials.at(-1);
    if (dial === undefined) throw new Error("nobody has dialled");
    return dial;
  }
}

/** Lets promises and deferred tasks come to rest, at the time it is. */
export async function settle(clock: VirtualClock): Promise<void> {
  for (let turn = 0; turn < 12; turn++) {
    await Promise.resolve();
    clock.advance(0);
  }
}
