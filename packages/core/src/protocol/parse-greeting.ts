/**
 * Reads the messages that belong to a single transport: each is a name, and an object with at least the keys of that name.
 *
 * @see PROTOCOL.md sections 3.2 to 3.5, and 3.7
 */
import type { Goodbye, Hello, Invalidate, Renew, Welcome } from "./greeting.js";
import { MIN_MESSAGE_BYTES, type PeerLimits } from "./limits.js";
import { type Fields, isCount, isPositive, isRecord } from "./shapes.js";
import { type Violation, violation } from "./violation.js";

/** UTF-16 units of the hash of what a client serves: its server keeps it. */
const HASH_LENGTH = 128;

export function parseGreeting(
  head: unknown,
  items: unknown[],
): Hello | Welcome | Goodbye | Renew | Invalidate | Violation {
  const body: unknown = items[1];
  if (items.length === 2 && isRecord(body)) {
    if (head === "hello" && isHello(body)) return { ...body, type: "hello" };
    if (head === "welcome" && isWelcome(body)) return { ...body, type: "welcome" };
    if (head === "goodbye" && isCount(body.spreadMs)) return { type: "goodbye", spreadMs: body.spreadMs };
    if (head === "renew") return { type: "renew", auth: body.auth };
    if (head === "invalidate" && isTags(body.tags)) return { type: "invalidate", tags: body.tags };
  }
  return violation("unknownMessage");
}

const isPeerLimits = (value: unknown): value is PeerLimits =>
  isRecord(value) &&
  isPositive(value.messageBytes) &&
  value.messageBytes >= MIN_MESSAGE_BYTES &&
  isPositive(value.valueBytes) &&
  isPositive(value.batchFrames) &&
  isPositive(value.calls) &&
  isPositive(value.subscriptions) &&
  isPositive(value.creditMaxEvents) &&
  isPositive(value.upstreamBytes) &&
  isPositive(value.upstreams);

const isTags = (value: unknown): value is string[] | null =>
  value === null || (Array.isArray(value) && value.every((tag) => typeof tag === "string"));

const isHello = (body: Fields): body is Fields & Omit<Hello, "type"> =>
  typeof body.contract === "string" &&
  (body.serves === undefined || (typeof body.serves === "string" && body.serves.length <= HASH_LENGTH)) &&
  (body.caches === undefined || typeof body.caches === "boolean") &&
  (body.session === undefined || typeof body.session === "string") &&
  isCount(body.received) &&
  isPeerLimits(body.limits);

const isWelcome = (body: Fields): body is Fields & Omit<Welcome, "type"> =>
  typeof body.session === "string" &&
  typeof body.resumed === "boolean" &&
  isCount(body.received) &&
  typeof body.contract === "string" &&
  isPositive(body.heartbeatMs) &&
  isCount(body.resumeMs) &&
  isCount(body.spreadMs) &&
  isPeerLimits(body.limits);
