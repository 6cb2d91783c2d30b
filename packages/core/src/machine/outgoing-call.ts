/** One call this end has made: what it asks, how far it has come, and whose it is. */
import type { Outcome } from "../error/rpc-error.js";
import { type Encoded, type EncodedFrame, frameText } from "../protocol/blob.js";
import { callFrame, subscribeFrame } from "../protocol/encode.js";
import type { PeerLimits } from "../protocol/limits.js";
import { exceedsBytes } from "../protocol/text.js";
import { CreditWindow } from "./credit.js";
import { OutgoingUpstream } from "./outgoing-upstream.js";
import type { Deferrable, Priority } from "./scheduler.js";

/** How far a call has come; the transitions stand in `outgoing-calls.ts`. */
export type OutgoingState =
  | { readonly name: "waiting" }
  | { readonly name: "queued"; readonly id: number }
  | { readonly name: "sent"; readonly id: number }
  | { readonly name: "settled" };

export interface OutgoingRequest {
  readonly kind: "query" | "mutation" | "subscription";
  /** The procedure's path, as JSON text. */
  readonly path: string;
  /**
   * Whether it may be sent again to a server that knows nothing of it. A subscription may in any case; what has read of its
   * upstream may not.
   */
  readonly repeatable: boolean;
  readonly input: Encoded;
  /** The caller's metadata as JSON text. Default: none. */
  readonly meta?: string | undefined;
  /** When the call expires, by the clock of this conversation. `Infinity`: never. */
  readonly deadline: number;
  /** Default `"normal"`. */
  readonly priority?: Priority | undefined;
  /** Subscriptions: events granted at first, and at most. */
  readonly credit?: { readonly events: number; readonly maxEvents: number } | undefined;
  /** Subscriptions: continue after this event. */
  readonly lastEventId?: string | undefined;
  /** Subscriptions: each begins with the whole state, so that opening it anew leaves nothing out. Default `false`. */
  readonly isState?: boolean;
  /** Present where the caller sends items while it runs. */
  readonly Upstreams?: UpstreamsClass | undefined;
}

/**
 * `OutgoingUpstreams`, which a call that has an upstream brings along: where none has, nothing is loaded for it. It is not
 * named here, because it is about calls.
 */
export type UpstreamsClass = abstract new (...args: never) => object;

/** Where a stream that a topic feeds stands: what is after this offset has not arrived. */
export interface Reading {
  readonly topic: number;
  offset: number;
}

/** The machine owns `state`, `known`, `lastEventId` and `reading`; the hands own `sink`, which the machine never looks into. */
export class OutgoingCall<Sink> implements Deferrable {
  state: OutgoingState = { name: "waiting" };
  /** What can be said of it if it fails now. Once sent it stays `unknown`, even while it waits to be sent again. */
  known: Exclude<Outcome, "answered"> = "not-sent";
  lastEventId: string | undefined;
  /** Subscriptions: the last thing its reader was told is that events are missing. */
  isGapLast = false;
  /** Present while a topic feeds the stream. */
  reading: Reading | undefined;
  /** It is on its way in parts, and the last has not gone: nothing can have started. */
  isPartial = false;
  /** Present for subscriptions only. */
  readonly window: CreditWindow | undefined;
  /** Present where the caller sends items. */
  readonly upstream: OutgoingUpstream | undefined;
  readonly #request: OutgoingRequest;

  constructor(
    request: OutgoingRequest,
    readonly sink: Sink,
    /** When it expires, if not when its request says. */
    readonly deadline = request.deadline,
  ) {
    this.#request = request;
    this.lastEventId = request.lastEventId;
    const { credit } = request;
    this.upstream = request.Upstreams && new OutgoingUpstream();
    this.window = credit && new CreditWindow(credit.events, credit.maxEvents);
  }

  /** As long as it is queued or sent. */
  get id(): number | undefined {
    return "id" in this.state ? this.state.id : undefined;
  }

  /** Dotted. A contract's names need no escaping. */
  get path(): string {
    return this.#request.path.slice(1, -1);
  }

  get priority(): Priority | undefined {
    return this.#request.priority;
  }

  get Upstreams(): UpstreamsClass | undefined {
    return this.#request.Upstreams;
  }

  get isQuery(): boolean {
    return this.#request.kind === "query";
  }

  /** The same request once more, with an answer and a deadline of its own. */
  copy<Other>(sink: Other, deadline: number): OutgoingCall<Other> {
    // Not a spread of it, which would have a hidden class of its own, as its deadline is no integer.
    return new OutgoingCall(this.#request, sink, deadline);
  }

  get repeatable(): boolean {
    return !this.upstream?.isTouched && (this.#request.repeatable || this.window !== undefined);
  }

  /** Opened anew, it leaves nothing out: it goes on after an event, or begins with the whole state. */
  get isContinuous(): boolean {
    return this.lastEventId !== undefined || this.#request.isState === true;
  }

  /** What the frame will take, in UTF-16 units and bytes: the numbers in it are counted at their longest. */
  get size(): number {
    return this.#textLength + this.blobBytes + 64;
  }

  /** Which of these limits of the other end it is above. */
  exceeds({ messageBytes, valueBytes }: PeerLimits): "messageBytes" | "valueBytes" | undefined {
    // Most are far from it, however many bytes their text takes.
    if (this.#textLength * 3 + this.blobBytes < Math.min(messageBytes, valueBytes) - 256) return undefined;
    const { frameText } = this;
    if (exceedsBytes(frameText, messageBytes - 256)) return "messageBytes";
    return exceedsBytes(frameText, valueBytes - 256 - this.blobBytes) ? "valueBytes" : undefined;
  }

  /** Of {@link frameText}. */
  get #textLength(): number {
    if (this.lastEventId !== undefined) return this.frameText.length;
    const { path, input = "", meta = "null" } = this.#request;
    return path.length + meta.length + frameText(input).length;
  }

  /** Everything in the frame's text that is not a number. */
  get frameText(): string {
    const { path, input = "", meta = "null" } = this.#request;
    const lastEventId = this.lastEventId === undefined ? "" : JSON.stringify(this.lastEventId);
    return path + meta + lastEventId + frameText(input);
  }

  /** The bytes its input speaks of. */
  get blobBytes(): number {
    const { input } = this.#request;
    return typeof input === "object" ? input.blob.length : 0;
  }

  /** The frame, with the time that is left now. `peerMaxCredit`: the widest window the other end takes. */
  frame(id: number, now: number, peerMaxCredit: number): EncodedFrame {
    const { path, input, meta = "null" } = this.#request;
    const { deadline } = this;
    const timeoutMs =
      deadline === Infinity ? 0 : Math.min(Math.max(1, Math.ceil(deadline - now)), Number.MAX_SAFE_INTEGER);
    if (this.window === undefined) return callFrame(id, path, timeoutMs, meta, input);
    const opening = { credit: this.window.open(peerMaxCredit), lastEventId: this.lastEventId };
    return subscribeFrame(id, path, timeoutMs, meta, opening, input);
  }
}
