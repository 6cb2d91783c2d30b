/** Bugs in time: liveness, the dialer's waits, and what a platform's timers can do. */
import { Dialer } from "@trunkline/client/internal";
import { Heartbeat } from "@trunkline/core/internal";
import { patch, patchGetter, patchInputs } from "./plant.js";

export function neverNoticeSilence(): void {
  patchGetter(Heartbeat.prototype, "deadline", () => Infinity);
}

/** A welcome ends the count of attempts at once: it counts as one that has held for long. */
export function resetBackoffOnOpen(): void {
  patch(Dialer.prototype, "receive", (receive) => {
    return function (this: Dialer, input, now) {
      receive.call(this, input, input.type === "welcomed" ? now - 3_600_000 : now);
    };
  });
}

/** The bound of a platform's timers is not applied to what they are given. */
export function passLongDelays(): void {
  patch(
    Math,
    "min",
    (min) =>
      (...values) =>
        min(...values.filter((value) => value !== 2 ** 31 - 1)),
  );
}

/** A pong, or a part of a message, says nothing. */
export function ignoreSignsOfLife(): void {
  patchInputs((input) => (input.type === "alive" ? undefined : input));
}
