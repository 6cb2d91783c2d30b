/**
 * Sources that are asked for what comes next: those of streams here, and those of our callers' upstreams. They are asked
 * at one pace, so that those that never wait do not keep everything else waiting.
 */
import type { Clock } from "../clock.js";
import type { IncomingCall } from "../machine/incoming-call.js";
import type { OutgoingCall } from "../machine/outgoing-call.js";
import type { Encoded } from "../protocol/blob.js";
import type { Incoming } from "./incoming.js";
import type { SourceListener } from "./item-source.js";
import { Pace } from "./pace.js";
import type { Sink } from "./sink.js";
import type { Speaker, Work } from "./work.js";

export class Sources implements SourceListener<Sink> {
  readonly #speaker: Speaker;
  readonly #incoming: Incoming | undefined;
  readonly #pace: Pace;

  constructor(speaker: Speaker, incoming: Incoming | undefined, clock: Clock) {
    this.#speaker = speaker;
    this.#incoming = incoming;
    this.#pace = new Pace(clock);
  }

  pull(call: IncomingCall<Work>): void {
    this.#pace.step(this.#pull, call);
  }

  read(call: OutgoingCall<Sink>): void {
    this.#pace.step(this.#read, call);
  }

  supply(call: OutgoingCall<Sink>, value: Encoded): void {
    this.#speaker.say({ type: "supply", call, value });
  }

  exhausted(call: OutgoingCall<Sink>): void {
    this.#speaker.say({ type: "exhausted", call });
  }

  fault(call: OutgoingCall<Sink>): void {
    this.#speaker.say({ type: "fault", call });
  }

  /** Whether what was said should wait for an event that may be ready. */
  wait(): boolean {
    return this.#pace.wait();
  }

  clear(): void {
    this.#pace.clear();
  }

  readonly #pull = (call: IncomingCall<Work>): void => {
    if (call.state === "pulling") this.#incoming?.pull(call);
  };

  readonly #read = (call: OutgoingCall<Sink>): void => {
    if (call.upstream?.state.name === "reading") void call.sink.source?.read(call, this);
  };
}
