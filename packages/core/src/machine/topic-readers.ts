/**
 * Streams of this end that read a topic: a join says from which offset on, then the topic's messages feed them, which
 * are neither numbered nor acknowledged. Each stream knows where it stands, and says so when it is asked.
 *
 * A topic's number belongs to at most one stream at a time. A message for none is the normal race with a cancel.
 *
 * @see PROTOCOL.md section 5.5
 */
import { positionFrame } from "../protocol/encode.js";
import type { JoinFrame } from "../protocol/frame.js";
import type { TopicEvents } from "../protocol/message.js";
import { type Violation, violation } from "../protocol/violation.js";
import type { OutgoingCall } from "./outgoing-call.js";
import type { Session } from "./session.js";

/** An event of a topic, for the reader of this stream. */
interface TopicEffect<Sink> {
  readonly type: "event";
  readonly call: OutgoingCall<Sink>;
  readonly value: unknown;
  readonly eventId: string;
}

interface TopicContext<Sink> {
  readonly session: Pick<Session<never>, "push">;
  emit(effect: TopicEffect<Sink>): void;
}

export class TopicReaders<Sink> {
  readonly #context: TopicContext<Sink>;
  readonly #byTopic = new Map<number, OutgoingCall<Sink>>();

  constructor(context: TopicContext<Sink>) {
    this.#context = context;
  }

  join(call: OutgoingCall<Sink>, { topic, offset }: JoinFrame): Violation | undefined {
    const reader = this.#byTopic.get(topic);
    if (call.window === undefined) return violation("joinOfCall");
    if (reader !== undefined && reader !== call) return violation("joinedTwice");
    this.leave(call);
    call.reading = { topic, offset };
    this.#byTopic.set(topic, call);
    return undefined;
  }

  events({ topic, from, to, items }: TopicEvents): Violation | undefined {
    const call = this.#byTopic.get(topic);
    if (call?.reading === undefined) return undefined;
    if (call.reading.offset !== from) return violation("eventsElsewhere");
    call.reading.offset = to;
    for (const { eventId, value } of items) {
      if (!call.window?.arrive()) return violation("noCredit");
      call.isGapLast = false;
      call.lastEventId = eventId;
      this.#context.emit({ type: "event", call, value, eventId });
    }
    return undefined;
  }

  /** The other end asks where a stream stands. */
  tell(call: OutgoingCall<Sink>): Violation | undefined {
    const { state, reading, window } = call;
    if (reading === undefined || window === undefined || state.name !== "sent") {
      return violation("positionOfApart");
    }
    this.#context.session.push(positionFrame(state.id, reading.offset, window.arrived), state.id, call.priority);
    return undefined;
  }

  /** The stream has ended here. */
  leave(call: OutgoingCall<Sink>): void {
    if (call.reading === undefined) return;
    this.#byTopic.delete(call.reading.topic);
    call.reading = undefined;
  }
}
