/**
 * Streams that this end answers from sources of their own. A source is never pushed: it is asked for its next event
 * only when there is credit for it and room to send it. So a slow reader, or a cut, stops the source.
 *
 *   state    | ready  | room and credit | event, gap
 *   ---------|--------|-----------------|--------------
 *   starting | paused | –               | –
 *   paused   | –      | pulling, pull   | –
 *   pulling  | –      | –               | paused, frame
 *
 * A stream becomes `paused` and, where there is room and credit already, goes on to `pulling` at once. How it ends stands
 * in `incoming-calls.ts`.
 *
 * @see PROTOCOL.md section 5.3
 */
import type { EncodedFrame } from "../protocol/blob.js";
import type { Limits } from "../protocol/limits.js";
import type { AnswerFrames } from "./answer-frames.js";
import type { IncomingCall } from "./incoming-call.js";
import type { Session } from "./session.js";

/** Get one event from the stream's source. */
export interface PullEffect<Work> {
  readonly type: "pull";
  readonly call: IncomingCall<Work>;
}

interface PulledContext<Work> {
  readonly session: Pick<Session<never>, "backlog" | "bulkSize" | "isSending">;
  readonly limits: Pick<Limits, "outboundSoftBytes" | "valueBytes">;
  emit(effect: PullEffect<Work>): void;
}

export class PulledStreams<Work> {
  readonly #context: PulledContext<Work>;
  readonly #answers: Pick<AnswerFrames<Work>, "push">;
  /** Those that have credit and wait for room. */
  readonly #stalled = new Set<IncomingCall<Work>>();

  constructor(context: PulledContext<Work>, answers: Pick<AnswerFrames<Work>, "push">) {
    this.#context = context;
    this.#answers = answers;
  }

  /** Its source may be asked for events. */
  ready(call: IncomingCall<Work>): void {
    if (call.state !== "starting") return;
    call.state = "paused";
    this.pull(call);
  }

  /** Its source has what it was asked for, an event or a gap. False: it was larger than the other end takes. */
  produce(call: IncomingCall<Work>, frame: EncodedFrame): boolean {
    if (call.state !== "pulling") return true;
    if (!this.#answers.push(call, frame, "an event")) return false;
    call.balance?.spend(1);
    call.state = "paused";
    this.pull(call);
    return true;
  }

  /** Asks its source, if it may be asked by now. */
  pull(call: IncomingCall<Work>): void {
    if (call.state !== "paused" || !call.balance?.available) return;
    // Of a stream whose last event is still on its way in parts, one event waits at most.
    if (!this.#hasRoom || this.#context.session.isSending(call.id)) {
      this.#stalled.add(call);
      return;
    }
    call.state = "pulling";
    this.#context.emit({ type: "pull", call });
  }

  /** There may be room again: streams that waited for it go on, in the order they stalled. */
  resume(): void {
    for (const call of this.#stalled) {
      if (!this.#hasRoom) return;
      if (this.#context.session.isSending(call.id)) continue;
      this.#stalled.delete(call);
      this.pull(call);
    }
  }

  /** It has settled, or nobody waits for it. */
  close(call: IncomingCall<Work>): void {
    this.#stalled.delete(call);
  }

  get #hasRoom(): boolean {
    const { session, limits } = this.#context;
    return session.backlog.size < limits.outboundSoftBytes && session.bulkSize < limits.valueBytes;
  }
}
