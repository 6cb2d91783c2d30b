/**
 * Liveness: is the other end still there? Anything heard counts. The end that beats (the server) says something at
 * least every `beatMs`, pings, and expects to hear within the grace; the end that listens expects the beats.
 *
 *   state    | start    | heard    | tick, beat due | tick, silent too long | the same, but late | stop
 *   ---------|----------|----------|----------------|-----------------------|--------------------|------
 *   quiet    | watching | –        | –              | –                     | –                  | quiet
 *   watching | watching | watching | watching, beat | quiet, dead           | doubting           | quiet
 *   doubting | watching | watching | doubting, beat | quiet, dead           | quiet, dead        | quiet
 *
 * A tick that comes late says that this process slept, not that the other end is gone: what has arrived meanwhile is
 * still unread. So a late verdict waits {@link DOUBT_MS} once.
 *
 * @see PROTOCOL.md section 5.4, RFC 6455 section 5.5.2
 */
import type { Machine } from "./machine.js";

export type HeartbeatInput =
  | { readonly type: "start"; readonly beatMs: number | undefined; readonly silenceMs: number }
  | { readonly type: "heard" }
  | { readonly type: "stop" };

/** `beat`: say something and ping. `dead`: nothing was heard for too long. */
export type HeartbeatEffect = { readonly type: "beat" } | { readonly type: "dead" };

type HeartbeatState =
  | { readonly name: "quiet" }
  | { readonly name: "watching"; readonly beatMs: number | undefined; readonly silenceMs: number }
  | {
      readonly name: "doubting";
      readonly beatMs: number | undefined;
      readonly silenceMs: number;
      readonly until: number;
    };

/** A tick this much after its deadline is late. */
const LATE_MS = 1_000;
/** How long a late verdict waits for what is still unread. */
const DOUBT_MS = 2_000;

export class Heartbeat implements Machine<HeartbeatInput, HeartbeatEffect> {
  #state: HeartbeatState = { name: "quiet" };
  #heardAt = 0;
  #nextBeat = Infinity;
  #effects: HeartbeatEffect[] | undefined;

  /** When anything was last heard, or was given the benefit of a start. */
  get heardAt(): number {
    return this.#heardAt;
  }

  get deadline(): number {
    const state = this.#state;
    if (state.name === "quiet") return Infinity;
    return Math.min(this.#nextBeat, state.name === "doubting" ? state.until : this.#heardAt + state.silenceMs);
  }

  receive(input: HeartbeatInput, now: number): void {
    switch (input.type) {
      case "start":
        this.#state = { name: "watching", beatMs: input.beatMs, silenceMs: input.silenceMs };
        this.#heardAt = now;
        this.#nextBeat = input.beatMs === undefined ? Infinity : now + input.beatMs;
        return;
      case "heard":
        this.heard(now);
        return;
      case "stop":
        this.#state = { name: "quiet" };
        this.#nextBeat = Infinity;
        return;
    }
  }

  /** The input of every message, without an object to carry it. */
  heard(now: number): void {
    this.#heardAt = now;
    if (this.#state.name === "doubting") this.#state = { ...this.#state, name: "watching" };
  }

  tick(now: number): void {
    const state = this.#state;
    if (state.name === "quiet") return;
    if (now >= this.#nextBeat) {
      this.#nextBeat = now + (state.beatMs ?? Infinity);
      this.#effects = [{ type: "beat" }];
    }
    const verdictAt = state.name === "doubting" ? state.until : this.#heardAt + state.silenceMs;
    if (now < verdictAt) return;
    if (state.name === "watching" && now - verdictAt > LATE_MS) {
      this.#state = { ...state, name: "doubting", until: now + DOUBT_MS };
      return;
    }
    this.#state = { name: "quiet" };
    this.#nextBeat = Infinity;
    this.#effects = [...(this.#effects ?? []), { type: "dead" }];
  }

  take(): HeartbeatEffect[] {
    const effects = this.#effects ?? [];
    this.#effects = undefined;
    return effects;
  }
}
