/**
 * A connection's credentials: valid until they expire, or for ever. Some time before, the client is asked for others; it
 * may bring them unasked too. They are judged by the hooks that judged the first ones, while calls go on.
 *
 *   state    | hold               | time to ask    | presented | accepted | refused      | expired        | drop
 *   ---------|--------------------|----------------|-----------|----------|--------------|----------------|------
 *   none     | valid              | –              | –         | –        | –            | –              | none
 *   valid    | valid              | valid, ask     | judging   | –        | –            | none, expired  | none
 *   judging  | valid              | judging, ask   | judging   | valid    | none, refused| none, expired  | none
 *
 * Only this end's clock judges expiry: the client's may be days off.
 *
 * @see PROTOCOL.md section 3.5
 */
import { RpcError } from "@trunkline/core";
import type { Alarm, Clock, CloseName } from "@trunkline/core/internal";
import type { Guest } from "./guest.js";
import { verdict } from "./verdict.js";

/** The client is asked so long before the end, or at half of what is left. */
const ASK_AHEAD_MS = 30_000;

export interface CredentialsOptions {
  readonly clock: Clock;
  /** Runs the application's hooks. May throw, or reject, anything. */
  judge(auth: unknown, signal: AbortSignal): Promise<Guest>;
  /** The client should bring others. */
  ask(): void;
  accepted(guest: Guest): void;
  /** The connection cannot go on as it is; `reason`: what the application said of it. */
  refused(close: CloseName, reason?: string): void;
  /** A hook failed in a way it was not meant to; `reason`: why an `RpcError` was none that it may throw. */
  report(error: unknown, reason: string | undefined): void;
}

/** Whether a hook runs, and what it is to judge next. */
type HookState = "idle" | "running" | { readonly auth: unknown; readonly judging: AbortController };

export class Credentials {
  readonly #options: CredentialsOptions;
  readonly #alarm: Alarm;
  /** What is due next, by our clock. */
  #askAt = Infinity;
  #expiresAt = Infinity;
  #identity: string | undefined;
  #judging: AbortController | undefined;
  /** A hook that is not wanted any more may take its time: the next one begins when it has settled. */
  #hook: HookState = "idle";

  constructor(options: CredentialsOptions) {
    this.#options = options;
    this.#alarm = options.clock.alarm(() => this.#wake());
  }

  /** These are valid from now on. */
  hold({ expiresAt, identity }: Guest): void {
    this.drop();
    const { clock } = this.#options;
    const now = clock.now();
    const leftMs = expiresAt === undefined ? Infinity : expiresAt - clock.wallNow();
    this.#identity = identity;
    this.#expiresAt = now + leftMs;
    this.#askAt = now + Math.max(leftMs - ASK_AHEAD_MS, leftMs / 2);
    this.#alarm.set(Math.min(this.#askAt, this.#expiresAt));
  }

  /** The client has brought others. The latest count; however many it brings, one hook runs at a time. */
  present(auth: unknown): void {
    this.#judging?.abort(new RpcError("CANCELLED"));
    const judging = new AbortController();
    this.#judging = judging;
    if (this.#hook === "idle") void this.#judge(auth, judging);
    else this.#hook = { auth, judging };
  }

  /** There is no transport they would be for. */
  drop(): void {
    this.#judging?.abort(new RpcError("CANCELLED"));
    this.#judging = undefined;
    this.#expiresAt = Infinity;
    this.#askAt = Infinity;
    this.#alarm.clear();
  }

  async #judge(auth: unknown, judging: AbortController): Promise<void> {
    this.#hook = "running";
    await this.#consult(auth, judging);
    const next = this.#hook as HookState;
    this.#hook = "idle";
    if (typeof next === "object" && next.judging === this.#judging) void this.#judge(next.auth, next.judging);
  }

  /** Never rejects. */
  async #consult(auth: unknown, judging: AbortController): Promise<void> {
    try {
      const guest = await this.#options.judge(auth, judging.signal);
      if (judging !== this.#judging) return;
      // Credentials are renewed; who they are for is not.
      if (guest.identity !== this.#identity) return this.#refuse("forbidden");
      this.hold(guest);
      this.#options.accepted(guest);
    } catch (error) {
      if (judging !== this.#judging) return;
      const found = verdict(error);
      if (found.type === "refused") return this.#refuse(found.close, found.reason);
      this.#options.report(error, found.reason);
      this.#refuse("later");
    }
  }

  #refuse(close: CloseName, reason?: string): void {
    this.drop();
    this.#options.refused(close, reason);
  }

  #wake(): void {
    const now = this.#options.clock.now();
    if (now >= this.#expiresAt) return this.#refuse("expired");
    if (now >= this.#askAt) {
      this.#askAt = Infinity;
      this.#options.ask();
    }
    this.#alarm.set(Math.min(this.#askAt, this.#expiresAt));
  }
}
