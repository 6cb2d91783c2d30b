/**
 * Streams that this end answers from a topic: a log that many streams share. Such a stream is joined to the log at an
 * offset, by a numbered frame; then messages that are the same for all feed it, which are neither numbered nor kept.
 *
 *   state    | share | join    | join written | attach      | position | wake
 *   ---------|-------|---------|--------------|-------------|----------|-----------------------------
 *   starting | apart | –       | –            | –           | broken   | –
 *   apart    | –     | joining | –            | –           | broken   | when it has credit
 *   joining  | –     | –       | joined       | asking, ask | broken   | –
 *   joined   | –     | joining | –            | asking, ask | broken   | when it has credit, and all flows
 *   asking   | –     | –       | –            | –           | joined   | –
 *
 * What a transport loses of the messages is known to the reader alone. So on each transport after the first, nothing
 * feeds a stream before its reader was asked, and has said, where it stands. The question is numbered, so all that was
 * said before it has been heard when it is answered; there is one at a time.
 *
 * Joining again, with the gap before it, is how a hole is passed. It stands here that nothing is fed until the join is
 * written: numbered frames wait for room, the messages do not.
 *
 * @see PROTOCOL.md section 5.5
 */
import { askFrame, gapFrame, joinFrame } from "../protocol/encode.js";
import type { PositionFrame } from "../protocol/frame.js";
import { type Violation, violation } from "../protocol/violation.js";
import type { CallsById } from "./calls-by-id.js";
import type { IncomingCall, Standing } from "./incoming-call.js";
import type { Deferrable } from "./scheduler.js";
import type { Session } from "./session.js";

/** Where a stream is to be joined. `gap`: what is missing before; it takes one credit. */
export interface Joining {
  readonly topic: number;
  readonly offset: number;
  readonly gap: string | undefined;
}

/** A message of a topic, as text. The machine looks at its size alone; the rest is for the hands. */
export interface Shared {
  readonly text: string;
  readonly bytes: number;
  framed: Uint8Array | undefined;
}

/** Some events of a topic, in one message: the last one's offset, and how many there are. */
export interface Portion {
  readonly to: number;
  readonly count: number;
}

/** `wake`: the stream takes something again. `placed`: its reader stands here, and is to be fed from here on. */
export type JoinedEffect<Work> =
  | { readonly type: "wake"; readonly call: IncomingCall<Work> }
  | { readonly type: "placed"; readonly call: IncomingCall<Work>; readonly offset: number };

/** A join that waits to be written. */
export class JoinNotice implements Deferrable {
  constructor(
    readonly call: IncomingCall<unknown>,
    readonly standing: Standing,
    readonly text: string,
  ) {}

  get size(): number {
    return this.text.length;
  }

  get blobBytes(): number {
    return 0;
  }

  get id(): number {
    return this.call.id;
  }
}

interface JoinedContext<Work> {
  readonly session: Pick<Session<JoinNotice>, "push" | "flows">;
  /** The calls of this conversation, streams or not. */
  readonly calls: Pick<CallsById<IncomingCall<Work>>, "values">;
  emit(effect: JoinedEffect<Work>): void;
}

export class JoinedStreams<Work> {
  readonly #context: JoinedContext<Work>;
  #flowed = false;
  /** Streams whose joins were written in this turn. */
  #written: IncomingCall<Work>[] = [];

  constructor(context: JoinedContext<Work>) {
    this.#context = context;
  }

  /** The stream's source is a topic. */
  share(call: IncomingCall<Work>): void {
    if (call.state !== "starting") return;
    call.state = "apart";
    this.wake(call);
  }

  /** How many events, or gaps, the stream takes now. */
  room(call: IncomingCall<Work>): number {
    const isReady = call.state === "apart" || (call.state === "joined" && this.#context.session.flows);
    return isReady ? (call.balance?.left ?? 0) : 0;
  }

  join(call: IncomingCall<Work>, { topic, offset, gap }: Joining): void {
    if (call.state !== "apart" && call.state !== "joined") return;
    const { session } = this.#context;
    if (gap !== undefined) {
      session.push(gapFrame(call.id, gap), call.id, call.priority);
      call.balance?.spend(1);
    }
    const standing = { topic, joined: offset, fed: offset };
    call.state = "joining";
    call.standing = standing;
    session.push(new JoinNotice(call, standing, joinFrame(call.id, topic, offset)), call.id, call.priority);
  }

  /** The join leaves now. Undefined: nobody waits for the stream any more. */
  render(notice: JoinNotice): string | undefined {
    const { standing, text } = notice;
    // It is one of ours.
    const call = notice.call as IncomingCall<Work>;
    if (call.standing !== standing || call.state === "abandoned" || call.state === "settled") return undefined;
    if (call.state === "joining") {
      call.state = "joined";
      // The batch it is part of has not left yet.
      this.#written.push(call);
    }
    return text;
  }

  /** A message of the topic goes to this stream. False: it must not. */
  feed(call: IncomingCall<Work>, { to, count }: Portion): boolean {
    if (count > this.room(call) || call.standing === undefined) return false;
    call.balance?.spend(count);
    call.standing.fed = to;
    return true;
  }

  /** A transport took another's place. */
  attached(): void {
    this.#flowed = false;
    for (const call of this.#context.calls.values()) {
      if (call.state !== "joining" && call.state !== "joined") continue;
      call.state = "asking";
      this.#context.session.push(askFrame(call.id), call.id, call.priority);
    }
  }

  /** The reader says where it stands. */
  position(call: IncomingCall<Work>, told: NonNullable<PositionFrame["told"]>): Violation | undefined {
    const { standing } = call;
    if (call.state === "abandoned") return undefined;
    if (call.state !== "asking" || standing === undefined) return violation("unaskedPosition");
    if (told.offset < standing.joined || told.offset > standing.fed || !call.balance?.rewind(told.count)) {
      return violation("wrongPosition");
    }
    call.state = "joined";
    standing.fed = told.offset;
    this.#context.emit({ type: "placed", call, offset: told.offset });
    this.wake(call);
    return undefined;
  }

  /** After each turn: what stood still, or waited for its join, may flow. */
  look(): void {
    const { flows } = this.#context.session;
    if (flows === this.#flowed && this.#written.length === 0) return;
    const written = this.#written;
    this.#written = [];
    const waiting = flows && !this.#flowed ? this.#context.calls.values() : written;
    this.#flowed = flows;
    for (const call of waiting) if (call.state === "joined") this.wake(call);
  }

  wake(call: IncomingCall<Work>): void {
    if (this.room(call) > 0) this.#context.emit({ type: "wake", call });
  }
}
