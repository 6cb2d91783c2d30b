/**
 * When to dial, when to wait and when to stop. It hears what became of each attempt and never looks at a socket.
 *
 *   state    | want    | welcomed | failed, lost          | fatal   | goodbye | deadline         | reconnect      | close
 *   ---------|---------|----------|-----------------------|---------|---------|------------------|----------------|--------
 *   idle     | dialing | –        | –                     | –       | –       | –                | dialing        | closed
 *   dialing  | –       | ready    | waiting               | stopped | –       | waiting, abandon | –              | closed, abandon
 *   ready    | –       | –        | waiting               | stopped | leaving | –                | dialing, leave | closed, leave
 *   leaving  | –       | –        | waiting               | stopped | –       | dialing, leave   | dialing, leave | closed, leave
 *   waiting  | –       | –        | –                     | –       | –       | dialing          | dialing        | closed
 *   stopped  | –       | –        | –                     | –       | –       | –                | dialing        | closed
 *   closed   | –       | –        | –                     | –       | –       | –                | –              | –
 *
 * Attempts are counted until a welcome has held for {@link STABLE_MS}: a server that accepts and then closes is not
 * hammered. `leaving` lasts until nothing is in flight and the moment drawn from the server's spread has come.
 */
import type { Machine } from "@trunkline/core/internal";
import { backoffMs } from "./backoff.js";

export type DialerState =
  | { readonly name: "idle" }
  | { readonly name: "dialing"; readonly attempt: number; readonly giveUpAt: number }
  | { readonly name: "ready"; readonly attempt: number; readonly since: number }
  | { readonly name: "leaving"; readonly attempt: number; readonly leaveAt: number; readonly finished: boolean }
  | { readonly name: "waiting"; readonly attempt: number; readonly until: number; readonly reason: string }
  | { readonly name: "stopped"; readonly reason: string }
  | { readonly name: "closed" };

export type DialerInput =
  /** Somebody has something to say. */
  | { readonly type: "want" }
  | { readonly type: "welcomed" }
  /** An attempt failed, or the transport was lost. */
  | { readonly type: "lost"; readonly reason: string; readonly comeBack: "now" | "later" | "never" }
  | { readonly type: "goodbye"; readonly spreadMs: number }
  /** After a goodbye: nothing is in flight. */
  | { readonly type: "finished" }
  /** Now, whatever was planned: the user asks, or the network is back. */
  | { readonly type: "reconnect" }
  | { readonly type: "close" };

/** `dial`: begin an attempt. `abandon`: give up the one that is under way. `leave`: let go of the transport. */
export type DialerEffect =
  | { readonly type: "dial" }
  | { readonly type: "abandon" }
  | { readonly type: "leave" }
  | { readonly type: "changed"; readonly state: DialerState };

/** A welcome that has held this long ends the count of attempts. */
const STABLE_MS = 10_000;

export interface DialerOptions {
  /** How long an attempt may take, from asking for credentials to the welcome. */
  readonly dialMs: number;
  /** Chance in [0, 1). */
  random(): number;
}

export class Dialer implements Machine<DialerInput, DialerEffect> {
  #state: DialerState = { name: "idle" };
  #effects: DialerEffect[] = [];
  readonly #options: DialerOptions;

  constructor(options: DialerOptions) {
    this.#options = options;
  }

  get state(): DialerState {
    return this.#state;
  }

  get deadline(): number {
    const state = this.#state;
    if (state.name === "dialing") return state.giveUpAt;
    if (state.name === "waiting") return state.until;
    if (state.name === "leaving" && state.finished) return state.leaveAt;
    return Infinity;
  }

  receive(input: DialerInput, now: number): void {
    const state = this.#state;
    if (state.name === "closed") return;
    switch (input.type) {
      case "want":
        if (state.name === "idle") this.#dial(0, now);
        return;
      case "welcomed":
        if (state.name === "dialing") this.#become({ name: "ready", attempt: state.attempt, since: now });
        return;
      case "lost":
        if (state.name === "dialing" || state.name === "ready" || state.name === "leaving") this.#lost(input, now);
        return;
      case "goodbye":
        if (state.name !== "ready") return;
        this.#become({
          name: "leaving",
          attempt: attemptsAfter(state, now),
          leaveAt: now + this.#options.random() * input.spreadMs,
          finished: false,
        });
        return;
      case "finished":
        if (state.name === "leaving") this.#become({ ...state, finished: true });
        return;
      case "reconnect":
        if (state.name === "dialing") return;
        this.#leave();
        this.#dial(0, now);
        return;
      case "close":
        this.#leave();
        this.#become({ name: "closed" });
        return;
    }
  }

  tick(now: number): void {
    if (now < this.deadline) return;
    const state = this.#state;
    if (state.name === "waiting") this.#dial(state.attempt, now);
    else if (state.name === "leaving") {
      this.#leave();
      this.#dial(state.attempt, now);
    } else if (state.name === "dialing") {
      this.#effects.push({ type: "abandon" });
      this.#wait(state.attempt + 1, { reason: "no welcome in time", comeBack: "now" }, now);
    }
  }

  take(): DialerEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  #dial(attempt: number, now: number): void {
    this.#become({ name: "dialing", attempt, giveUpAt: now + this.#options.dialMs });
    this.#effects.push({ type: "dial" });
  }

  #lost({ reason, comeBack }: DialerInput & { readonly type: "lost" }, now: number): void {
    if (comeBack === "never") this.#become({ name: "stopped", reason });
    else this.#wait(attemptsAfter(this.#state, now) + 1, { reason, comeBack }, now);
  }

  #wait(attempt: number, { reason, comeBack }: { reason: string; comeBack: "now" | "later" }, now: number): void {
    const until = now + backoffMs(attempt, comeBack, this.#options.random());
    this.#become({ name: "waiting", attempt, until, reason });
  }

  /** Lets go of what the state holds. */
  #leave(): void {
    if (this.#state.name === "dialing") this.#effects.push({ type: "abandon" });
    if (this.#state.name === "ready" || this.#state.name === "leaving") this.#effects.push({ type: "leave" });
  }

  #become(state: DialerState): void {
    this.#state = state;
    this.#effects.push({ type: "changed", state });
  }
}

/** Attempts that still count: none, once a welcome has held long enough. */
function attemptsAfter(state: DialerState, now: number): number {
  if (state.name === "ready") return now - state.since >= STABLE_MS ? 0 : state.attempt;
  return state.name === "dialing" || state.name === "leaving" ? state.attempt : 0;
}
