/**
 * Two peers in one process: transports that deliver at once, and a clock that is stepped by hand. What is deferred runs
 * as a microtask, as it does on a platform.
 */
import type { Alarm, Clock } from "../src/clock.js";
import { defaultLimits, type Limits, peerLimits } from "../src/protocol/limits.js";
import type { Answerer } from "../src/runtime/answerer.js";
import { answering } from "../src/runtime/answering.js";
import { Peer } from "../src/runtime/peer.js";
import type { PeerOwner } from "../src/runtime/peer-owner.js";
import type { Transport, TransportListener } from "../src/transport.js";

/** Lets every promise that can settle do so. */
export const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** A clock that stands still until it is stepped. */
export class SteppedClock implements Clock {
  #now = 0;
  readonly #alarms = new Map<() => void, number>();

  now(): number {
    return this.#now;
  }

  wallNow(): number {
    return this.#now;
  }

  alarm(wake: () => void): Alarm {
    return {
      set: (at) => void (at === Infinity ? this.#alarms.delete(wake) : this.#alarms.set(wake, at)),
      clear: () => void this.#alarms.delete(wake),
    };
  }

  defer(task: () => void): void {
    queueMicrotask(task);
  }

  later(task: () => void): void {
    setImmediate(task);
  }

  /** Alarms that are set. */
  get pending(): number {
    return this.#alarms.size;
  }

  /** Goes to this time, and wakes each alarm whose time has come, once. */
  stepTo(now: number): void {
    this.#now = now;
    for (const [wake, at] of [...this.#alarms]) {
      if (at > now) continue;
      this.#alarms.delete(wake);
      wake();
    }
  }
}

/** One end of a line in memory. */
export class LinkedTransport implements Transport {
  /** Everything that was sent here, heard or not. */
  readonly sent: string[] = [];
  /** As a socket whose buffers are full: it takes what it is given, and says so. */
  full = false;
  /** As a cable that was cut: nothing arrives, and nobody is told. */
  cut = false;
  pings = 0;
  closedWith: number | undefined;
  #listener: TransportListener | undefined;
  #other: LinkedTransport | undefined;

  static pair(): readonly [LinkedTransport, LinkedTransport] {
    const [one, other] = [new LinkedTransport(), new LinkedTransport()];
    one.#other = other;
    other.#other = one;
    return [one, other];
  }

  send(text: string): boolean {
    if (this.closedWith !== undefined) return true;
    this.sent.push(text);
    if (!this.cut) this.#other?.hear(text);
    return !this.full;
  }

  ping(): void {
    this.pings++;
    if (!this.cut) this.#listener?.alive();
  }

  close(code: number): void {
    if (this.closedWith !== undefined) return;
    this.closedWith = code;
    if (!this.cut) this.#other?.break(code);
    this.#listener?.closed(code, "");
  }

  listen(listener: TransportListener): void {
    this.#listener = listener;
  }

  /** A message from outside. */
  hear(text: string): void {
    if (this.closedWith === undefined) this.#listener?.message(text);
  }

  drain(): void {
    this.full = false;
    this.#listener?.drained();
  }

  /** The network, or the other end, closes it. */
  break(code = 1006): void {
    if (this.closedWith !== undefined) return;
    this.closedWith = code;
    this.#listener?.closed(code, "");
  }
}

export interface LinkedPeersOptions {
  readonly server?: Partial<Answerer>;
  readonly client?: Partial<Answerer>;
  readonly limits?: Partial<Limits>;
  readonly owner?: Partial<PeerOwner>;
}

/** A client and a server, and the line between them. */
export class LinkedPeers {
  readonly clock = new SteppedClock();
  readonly limits: Limits;
  readonly client: Peer;
  readonly server: Peer;
  /** What the owners heard: `client detached 1006`. */
  readonly heard: string[] = [];
  /** The transports of now. */
  line: readonly [LinkedTransport, LinkedTransport] = LinkedTransport.pair();

  constructor({ server = {}, client = {}, limits = {}, owner = {} }: LinkedPeersOptions = {}) {
    this.limits = { ...defaultLimits, ...limits };
    this.client = this.#peer("client", client, owner);
    this.server = this.#peer("server", server, {});
    this.link();
  }

  /** A new line, as after hello and welcome. `resumed` false: the session is lost. */
  link({ resumed = false } = {}): void {
    this.line = LinkedTransport.pair();
    const terms = { resumed, peer: peerLimits(this.limits), beatMs: undefined, silenceMs: 60_000 };
    const received = { client: resumed ? this.client.received : 0, server: resumed ? this.server.received : 0 };
    this.server.attach(this.line[1], { ...terms, beatMs: 25_000, received: received.client });
    this.client.attach(this.line[0], { ...terms, received: received.server });
  }

  /** The line breaks, and both ends notice. */
  break(): void {
    for (const transport of this.line) transport.break();
  }

  end(): void {
    this.client.end("normal", "UNAVAILABLE", "the test is over");
    this.server.end("normal", "UNAVAILABLE", "the test is over");
  }

  #peer(role: "client" | "server", answerer: Partial<Answerer>, owner: Partial<PeerOwner>): Peer {
    const unanswered = () => {
      throw new Error("nobody answers");
    };
    return new Peer({
      ...{ role, limits: this.limits, clock: this.clock },
      answering: answering({
        once: unanswered,
        stream: unanswered,
        explain: (error) => ({ code: "INTERNAL", message: String(error) }),
        oversized: ({ path }) => void this.heard.push(`${role} oversized ${path}`),
        ...answerer,
      }),
      owner: {
        detached: (code) => void this.heard.push(`${role} detached ${code}`),
        broken: (close) => void this.heard.push(`${role} broken ${close}`),
        goodbye: (spreadMs) => void this.heard.push(`${role} goodbye ${spreadMs}`),
        finished: () => void this.heard.push(`${role} finished`),
        ...owner,
      },
    });
  }
}
