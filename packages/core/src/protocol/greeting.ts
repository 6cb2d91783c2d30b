/**
 * The messages that belong to a single transport: they have no number, and are never said again.
 *
 * @see PROTOCOL.md sections 3.2 to 3.5, and 3.7
 */
import type { PeerLimits } from "./limits.js";

/** `["hello", {…}]`, client to server, the first message on every transport. */
export interface Hello {
  readonly type: "hello";
  /** Hash of the contract the client was built with. */
  readonly contract: string;
  /** Hash of the contract the client serves, if the server may call it. */
  readonly serves?: string;
  /** Whether the client keeps answers, and wants to be told when they are no longer true. */
  readonly caches?: boolean;
  /** Whatever the client's `auth` gave; the server's `context` hook judges it. */
  readonly auth?: unknown;
  /** The session to resume, if there is one. */
  readonly session?: string;
  /** How many numbered frames of that session have arrived here. 0 without a session. */
  readonly received: number;
  /** What the client takes, so that the server can refuse locally. */
  readonly limits: PeerLimits;
}

/** `["welcome", {…}]`, server to client, the answer to hello. */
export interface Welcome {
  readonly type: "welcome";
  /** The token that resumes this session next time. The one before it stays valid until this one is used. */
  readonly session: string;
  /** Whether the session named in hello goes on. False: a new one begins, and nothing of the old one is known. */
  readonly resumed: boolean;
  /** How many numbered frames of this session have arrived at the server. */
  readonly received: number;
  /** Hash of the server's contract. */
  readonly contract: string;
  /** The server says something at least this often, in milliseconds. */
  readonly heartbeatMs: number;
  /** Over how long clients that lose this server should spread their return, in milliseconds. */
  readonly spreadMs: number;
  /** How long the session outlives its transport, in milliseconds. */
  readonly resumeMs: number;
  /** What the server takes, so that the client can refuse locally. */
  readonly limits: PeerLimits;
}

/** `["goodbye", {…}]`, server to client: finish here, then come back within `spreadMs`, at a moment of your choice. */
export interface Goodbye {
  readonly type: "goodbye";
  readonly spreadMs: number;
}

/**
 * `["renew", {}]`, server to client: the credentials expire soon. `["renew", { auth }]`, client to server: here are
 * others, of the same identity.
 */
export interface Renew {
  readonly type: "renew";
  readonly auth?: unknown;
}

/** `["invalidate", {…}]`, server to client: answers with these tags are no longer true. `null`: none is. */
export interface Invalidate {
  readonly type: "invalidate";
  readonly tags: readonly string[] | null;
}
