/** From a function's arguments to a request of the peer: the innermost layer of a client. */
import { type Limits, RpcError } from "@trunkline/core";
import {
  Channel,
  type Clock,
  callOnce,
  type Json,
  type Layer,
  type OutgoingRequest,
  openChannel,
  type Procedure,
} from "@trunkline/core/internal";
import type { ClientConnection } from "./connection.js";
import type { SubscribeOptions } from "./procedure-call.js";

/** A call on its way out, as interceptors see it. */
export interface ClientCall {
  /** Dotted, like `rooms.send`. */
  readonly path: string;
  readonly procedure: Procedure;
  readonly input: unknown;
  readonly options: SubscribeOptions;
}

/** Sees every call: it may change it, refuse it, or look at what comes back (a promise, or an event stream). */
export type Interceptor = Layer<ClientCall, unknown>;

interface Surroundings {
  readonly connection: Pick<ClientConnection, "peer">;
  readonly clock: Clock;
  readonly limits: Limits;
  /** The deadline of calls for which nobody else says one. */
  readonly timeoutMs: number | undefined;
  report(error: unknown): void;
}

/** The deadline of calls for which nobody says one. */
export const DEFAULT_TIMEOUT_MS = 30_000;

/** A mistake of the caller settles the call as every failure does: it is never thrown at once. */
export function dispatcher(surroundings: Surroundings): (call: ClientCall) => unknown {
  const { connection, limits, report } = surroundings;
  return (call) => {
    const isStream = call.procedure.kind === "subscription";
    const { signal, onGap } = call.options;
    try {
      const request = requestOf(call, surroundings);
      if (!isStream) return callOnce(connection.peer, request, signal);
      const credit = { events: limits.creditEvents, maxEvents: limits.creditMaxEvents };
      return openChannel(connection.peer, { ...request, credit }, { onGap, signal, report });
    } catch (error) {
      const mistake = error as RpcError;
      if (!isStream) return Promise.reject(mistake);
      const channel = new Channel({ report });
      channel.failure(mistake);
      return channel;
    }
  };
}

function requestOf(call: ClientCall, { clock, timeoutMs }: Surroundings): OutgoingRequest {
  const { kind, definition } = call.procedure;
  const { lastEventId, meta } = call.options;
  const asked = call.options.timeoutMs ?? definition.timeoutMs;
  const unasked = kind === "subscription" ? Infinity : (timeoutMs ?? DEFAULT_TIMEOUT_MS);
  return {
    kind,
    // A contract's names need no escaping.
    path: `"${call.path}"`,
    repeatable: kind !== "mutation" || definition.idempotent === true,
    deadline: clock.now() + checkedTimeout(asked ?? unasked),
    input: encoded("input", call.input),
    ...(meta === undefined ? {} : { meta: encoded("meta", meta) ?? "null" }),
    ...(lastEventId === undefined ? {} : { lastEventId }),
  };
}

function encoded(what: "input" | "meta", value: unknown): Json {
  try {
    return JSON.stringify(value) as Json;
  } catch (cause) {
    throw new RpcError("INVALID_ARGUMENT", { message: `the ${what} has no JSON`, outcome: "not-sent", cause });
  }
}

function checkedTimeout(timeoutMs: number): number {
  if (timeoutMs > Number.MAX_SAFE_INTEGER) return Infinity;
  if (timeoutMs > 0) return timeoutMs;
  const message = `timeoutMs must be a positive number of milliseconds, not ${String(timeoutMs)}`;
  throw new RpcError("INVALID_ARGUMENT", { message, outcome: "not-sent" });
}
