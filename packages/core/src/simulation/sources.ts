/**
 * The sources of upstreams, written by the seed: how long each takes for an item, how large it is, and whether it fails.
 * What a source was asked for it gives, even where it was stopped meanwhile: hands cannot take that back.
 */
import type { CallerInput } from "../machine/conversation-words.js";
import type { OutgoingCall } from "../machine/outgoing-call.js";
import { withBytes } from "./bytes.js";
import type { CallRecord } from "./call-record.js";
import type { Random } from "./random.js";
import type { Trace } from "./trace.js";
import type { VirtualClock } from "./virtual-clock.js";

type Call = OutgoingCall<CallRecord>;

/** Whose caller the source belongs to: an end of a conversation. */
interface Asking {
  readonly alive: boolean;
  say(input: Extract<CallerInput<CallRecord>, { readonly type: "supply" | "exhausted" | "fault" }>): void;
}

export class Sources {
  /** While it is so, sources are as slow as the seed likes; afterwards they are quick. */
  busy = true;
  readonly #clock: VirtualClock;
  readonly #trace: Trace;
  readonly #random: Random;

  constructor({ clock, trace }: { clock: VirtualClock; trace: Trace }, random: Random) {
    this.#clock = clock;
    this.#trace = trace;
    this.#random = random;
  }

  /** One item is wanted. */
  read(speaker: Asking, call: Call): void {
    const record = call.sink;
    // Stopped in the turn it was asked in: hands look before they reach out.
    if (call.upstream?.state.name !== "reading") return;
    record.read();
    this.#trace.check(call.state.name === "sent", "I4", () => `${record} is read while it is ${call.state.name}`);
    const mostMs = this.busy && this.#random.chance(0.2) ? 400 : 5;
    this.#clock.after(this.#random.int(mostMs + 1), () => this.#give(speaker, call));
  }

  #give(speaker: Asking, call: Call): void {
    const record = call.sink;
    if (!speaker.alive) return;
    if (this.#random.chance(0.01)) {
      record.sourceEnds();
      return speaker.say({ type: "fault", call });
    }
    const { number, padding, itemBytes } = record.plan;
    const value = record.give((item) => {
      const pad = "i".repeat(this.#random.int(padding > 20 ? 1_500 : 300));
      const bytes = itemBytes === 0 ? 0 : this.#random.int(itemBytes + 1);
      return withBytes(JSON.stringify({ of: number, item, pad }), number * 100 + item, bytes);
    });
    if (value === undefined) speaker.say({ type: "exhausted", call });
    else speaker.say({ type: "supply", call, value });
  }
}
