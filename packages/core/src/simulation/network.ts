/**
 * Links: two ends of one connection in memory, with TCP's manners at the granularity of messages. Without options a link
 * is perfect and as fast as a turn; with a virtual clock and a seed it is as bad as it is told to be, and repeatable.
 */
import type { Alarm } from "../clock.js";
import type { Data } from "../protocol/blob.js";
import type { Transport, TransportListener } from "../transport.js";
import { type Parcel, Pipe, type PipeOptions } from "./pipe.js";

export type LinkOptions = PipeOptions;

/** What a cut may leave out. */
export interface CutOptions {
  /** The end, 0 or 1, that does not notice: its link is half open. Default: both notice. */
  readonly unaware?: 0 | 1;
  /** How much later than possible the ends notice. Default 0. */
  readonly lateMs?: number;
}

/** How long a close waits for the other end's (RFC 6455 section 7.1.1). */
const CLOSE_MS = 2_000;

/** A connection, seen from above: its two ends, and the harm that can be done to it. */
export class Link {
  readonly ends: readonly [Transport, Transport];
  readonly #linkEnds: readonly [LinkEnd, LinkEnd];
  readonly #pipes: readonly [Pipe, Pipe];

  constructor(options: LinkOptions) {
    const first: LinkEnd = new LinkEnd(options, (parcel) => forth.send(parcel));
    const second: LinkEnd = new LinkEnd(options, (parcel) => back.send(parcel));
    const forth = new Pipe(options, { arrived: (parcel) => second.arrived(parcel), drained: () => first.drained() });
    const back = new Pipe(options, { arrived: (parcel) => first.arrived(parcel), drained: () => second.drained() });
    this.#linkEnds = [first, second];
    this.ends = this.#linkEnds;
    this.#pipes = [forth, back];
  }

  /** Whether it is whole: neither harmed nor closed. */
  get whole(): boolean {
    return this.#linkEnds.every(({ open }) => open) && this.#pipes.every(({ open }) => open);
  }

  /** Breaks the connection: each direction loses what is on its way from a random point on. */
  cut({ unaware, lateMs = 0 }: CutOptions = {}): void {
    const lost: Parcel = { type: "close", code: 1006, reason: "" };
    this.#pipes[0].sever(unaware === 1 ? undefined : lost, lateMs);
    this.#pipes[1].sever(unaware === 0 ? undefined : lost, lateMs);
  }

  /** Nothing that this end, 0 or 1, sends arrives any more, and nobody is told. */
  block(from: 0 | 1): void {
    this.#pipes[from].block();
  }
}

/** `closing`: a close was sent, and nothing but the other end's close matters. */
type EndState = "open" | "closing" | "closed";

class LinkEnd implements Transport {
  #state: EndState = "open";
  #listener: TransportListener | undefined;
  /** What arrived before anybody listened. */
  #early: Parcel[] = [];
  readonly #send: (parcel: Parcel) => boolean;
  readonly #clock: LinkOptions["clock"];
  /** Runs while closing. */
  readonly #alarm: Alarm;

  constructor({ clock }: LinkOptions, send: (parcel: Parcel) => boolean) {
    this.#send = send;
    this.#clock = clock;
    this.#alarm = clock.alarm(() => this.#closed(1006, ""));
  }

  get open(): boolean {
    return this.#state === "open";
  }

  send(data: Data): boolean {
    return this.#state !== "open" || this.#send({ type: "message", data });
  }

  ping(): void {
    if (this.#state === "open") this.#send({ type: "ping" });
  }

  close(code: number, reason: string): void {
    if (this.#state !== "open") return;
    this.#state = "closing";
    this.#send({ type: "close", code, reason });
    this.#alarm.set(this.#clock.now() + CLOSE_MS);
  }

  listen(listener: TransportListener): void {
    this.#listener = listener;
    const early = this.#early;
    this.#early = [];
    for (const parcel of early) this.#hear(parcel);
  }

  arrived(parcel: Parcel): void {
    if (parcel.type === "ping" && this.#state === "open") this.#send({ type: "pong" });
    else if (parcel.type === "close" && this.#state === "open") this.#send(parcel);
    if (this.#listener === undefined) this.#early.push(parcel);
    else this.#hear(parcel);
  }

  drained(): void {
    if (this.#state === "open") this.#listener?.drained();
  }

  #hear(parcel: Parcel): void {
    if (parcel.type === "close") return this.#closed(parcel.code, parcel.reason);
    if (this.#state !== "open") return;
    if (parcel.type === "message") this.#listener?.message(parcel.data);
    else if (parcel.type === "pong") this.#listener?.alive();
  }

  #closed(code: number, reason: string): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#alarm.clear();
    this.#listener?.closed(code, reason);
  }
}
