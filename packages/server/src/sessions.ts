/**
 * Which token resumes which connection. Tokens are 256 random bits, kept hashed, and each welcome gives a new one; the
 * one before it stays valid until the new one is used, because a welcome can be lost on its way.
 *
 * @see PROTOCOL.md section 5.1
 */
import { createHash, randomBytes } from "node:crypto";
import type { Clock } from "@trunkline/core/internal";
import { Attached, type AttachedBounds } from "./attached.js";
import type { ServerConnection } from "./connection.js";
import { Detached, type DetachedBounds } from "./detached.js";

/** What bounds sessions, those that wait and those that do not. */
export interface SessionBounds extends DetachedBounds, AttachedBounds {
  readonly connectionsPerIdentity: number;
}

interface Entry {
  readonly connection: ServerConnection;
  /** Who may resume it; `undefined` where the application names nobody. */
  readonly identity: string | undefined;
  /** The hash of the newest token, and that of the one before it, as long as that is valid. */
  token: string;
  before: string | undefined;
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
    if (entry === undefined && (this.#attached.full || this.#attached.lagging)) return false;
    if (identity === undefined || this.#attached.of(identity) < this.#perIdentity) return true;
    return entry?.connection.attached === true;
  }

  /** Enters a new connection. Returns its first token. */
  enter(connection: ServerConnection, identity: string | undefined): string {
    const token = newToken();
    const entry: Entry = { connection, identity, token: hash(token), before: undefined };
    this.#byConnection.set(connection, entry);
    this.#byToken.set(entry.token, entry);
    this.#attached.add(connection, identity);
    return token;
  }

  /** Finds the connection a token resumes, for whom it belongs to, and changes the token. */
  resume(token: string, identity: string | undefined): { connection: ServerConnection; token: string } | undefined {
    const entry = this.#find(token, identity);
    if (entry === undefined) return undefined;
    this.#detached.remove(entry.connection);
    this.#attached.add(entry.connection, identity);
    return { connection: entry.connection, token: this.#renew(entry, hash(token)) };
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
    this.#byToken.delete(entry.token);
    if (entry.before !== undefined) this.#byToken.delete(entry.before);
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
    return used !== entry.token && entry.connection.confirmed ? undefined : entry;
  }

  /** The token that was used stays until the next one is; another one that was valid is no longer. */
  #renew(entry: Entry, used: string): string {
    const token = newToken();
    const other = used === entry.token ? entry.before : entry.token;
    if (other !== undefined) this.#byToken.delete(other);
    entry.before = used;
    entry.token = hash(token);
    this.#byToken.set(entry.token, entry);
    return token;
  }
}

const newToken = () => randomBytes(32).toString("base64url");

const hash = (token: string) => createHash("sha256").update(token).digest("base64");
