/**
 * Which token resumes which connection. Tokens are 256 random bits, kept hashed, and each welcome gives a new one; the
 * one before it stays valid until the new one is used, because a welcome can be lost on its way.
 *
 * @see PROTOCOL.md section 5.1
 */
import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "@trunkline/core/internal";
import type { ServerConnection } from "./connection.js";
import { Detached, type DetachedBounds } from "./detached.js";

interface Entry {
  readonly connection: ServerConnection;
  /** Who may resume it; `undefined` where the application names nobody. */
  readonly identity: string | undefined;
  /** Hashes of the tokens that are valid: the newest last, before it at most one. */
  tokens: readonly string[];
}

export class Sessions implements Iterable<ServerConnection> {
  readonly #byToken = new Map<string, Entry>();
  readonly #byConnection = new Map<ServerConnection, Entry>();
  readonly #detached: Detached;

  constructor(bounds: DetachedBounds, clock: Clock) {
    this.#detached = new Detached(bounds, clock);
  }

  [Symbol.iterator](): Iterator<ServerConnection> {
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
    this.#detached.remove(entry.connection);
    return { connection: entry.connection, token: this.#issue(entry, [used]) };
  }

  /** The connection lost its transport and waits. */
  wait(connection: ServerConnection): void {
    this.#detached.add(connection);
  }

  /** The connection has ended: nothing of it is kept. */
  leave(connection: ServerConnection): void {
    const entry = this.#byConnection.get(connection);
    if (entry === undefined) return;
    for (const token of entry.tokens) this.#byToken.delete(token);
    this.#byConnection.delete(connection);
    this.#detached.remove(connection);
  }

  #issue(entry: Entry, kept: readonly string[]): string {
    const token = randomBytes(32).toString("base64url");
    for (const old of entry.tokens) if (!kept.includes(old)) this.#byToken.delete(old);
    entry.tokens = [...kept, hash(token)];
    for (const valid of entry.tokens) this.#byToken.set(valid, entry);
    return token;
  }
}

const hash = (token: string) => createHash("sha256").update(token).digest("base64");
