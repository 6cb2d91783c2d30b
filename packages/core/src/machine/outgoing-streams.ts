/**
 * What the streams this end reads bring: events and gaps, held to the credit that was granted for them.
 *
 * @see PROTOCOL.md section 5.3
 */
import { creditFrame } from "../protocol/encode.js";
import type { EventFrame, GapFrame } from "../protocol/frame.js";
import { op } from "../protocol/frame.js";
import { type Violation, violation } from "../protocol/violation.js";
import type { OutgoingCall } from "./outgoing-call.js";
import type { Session } from "./session.js";

export type OutgoingStreamEffect<Sink> =
  | {
      readonly type: "event";
      readonly call: OutgoingCall<Sink>;
      readonly value: unknown;
      readonly eventId?: string;
      /** The bytes that the value speaks of. */
      readonly blob?: Uint8Array | undefined;
    }
  | { readonly type: "gap"; readonly call: OutgoingCall<Sink>; readonly reason: string };

export interface OutgoingStreamsContext<Sink> {
  readonly session: Pick<Session<never>, "pushUrgent" | "said" | "heard">;
  emit(effect: OutgoingStreamEffect<Sink>): void;
}

export class OutgoingStreams<Sink> {
  readonly #context: OutgoingStreamsContext<Sink>;

  constructor(context: OutgoingStreamsContext<Sink>) {
    this.#context = context;
  }

  /** A frame of a stream that is open. */
  answer(call: OutgoingCall<Sink>, frame: EventFrame | GapFrame): Violation | undefined {
    const { emit } = this.#context;
    const isGap = frame.op === op.gap;
    if (!call.window?.arrive()) return violation("noCredit");
    if (isGap) {
      emit({ type: "gap", call, reason: frame.reason });
      return undefined;
    }
    call.isGapLast = false;
    if (frame.eventId === undefined) emit({ type: "event", call, value: frame.value, blob: frame.blob });
    else {
      call.lastEventId = frame.eventId;
      emit({ type: "event", call, value: frame.value, eventId: frame.eventId, blob: frame.blob });
    }
    return undefined;
  }

  /** The stream goes on after an event that it need not have brought: opened anew, it begins there. */
  mark(call: OutgoingCall<Sink>, eventId: string): Violation | undefined {
    if (call.window === undefined) return violation("markOfCall");
    call.lastEventId = eventId;
    return undefined;
  }

  /** The caller has taken events. */
  consume(call: OutgoingCall<Sink>, count: number): void {
    const { window, state } = call;
    const { session } = this.#context;
    const limit = window?.consume(count, session.heard >= window.mark);
    if (window === undefined || limit === undefined || state.name !== "sent") return;
    session.pushUrgent(creditFrame(state.id, limit), state.id);
    window.mark = session.said;
  }

  /** It begins anew, and may be unable to say where it was. */
  restarts(call: OutgoingCall<Sink>): void {
    // One gap says it all until events come again: a reader who is away must not find one for each loss.
    if (call.window === undefined || call.isContinuous || call.isGapLast) return;
    call.isGapLast = true;
    call.window.admit();
    this.#context.emit({ type: "gap", call, reason: "the session was lost and the events carry no ids" });
  }
}
