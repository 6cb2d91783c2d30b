/**
 * The frames that answer the calls of the other end. None leaves that is larger than that end takes: an error goes in
 * its place, and the hands are told. Before its limits are known there are none.
 *
 * @see PROTOCOL.md sections 5.2 and 5.3
 */
import { type EncodedFrame, frameSize, frameText } from "../protocol/blob.js";
import { errorFrame, markFrame } from "../protocol/encode.js";
import { ENVELOPE_BYTES } from "../protocol/envelope.js";
import type { PeerLimits } from "../protocol/limits.js";
import { exceedsBytes } from "../protocol/text.js";
import type { IncomingCall } from "./incoming-call.js";
import type { Session } from "./session.js";

/** What a frame has around it in a message, at most. */
const AROUND_BYTES = 64;

/** An answer was larger than the other end takes, and was replaced by an error. */
export interface OversizedEffect<Work> {
  readonly type: "oversized";
  readonly call: IncomingCall<Work>;
}

interface AnswerContext<Work> {
  readonly session: Pick<Session<never>, "push">;
  emit(effect: OversizedEffect<Work>): void;
}

export class AnswerFrames<Work> {
  readonly #context: AnswerContext<Work>;
  #peer: Pick<PeerLimits, "messageBytes" | "valueBytes"> | undefined;

  constructor(context: AnswerContext<Work>) {
    this.#context = context;
  }

  attached(peer: PeerLimits): void {
    this.#peer = peer;
  }

  /** The largest message that the other end takes, as far as it is known. */
  get messageBytes(): number {
    return this.#peer?.messageBytes ?? Infinity;
  }

  /** Sends a frame, or an error in its place where it is too large. False: the error went. */
  push(call: IncomingCall<Work>, frame: EncodedFrame, what = "the answer"): boolean {
    const text = frameText(frame);
    const blobBytes = frameSize(frame) - text.length;
    const { messageBytes, valueBytes } = this.#peer ?? { messageBytes: Infinity, valueBytes: Infinity };
    const textBytes = Math.min(messageBytes - AROUND_BYTES, valueBytes - blobBytes - ENVELOPE_BYTES);
    const oversized = exceedsBytes(text, textBytes);
    if (oversized) this.replace(call, what);
    else this.#context.session.push(frame, call.id, call.priority);
    return !oversized;
  }

  /** An error goes in place of what is too large. */
  replace(call: IncomingCall<Work>, what: string): void {
    const { session, emit } = this.#context;
    const error = { code: "INTERNAL", message: `${what} was larger than its caller takes` };
    session.push(errorFrame(call.id, error), call.id, call.priority);
    emit({ type: "oversized", call });
  }

  /** The stream goes on after this event. Too large, it is left out: the stream is as good as any that is not marked. */
  mark(call: IncomingCall<Work>, eventId: string): void {
    const frame = markFrame(call.id, eventId);
    if (exceedsBytes(frame, this.messageBytes - AROUND_BYTES)) return;
    this.#context.session.push(frame, call.id, call.priority);
  }
}
