/**
 * Which token resumes which connection. Tokens are 256 random bits, kept hashed, and each welcome gives a new one; the
 * one before it stays valid until the new one is used, because a welcome can be lost on its way.
 *
 * @see PROTOCOL.md section 5.1
 */
import { createHash, randomBytes } from "node:crypto";
import type { Limits } from "@trunkline/core";
import type { Clock } from "@trunkline/core/internal";
import { Attached } from "./attached.js";
import type { ServerConnection } from "./connection.js";
import { Detached, type DetachedBounds } from "./detached.js";

/** What bounds sessions, those that wait and those that do not. */
export interface SessionBounds extends DetachedBounds, Pick<Limits, "attachedBytes"> {
  readonly connectionsPerIdentity: number;
}

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
  readonly #attached: Attached;
  readonly #detached: Detached;
  readonly #perIdentity: number;

  constructor(bounds: SessionBounds, clock: Clock) {
    this.#perIdentity = bounds.connectionsPerIdentity;
    this.#attached = new Attached(bounds, clock);
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

  /**
   * Whether there is room for whoever says hello: a new session needs some, and each identity has so many transports. One
   * that takes a session over from another transport needs nothing more than that had.
   */
  hasRoom(token: string | undefined, identity: string | undefined): boolean {
    const entry = this.#find(token, identity);
    if (entry === undefined && this.#attached.full) return false;
    if (identity === undefined || this.#attached.of(identity) < this.#perIdentity) return true;
    return entry?.connection.attached === true;
  }

  /** Enters a new connection. Returns its first token. */
  enter(connection: ServerConnection, identity: string | undefined): string {
    const entry: Entry = { connection, identity, tokens: [] };
    this.#byConnection.set(connection, entry);
    this.#attached.add(connection, identity);
    return this.#issue(entry, []);
  }

  /** Finds the connection a token resumes, for whom it belongs to, and changes the token. */
  resume(token: string, identity: string | undefined): { connection: ServerConnection; token: string } | undefined {
    const entry = this.#find(token, identity);
    if (entry === undefined) return undefined;
    this.#detached.remove(entry.connection);
    this.#attached.add(entry.connection, identity);
    return { connection: entry.connection, token: this.#issue(entry, [hash(token)]) };
  }

  /** The connection lost its transport and waits. */
  wait(connection: ServerConnection): void {
    this.#attached.remove(connection);
    this.#detached.add(connection);
  }

  /** The connection has ended: nothing of it is kept. */
  leave(connection: ServerConnection): void {
    const entry = this.#byConnection.get(connection);
    if (entry === undefined) return;
    for (const token of entry.tokens) this.#byToken.delete(token);
    this.#byConnection.delete(connection);
    this.#attached.remove(connection);
    this.#detached.remove(connection);
  }

  /** The session a token resumes, for whom it belongs to. */
  #find(token: string | undefined, identity: string | undefined): Entry | undefined {
    if (token === undefined) return undefined;
    const used = hash(token);
    const entry = this.#byToken.get(used);
    if (entry === undefined || entry.identity !== identity) return undefined;
    // A hello that was late: its sender has moved on since, with a newer token.
    return used !== entry.tokens.at(-1) && entry.connection.confirmed ? undefined : entry;
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
