/**
 * The upstreams of the calls the other end has made: what was granted and what has arrived. Which calls have one is the
 * contract's business; here any may, from the first item or end that comes for it.
 *
 *   state   | item           | end             | handler takes  | handler wants no more | call settles or is abandoned
 *   --------|----------------|-----------------|----------------|-----------------------|-----------------------------
 *   none    | open, item     | ended, complete | –              | stopped, cancel frame | –
 *   open    | open, item     | ended, complete | credit frame   | stopped, cancel frame | none
 *   ended   | violation      | violation       | –              | –                     | none
 *   stopped | –              | –               | –              | –                     | none
 *
 * At most `upstreams` calls have one at a time, and at most `upstreamBytes` of each wait for its handler.
 *
 * @see PROTOCOL.md section 5.6
 */
import { cancelFrame, creditFrame } from "../protocol/encode.js";
import type { EndFrame, EventFrame } from "../protocol/frame.js";
import { op } from "../protocol/frame.js";
import type { Limits } from "../protocol/limits.js";
import { type Violation, violation } from "../protocol/violation.js";
import type { IncomingCall } from "./incoming-call.js";
import type { Session } from "./session.js";
import { itemSize, UpstreamWindow } from "./upstream.js";

/** `item`: the upstream's next one. `complete`: no more will come. */
export type IncomingUpstreamEffect<Work> =
  | {
      readonly type: "item";
      readonly call: IncomingCall<Work>;
      readonly value: unknown;
      /** The bytes that the value speaks of. */
      readonly blob: Uint8Array | undefined;
    }
  | { readonly type: "complete"; readonly call: IncomingCall<Work> };

export interface IncomingUpstreamsContext<Work> {
  readonly session: Pick<Session<never>, "pushUrgent" | "decline">;
  readonly limits: Pick<Limits, "upstreamBytes" | "upstreams" | "callMaxMs">;
  emit(effect: IncomingUpstreamEffect<Work>): void;
}

export class IncomingUpstreams<Work> {
  readonly #context: IncomingUpstreamsContext<Work>;
  /** Calls that have one. */
  readonly #known = new Set<IncomingCall<Work>>();

  constructor(context: IncomingUpstreamsContext<Work>) {
    this.#context = context;
  }

  /** A frame of the upstream of a call that is wanted still. */
  frame(call: IncomingCall<Work>, frame: EventFrame | EndFrame, now: number): Violation | undefined {
    const { limits, emit } = this.#context;
    call.upstream ??= { name: "open", window: new UpstreamWindow(limits.upstreamBytes) };
    if (call.upstream.name === "stopped") return undefined;
    if (call.upstream.name === "ended") return violation("endedUpstream");
    this.#known.add(call);
    if (this.#known.size > limits.upstreams) return violation("tooManyUpstreams");
    call.keepAlive(now, limits.callMaxMs);
    if (frame.op === op.end) {
      if (frame.offset !== undefined) return violation("upstreamOffset");
      call.upstream = { name: "ended" };
      emit({ type: "complete", call });
      return undefined;
    }
    if (frame.eventId !== undefined) return violation("itemId");
    // The text it came as is gone. What the encoder makes of the value is as long as RFC 8785 says.
    const size = itemSize(JSON.stringify(frame.value)) + (frame.blob?.length ?? 0);
    if (!call.upstream.window.arrive(size)) return violation("itemNoCredit");
    emit({ type: "item", call, value: frame.value, blob: frame.blob });
    return undefined;
  }

  /** The handler has taken items. */
  take(call: IncomingCall<Work>, count: number, now: number): void {
    const { session, limits } = this.#context;
    if (!this.#known.has(call)) return;
    call.keepAlive(now, limits.callMaxMs);
    if (call.upstream?.name !== "open") return;
    const limit = call.upstream.window.take(count);
    if (limit !== undefined) session.pushUrgent(creditFrame(call.id, limit));
  }

  /** The handler wants no more of it; the call goes on. */
  decline(call: IncomingCall<Work>): void {
    if (call.state === "abandoned" || call.state === "settled") return;
    if (call.upstream?.name === "ended" || call.upstream?.name === "stopped") return;
    call.upstream = { name: "stopped" };
    this.#context.session.decline(call.id);
    this.#context.session.pushUrgent(cancelFrame(call.id));
  }

  /** The call has settled, or nobody waits for it: whatever still comes is nobody's. */
  close(call: IncomingCall<Work>): void {
    if (call.upstream !== undefined) this.#known.delete(call);
  }
}
