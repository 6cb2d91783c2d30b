/**
 * When to dial, when to wait and when to stop. It hears what became of each attempt and never looks at a socket.
 *
 *   state   | want    | welcomed | failed          | lost    | fatal           | goodbye | suspect        | deadline                 | reconnect      | rest                 | close
 *   --------|---------|----------|-----------------|---------|-----------------|---------|----------------|--------------------------|----------------|----------------------|-----------------------
 *   idle    | dialing | –        | –               | –       | –               | –       | –              | –                        | dialing        | –                    | closed
 *   dialing | –       | ready    | waiting         | –       | stopped         | –       | –              | waiting, abandon         | –              | idle, abandon        | closed, abandon
 *   ready   | –       | –        | –               | waiting | stopped         | leaving | waiting, leave | –                        | dialing, leave | idle, leave          | closed, leave
 *   leaving | –       | –        | –               | waiting | stopped         | –       | waiting, leave | moving, dial             | dialing, leave | idle, leave          | closed, leave
 *   moving  | –       | ready    | waiting, depart | dialing | stopped, depart | –       | –              | waiting, abandon, depart | –              | idle, abandon, leave | closed, abandon, leave
 *   waiting | –       | –        | –               | –       | –               | –       | waiting        | dialing                  | dialing        | idle                 | closed
 *   stopped | –       | –        | –               | –       | –               | –       | –              | –                        | dialing        | –                    | closed
 *   closed  | –       | –        | –               | –       | –               | –       | –              | –                        | –              | –                    | –
 *
 * Attempts are counted until a welcome has held for {@link STABLE_MS}: a server that accepts and then closes is not
 * hammered. After a goodbye the transport is kept (`leaving`) until the moment drawn from the server's spread, and then
 * still (`moving`) until another one is there: it makes before it breaks. Where none can be had, it departs: what is in
 * flight finishes, the rest waits. What is suspected is not kept until another one is there: it is as good as gone.
 */
import type { CloseName, Machine } from "@trunkline/core/internal";
import { backoffMs } from "./backoff.js";

export type DialerState =
  | { readonly name: "idle" }
  /** `reason`: why there is no connection, where there was one, or an attempt before. */
  | { readonly name: "dialing"; readonly attempt: number; readonly giveUpAt: number; readonly reason?: string }
  | { readonly name: "ready"; readonly attempt: number; readonly since: number }
  | { readonly name: "leaving"; readonly attempt: number; readonly leaveAt: number }
  | { readonly name: "moving"; readonly attempt: number; readonly giveUpAt: number }
  | { readonly name: "waiting"; readonly attempt: number; readonly until: number; readonly reason: string }
  | { readonly name: "stopped"; readonly reason: string; readonly close?: CloseName }
  | { readonly name: "closed" };

export type DialerInput =
  /** Somebody has something to say. */
  | { readonly type: "want" }
  /** `spreadMs`: over how long the server wants its clients to come back, should it be lost. */
  | { readonly type: "welcomed"; readonly spreadMs: number }
  /** An attempt came to nothing. */
  | ({ readonly type: "failed" } & Loss)
  /** The transport is gone. */
  | ({ readonly type: "lost" } & Loss)
  | { readonly type: "goodbye"; readonly spreadMs: number }
  /** The transport is not to be trusted any more, or a wait has become pointless: try again within this time. */
  | { readonly type: "suspect"; readonly withinMs: number }
  /** The page goes into the back/forward cache, where it may hold nothing. */
  | { readonly type: "rest" }
  /** Now, whatever was planned: the user asks, or the network is back. */
  | { readonly type: "reconnect" }
  | { readonly type: "close" };

/** What is known of a transport, or of an attempt to have one, that has come to nothing. */
export interface Loss {
  readonly reason: string;
  readonly comeBack: "now" | "later" | "never";
  /** What the other end closed with, if it is one of ours. */
  readonly close?: CloseName;
}

/**
 * `dial`: begin an attempt. `abandon`: give up the one that is under way. `leave`: let go of the transport. `depart`:
 * let it finish what is in flight; the rest waits for the next.
 */
export type DialerEffect =
  | { readonly type: "dial" }
  | { readonly type: "abandon" }
  | { readonly type: "leave" }
  | { readonly type: "depart" }
  | { readonly type: "changed"; readonly state: DialerState };

/** Why it waits, after a transport that was suspected. */
const SUSPECTED = "the connection may not have outlasted a pause or a change of network";
/** A welcome that has held this long ends the count of attempts. */
const STABLE_MS = 10_000;
/** A server that has said goodbye is not kept waiting longer than this, unless it says so. */
const LEAVE_MS = 4_000;
/** Where no server has said anything yet. */
const DEFAULT_SPREAD_MS = 1_000;
/** No server keeps its clients away for longer than this. */
const MAX_SPREAD_MS = 300_000;

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
  /** Over how long to spread the first attempt after a loss. */
  #spreadMs = DEFAULT_SPREAD_MS;

  constructor(options: DialerOptions) {
    this.#options = options;
  }

  get state(): DialerState {
    return this.#state;
  }

  get deadline(): number {
    const state = this.#state;
    if (state.name === "dialing" || state.name === "moving") return state.giveUpAt;
    if (state.name === "waiting") return state.until;
    return state.name === "leaving" ? state.leaveAt : Infinity;
  }

  receive(input: DialerInput, now: number): void {
    const state = this.#state;
    if (state.name === "closed") return;
    switch (input.type) {
      case "want":
        if (state.name === "idle") this.#dial(0, now);
        return;
      case "welcomed":
        this.#spreadMs = Math.min(input.spreadMs, MAX_SPREAD_MS);
        // A move counts once it is made: one that leads to the next goodbye is not hurried.
        if (state.name === "moving") this.#become({ name: "ready", attempt: state.attempt + 1, since: now });
        else if (state.name === "dialing") this.#become({ name: "ready", attempt: state.attempt, since: now });
        return;
      case "failed":
        if (isDialing(state)) this.#lost(input, now);
        return;
      case "lost":
        if (state.name === "ready" || state.name === "leaving") this.#lost(input, now);
        // The attempt that was to come first is all there is now.
        else if (state.name === "moving") this.#become({ ...state, name: "dialing", reason: input.reason });
        return;
      case "goodbye":
        if (state.name !== "ready") return;
        this.#become({ name: "leaving", ...this.#departure(attemptsAfter(state, now), input.spreadMs, now) });
        return;
      case "suspect":
        this.#suspect(state, now + this.#options.random() * input.withinMs);
        return;
      case "rest":
        if (state.name === "idle" || state.name === "stopped") return;
        this.#leave();
        this.#become({ name: "idle" });
        return;
      case "reconnect":
        if (isDialing(state)) return;
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
      this.#become({ name: "moving", attempt: state.attempt, giveUpAt: now + this.#options.dialMs });
      this.#effects.push({ type: "dial" });
    } else if (isDialing(state)) {
      this.#effects.push({ type: "abandon" });
      this.#lost({ reason: "no welcome in time", comeBack: "now" }, now);
    }
  }

  take(): DialerEffect[] {
    const effects = this.#effects;
    this.#effects = [];
    return effects;
  }

  #dial(attempt: number, now: number): void {
    const why = "reason" in this.#state ? { reason: this.#state.reason } : {};
    this.#become({ name: "dialing", attempt, giveUpAt: now + this.#options.dialMs, ...why });
    this.#effects.push({ type: "dial" });
  }

  #lost({ reason, comeBack, close }: Loss, now: number): void {
    if (this.#state.name === "moving") this.#effects.push({ type: "depart" });
    if (comeBack === "never") return this.#become({ name: "stopped", reason, ...(close && { close }) });
    const attempt = attemptsAfter(this.#state, now) + 1;
    const until = now + backoffMs({ attempt, comeBack, spreadMs: this.#spreadMs }, this.#options.random());
    this.#become({ name: "waiting", attempt, until, reason });
  }

  #suspect(state: DialerState, until: number): void {
    if (state.name === "waiting") {
      if (until < state.until) this.#become({ ...state, until });
    } else if (state.name === "ready" || state.name === "leaving") {
      this.#leave();
      this.#become({ name: "waiting", attempt: 0, until, reason: SUSPECTED });
    }
  }

  /** When to leave after a goodbye: within the spread, or later where one goodbye follows another. */
  #departure(attempt: number, spreadMs: number, now: number): { readonly attempt: number; readonly leaveAt: number } {
    const chance = this.#options.random();
    const wait = backoffMs({ attempt: attempt + 1, comeBack: "now", spreadMs }, chance);
    return { attempt, leaveAt: now + Math.min(wait, chance * Math.max(spreadMs, LEAVE_MS)) };
  }

  /** Lets go of what the state holds. */
  #leave(): void {
    const { name } = this.#state;
    if (name === "dialing" || name === "moving") this.#effects.push({ type: "abandon" });
    if (name === "ready" || name === "leaving" || name === "moving") this.#effects.push({ type: "leave" });
  }

  #become(state: DialerState): void {
    this.#state = state;
    this.#effects.push({ type: "changed", state });
  }
}

type Dialing = Extract<DialerState, { readonly giveUpAt: number }>;

const isDialing = (state: DialerState): state is Dialing => state.name === "dialing" || state.name === "moving";

/** Attempts that still count: none, once a welcome has held long enough. */
function attemptsAfter(state: DialerState, now: number): number {
  if (state.name === "ready") return now - state.since >= STABLE_MS ? 0 : state.attempt;
  return isDialing(state) || state.name === "leaving" ? state.attempt : 0;
}
