/** One incoming call in progress, as its handler knows it. What a handler does not ask for is not made. */

import type { Priority } from "../contract/priority.js";
import { RpcError } from "../error/rpc-error.js";
import type { ConversationInput } from "../machine/conversation-words.js";
import type { IncomingCall } from "../machine/incoming-call.js";
import type { AbortReason } from "../machine/incoming-words.js";
import type { Meta } from "../protocol/frame.js";
import type { Fed } from "./open-stream.js";
import type { PulledSource } from "./pulled-source.js";
import type { Sink } from "./sink.js";
import { type DecodeItem, UpstreamItems } from "./upstream-items.js";

/** Who speaks for one end: what handlers, sources and callers say becomes the conversation's, in this order. */
export interface Speaker {
  say(input: ConversationInput<Sink, Work>): void;
}

const noMeta: Meta = Object.freeze({});

export class Work {
  readonly #call: IncomingCall<Work>;
  /** How long its caller waits, in milliseconds from when its handler begins; `Infinity` where it said nothing. */
  deadline: number;
  #abortReason: AbortReason | undefined;
  #controller: AbortController | undefined;
  /** A subscription's source, once it is open: asked for events, or shared. */
  source: PulledSource<IncomingCall<Work>> | undefined;
  fed: Fed | undefined;
  /** Whether its procedure declares an upstream. It may not be known before its handler may begin, which its items wait for. */
  #hasUpstream: boolean | undefined;
  #upstream: UpstreamItems | undefined;
  readonly #speaker: Speaker;

  constructor(call: IncomingCall<Work>, now: number, speaker: Speaker) {
    this.#call = call;
    this.#speaker = speaker;
    this.deadline = call.deadline - now;
  }

  get path(): string {
    return this.#call.path;
  }

  /** Items that come for a procedure without an upstream are declined, those too that have come. */
  set hasUpstream(has: boolean) {
    this.#hasUpstream = has;
    if (!has) void this.#upstream?.return();
  }

  get takesItems(): boolean {
    return this.#hasUpstream !== false;
  }

  /** What is said in answer goes before or after what else waits. */
  set priority(priority: Priority) {
    this.#call.priority = priority;
  }

  get input(): unknown {
    return this.#call.input;
  }

  /** The bytes that the input speaks of as `[offset, length]`. */
  get blob(): Uint8Array | undefined {
    return this.#call.blob;
  }

  get isStream(): boolean {
    return this.#call.balance !== undefined;
  }

  get meta(): Meta {
    return this.#call.meta ?? noMeta;
  }

  get lastEventId(): string | undefined {
    return this.#call.lastEventId;
  }

  /** Whether nobody waits for the answer any more. */
  get aborted(): boolean {
    return this.#abortReason !== undefined;
  }

  /** Fires on cancel, deadline and end of session, with an {@link RpcError} as its reason. Made on first use. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortReason !== undefined) this.#controller.abort(reasonFor(this.#abortReason));
    }
    return this.#controller.signal;
  }

  /** What its caller sends while it runs. Made on first use, by the first item or by the handler. */
  get upstream(): UpstreamItems {
    if (this.#upstream === undefined) {
      this.#upstream = new UpstreamItems({
        take: (count) => this.#speaker.say({ type: "take", call: this.#call, count }),
        decline: () => this.#speaker.say({ type: "decline", call: this.#call }),
      });
      if (this.aborted) this.#upstream.fail(this.signal.reason);
    }
    return this.#upstream;
  }

  openUpstream(decode: DecodeItem): UpstreamItems {
    return this.upstream.open(decode);
  }

  /** Its handler was not begun at once, but so much later. */
  waited(ms: number): void {
    this.deadline -= ms;
  }

  abort(reason: AbortReason): void {
    if (this.#abortReason !== undefined) return;
    this.#abortReason = reason;
    this.#controller?.abort(reasonFor(reason));
    this.#upstream?.fail(this.signal.reason);
  }

  /** The handler has settled: whoever reads its upstream still, reads for nobody. */
  settle(): void {
    this.#upstream?.fail(new RpcError("CANCELLED", { message: "the call of this upstream has been answered" }));
  }
}

function reasonFor(reason: AbortReason): RpcError {
  if (reason === "deadline") return new RpcError("DEADLINE_EXCEEDED");
  if (reason === "cancelled") return new RpcError("CANCELLED");
  if (reason === "source") return new RpcError("ABORTED", { message: "the caller's source failed" });
  return new RpcError("CANCELLED", { message: "the caller's session has ended" });
}
