/**
 * Which token resumes which connection. Tokens are 256 random bits, kept hashed, and each welcome gives a new one; the
 * one before it stays valid until the new one is used, because a welcome can be lost on its way.
 *
 * Connections without a transport are ended after `resumeMs`, or when there are more than `detachedSessions` of them.
 *
 * @see PROTOCOL.md section 5.1
 */
import { createHash, randomBytes } from "node:crypto";
import type { Limits } from "@trunkline/core";
import type { Alarm, Clock } from "@trunkline/core/internal";
import type { ServerConnection } from "./connection.js";

interface Entry {
  readonly connection: ServerConnection;
  /** Who may resume it; `undefined` where the application names nobody. */
  readonly identity: string | undefined;
  /** Hashes of the tokens that are valid: the newest last, before it at most one. */
  tokens: readonly string[];
}

export class Sessions {
  readonly #limits: Pick<Limits, "resumeMs" | "detachedSessions">;
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  readonly #byToken = new Map<string, Entry>();
  readonly #byConnection = new Map<ServerConnection, Entry>();
  /** When each detached connection ends; in order, as all wait equally long. */
  readonly #detached = new Map<ServerConnection, number>();

  constructor(limits: Pick<Limits, "resumeMs" | "detachedSessions">, clock: Clock) {
    this.#limits = limits;
    this.#clock = clock;
    this.#alarm = clock.alarm(() => this.#expire());
  }

  get connections(): Iterable<ServerConnection> {
    return this.#byConnection.keys();
  }

  get size(): number {
    return this.#byConnection.size;
  }

  /** The connections of one identity. */
  of(identity: string): ServerConnection[] {
    return [...this.#byConnection.values()]
      .filter((entry) => entry.identity === identity)
      .map(({ connection }) => connection);
  }

  /** Enters a new connection. Returns its first token. */
  enter(connection: ServerConnection, identity: string | undefined): string {
    const entry: Entry = { connection, identity, tokens: [] };
    this.#byConnection.set(connection, entry);
    return this.#issue(entry, []);
  }

  /** Finds the connection a token resumes, for whom it belongs to, and changes the token. */
  resume(token: string, identity: string | undefined): { connection: ServerConnection; token: string } | undefined {
    const used = hash(token);
    const entry = this.#byToken.get(used);
    if (entry === undefined || entry.identity !== identity) return undefined;
    // A hello that was late: its sender has moved on since, with a newer token.
    if (used !== entry.tokens.at(-1) && entry.connection.confirmed) return undefined;
    this.#detached.delete(entry.connection);
    return { connection: entry.connection, token: this.#issue(entry, [used]) };
  }

  /** The connection lost its transport and waits. */
  wait(connection: ServerConnection): void {
    const endsAt = this.#clock.now() + this.#limits.resumeMs;
    this.#detached.set(connection, endsAt);
    this.#alarm.set(Math.min(endsAt, ...this.#firstEnd()));
    if (this.#detached.size <= this.#limits.detachedSessions) return;
    const [oldest] = this.#detached.keys();
    oldest?.end({ close: "sessionGone", detail: "too many sessions wait for their clients (limits.detachedSessions)" });
  }

  /** The connection has ended: nothing of it is kept. */
  leave(connection: ServerConnection): void {
    const entry = this.#byConnection.get(connection);
    if (entry === undefined) return;
    for (const token of entry.tokens) this.#byToken.delete(token);
    this.#byConnection.delete(connection);
    this.#detached.delete(connection);
    if (this.#detached.size === 0) this.#alarm.clear();
  }

  #issue(entry: Entry, kept: readonly string[]): string {
    const token = randomBytes(32).toString("base64url");
    for (const old of entry.tokens) if (!kept.includes(old)) this.#byToken.delete(old);
    entry.tokens = [...kept, hash(token)];
    for (const valid of entry.tokens) this.#byToken.set(valid, entry);
    return token;
  }

  #expire(): void {
    const now = this.#clock.now();
    for (const [connection, endsAt] of this.#detached) {
      if (endsAt > now) break;
      connection.end({ close: "sessionGone", detail: "not resumed in time (limits.resumeMs)" });
    }
    this.#alarm.set(Math.min(...this.#firstEnd(), Infinity));
  }

  #firstEnd(): number[] {
    const [first] = this.#detached.values();
    return first === undefined ? [] : [first];
  }
}

const hash = (token: string) => createHash("sha256").update(token).digest("base64");
