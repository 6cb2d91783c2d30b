/** Bugs in large frames: what is dropped, in which order they go, and what is said of a call in parts. */
import { Joining, OutgoingCalls, Session } from "@trunkline/core/internal";
import { patch } from "./plant.js";

export function keepUnwantedParts(): void {
  patch(Session.prototype, "decline", () => () => {});
}

/** What follows a large event of the same stream neither waits to be made nor to be sent. */
export function overtakeLargeFrames(): void {
  const isSending = Session.prototype.isSending;
  patch(Session.prototype, "isSending", () => () => false);
  patch(Session.prototype, "push", (push) => {
    return function (this: Session<never>, outbound, id = 0) {
      const isSmall = typeof outbound === "string" && outbound.length < 500;
      if (isSmall && isSending.call(this, id)) this.pushUrgent(outbound);
      else push.call(this, outbound, id);
    };
  });
}

/** A call whose last part has gone is still said not to have been sent. */
export function callPartsNotSent(): void {
  patch(OutgoingCalls.prototype, "departed", () => {
    return (call) => {
      call.isPartial = false;
    };
  });
}

/** Every part brings the bytes of the one before it, where they are as many. */
export function mixUpParts(): void {
  let last: Uint8Array | undefined;
  patch(Joining.prototype, "add", (add) => {
    return function (this: Joining, part) {
      const blob = last?.length === part.blob.length ? last : part.blob;
      last = part.blob;
      return add.call(this, { ...part, blob });
    };
  });
}
