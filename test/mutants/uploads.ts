/** Bugs in upstreams that a world shows: what a session's loss, a resume and an end do to them. */
import { type EncodedFrame, OutgoingCall, OutgoingUpstreams, Session, UpstreamItems } from "@trunkline/core/internal";
import { patch, patchGetter } from "./plant.js";

/** A call goes to the next session although its source was read from. */
export function sendReadUpstreamsAgain(): void {
  patchGetter(OutgoingCall.prototype, "repeatable", function (original) {
    return original() || (this as unknown as OutgoingCall<unknown>).upstream !== undefined;
  });
}

/** Whatever ends an upstream, its handler takes it for complete. */
export function takePartForWhole(): void {
  patch(UpstreamItems.prototype, "fail", () => {
    return function (this: UpstreamItems) {
      this.complete();
    };
  });
}

/** The last item of a session is said once more on each new transport. */
export function repeatLastItem(): void {
  const last = new WeakMap<object, readonly [frame: EncodedFrame, id: number]>();
  let supplying = false;
  patch(OutgoingUpstreams.prototype, "supply", (supply) => {
    return function (this: OutgoingUpstreams<unknown>, call, value) {
      supplying = true;
      supply.call(this, call, value);
      supplying = false;
    };
  });
  patch(Session.prototype, "push", (push) => {
    return function (this: Session<never>, outbound, id = 0) {
      if (supplying) last.set(this, [outbound as EncodedFrame, id]);
      push.call(this, outbound, id);
    };
  });
  patch(Session.prototype, "clear", (clear) => {
    return function (this: Session<never>) {
      last.delete(this);
      return clear.call(this);
    };
  });
  patch(Session.prototype, "attach", (attach) => {
    return function (this: Session<never>, generation, received, peer) {
      const wrong = attach.call(this, generation, received, peer);
      const item = last.get(this);
      if (wrong === undefined && item !== undefined) this.push(...item);
      return wrong;
    };
  });
}
