/** Bugs in streams that topics feed: where they stand, and what they are fed on which transport. */
import { CreditBalance, JoinedStreams, Session, TopicReaders } from "@trunkline/core/internal";
import { patch, patchEffects, patchGetter, patchInputs } from "./plant.js";

export function ignorePositions(): void {
  patchEffects((effects) => effects.filter(({ type }) => type !== "placed"));
}

/** Streams that were joined go on at once on another transport, from where the last one took them. */
export function neverAsk(): void {
  patch(JoinedStreams.prototype, "attached", () => () => {});
}

/** Nobody waits until the frames before it were written. */
export function feedBeforeJoin(): void {
  patch(JoinedStreams.prototype, "join", (join) => {
    return function (this: JoinedStreams<unknown>, call, at) {
      join.call(this, call, at);
      if (call.state === "joining") call.state = "joined";
    };
  });
  patchGetter(Session.prototype, "flows", function () {
    return (this as unknown as Session<never>).state.name === "attached";
  });
}

export function keepLostCredit(): void {
  patch(CreditBalance.prototype, "rewind", () => () => true);
}

/** Who has heard nothing yet has nothing to come back with. */
export function neverMark(): void {
  patchInputs((input) => (input.type === "mark" ? undefined : input));
}

/** The caller does not look whether a message begins where its stream stands. */
export function takeTwice(): void {
  patch(TopicReaders.prototype, "events", (events) => {
    return function (this: TopicReaders<unknown>, message) {
      const wrong = events.call(this, message);
      return wrong ?? events.call(this, { ...message, from: message.to, to: message.to + 1 });
    };
  });
}

export function neverWake(): void {
  patch(JoinedStreams.prototype, "position", (position) => {
    return function (this: JoinedStreams<unknown>, call, told) {
      const { balance } = call;
      const wrong = position.call(this, call, told);
      if (wrong === undefined && balance !== undefined) call.state = "joining";
      return wrong;
    };
  });
}
