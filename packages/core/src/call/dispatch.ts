/** From a function's arguments to a request of the peer: the innermost layer of whoever calls. */

import type { Clock } from "../clock.js";
import type { Layer } from "../compose.js";
import type { Procedure } from "../contract/procedure.js";
import { isState } from "../contract/slow-reader.js";
import type { Codec } from "../contract/wire/codec.js";
import type { ProcedureWire } from "../contract/wire/procedure-wire.js";
import type { RpcError } from "../error/rpc-error.js";
import type { OutgoingRequest } from "../machine/outgoing-call.js";
import type { Encoded } from "../protocol/blob.js";
import type { Limits } from "../protocol/limits.js";
import { EVENT_ID_LENGTH } from "../protocol/shapes.js";
import { encodeValue } from "../protocol/value.js";
import { Channel } from "../runtime/channel.js";
import type { ItemSource } from "../runtime/item-source.js";
import { type Caller, callOnce, openChannel } from "../runtime/outgoing.js";
import type { Conversions, Features } from "./features.js";
import { mistake } from "./mistake.js";
import type { QueryOptions, SubscribeOptions, Upstream } from "./procedure-call.js";

/** A call on its way out, as interceptors see it. */
export interface ClientCall {
  /** Dotted, like `rooms.send`. */
  readonly path: string;
  readonly procedure: Procedure;
  readonly input: unknown;
  readonly options: SubscribeOptions & QueryOptions & Partial<Upstream<unknown>>;
}

/** Sees every call: it may change it, refuse it, or look at what comes back (a promise, or an event stream). */
export type Interceptor = Layer<ClientCall, unknown>;

/** What every call needs on its way out. */
export interface Surroundings {
  readonly connection: Caller;
  readonly clock: Clock;
  readonly limits: Limits;
  /** The deadline of calls for which nobody else says one. */
  readonly timeoutMs: number | undefined;
  /** What the contract's procedures need beside what every call does. */
  readonly features: Features;
  /** Where a query is made, if that is not where everything else is. */
  queryCaller?(call: ClientCall): Caller;
  /** Hears what a callback threw, or, in words, what else it was that failed. */
  report(error: unknown, what?: string): void;
}

/** The deadline of calls for which nobody says one. */
export const DEFAULT_TIMEOUT_MS = 30_000;

/** Longer ones are none: added to the clock they would no longer be whole numbers, which the wire asks for. */
const LONGEST_TIMEOUT_MS = 2 ** 52;

/** A mistake of the caller settles the call as every failure does: it is never thrown at once. */
export function dispatcher(surroundings: Surroundings): (call: ClientCall) => unknown {
  const { connection, report } = surroundings;
  const { conversions } = surroundings.features;
  return (call) => {
    const { kind } = call.procedure;
    const { signal, onGap } = call.options;
    try {
      const wire = conversions?.wireOf(call.procedure);
      const answer = wire && { path: call.path, wire, decoding: conversions!.decoding };
      checkSignal(signal);
      const request = requestOf(call, wire, surroundings);
      const source = sourceOf(call, wire, surroundings);
      // What sends items of its own is no other call's equal.
      const caller = kind === "query" && source === undefined ? surroundings.queryCaller?.(call) : undefined;
      if (kind !== "subscription") return callOnce(caller ?? connection, request, signal, { source, answer });
      return openChannel(connection, request, { path: call.path, onGap, signal, report, source, answer });
    } catch (error) {
      return failed(call, error, report);
    }
  };
}

/** What a call that failed before it was made gives to its caller. */
export function failed({ path, procedure }: ClientCall, error: unknown, report: Surroundings["report"]): unknown {
  if (procedure.kind !== "subscription") return Promise.reject(error);
  const channel = new Channel({ path, report });
  // An interceptor may refuse with anything; it reaches the reader as it is.
  channel.failure(error as RpcError);
  return channel;
}

function requestOf(call: ClientCall, wire: ProcedureWire | undefined, surroundings: Surroundings): OutgoingRequest {
  const { clock, limits, timeoutMs, features } = surroundings;
  const { kind, definition } = call.procedure;
  const { lastEventId, meta } = call.options;
  const isSubscription = kind === "subscription";
  const asked = call.options.timeoutMs ?? definition.timeoutMs;
  // What a source has to give may take as long as it takes.
  const isOpen = isSubscription || definition.upstream !== undefined;
  const unasked = isOpen ? Infinity : (timeoutMs ?? DEFAULT_TIMEOUT_MS);
  return {
    kind,
    // A contract's names need no escaping.
    path: `"${call.path}"`,
    isState: isState(definition.slow),
    Upstreams: definition.upstream && features.upstreams?.Upstreams,
    repeatable: kind !== "mutation" || definition.idempotent === true,
    deadline: clock.now() + checkedTimeout(asked ?? unasked),
    input: encoded("input", call.input, { limits, codec: wire?.input, ...features }),
    meta: meta === undefined ? undefined : encodedMeta(meta, limits),
    credit: isSubscription ? { events: limits.creditEvents, maxEvents: limits.creditMaxEvents } : undefined,
    lastEventId: lastEventId === undefined ? undefined : checkedEventId(lastEventId),
  };
}

/** Where the items of the call's upstream come from, if its contract declares one. */
function sourceOf(
  { procedure, options }: ClientCall,
  wire: ProcedureWire | undefined,
  { limits, report, features }: Surroundings,
): ItemSource | undefined {
  const { upstream } = options;
  if (procedure.definition.upstream === undefined) {
    if (upstream !== undefined) throw mistake("the contract declares no upstream for this procedure");
    return undefined;
  }
  const terms = { limits, codec: wire?.upstream, ...features };
  const encode = (item: unknown) => encoded("item of the upstream", item, terms);
  return features.upstreams?.sourceOf(upstream, { encode, report });
}

function encoded(what: "input" | "meta" | "item of the upstream", value: unknown, terms: Terms): Encoded {
  const { limits, codec, conversions } = terms;
  try {
    return codec && conversions ? conversions.encode(codec, value, limits) : encodeValue(value, limits);
  } catch (cause) {
    const misfit = conversions?.misfitIn(cause);
    if (misfit !== undefined) throw mistake(`${[what, ...misfit.path].join(".")}: ${misfit.message}`, cause);
    throw mistake(`the ${what} cannot be sent as JSON`, cause);
  }
}

interface Terms {
  readonly limits: Limits;
  /** Absent for what is plain JSON. */
  readonly codec?: Codec | undefined;
  readonly conversions?: Conversions;
}

function encodedMeta(meta: unknown, limits: Limits): string {
  const text = encoded("meta", meta, { limits });
  if (typeof text === "string" && text.startsWith("{")) return text;
  throw mistake("meta must be an object");
}

function checkedEventId(lastEventId: string): string {
  if (typeof lastEventId === "string" && lastEventId.length <= EVENT_ID_LENGTH) return lastEventId;
  throw mistake(`lastEventId must be a string of at most ${EVENT_ID_LENGTH} UTF-16 units`);
}

function checkedTimeout(timeoutMs: number): number {
  if (typeof timeoutMs === "number" && timeoutMs > 0) return timeoutMs > LONGEST_TIMEOUT_MS ? Infinity : timeoutMs;
  throw mistake(`timeoutMs must be a positive number of milliseconds, not ${printed(timeoutMs)}`);
}

/** Before anything is sent. What is passed instead is often the controller itself. */
function checkSignal(signal: unknown): void {
  if (signal === undefined || (typeof signal === "object" && signal !== null && "addEventListener" in signal)) return;
  throw mistake("signal must be an AbortSignal");
}

/** What a JavaScript caller may have passed in place of a number. */
const printed = (value: unknown) => (typeof value === "number" ? String(value) : `a value of type ${typeof value}`);
