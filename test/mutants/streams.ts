/** Bugs in streams: their events, their gaps, and the credit that bounds them. */
import {
  CreditBalance,
  frameText,
  IncomingCalls,
  Outbox,
  op,
  Session,
  UpstreamBalance,
  UpstreamWindow,
} from "@trunkline/core/internal";
import { patch, patchEffects, patchGetter, patchInputs } from "./plant.js";

export function dropEveryFifthEvent(): void {
  let count = 0;
  patchEffects((effects) => effects.filter(({ type }) => type !== "event" || ++count % 5 !== 0));
}

export function dropEveryFifthItem(): void {
  let count = 0;
  patchEffects((effects) => effects.filter(({ type }) => type !== "item" || ++count % 5 !== 0));
}

/** Each has those of the one before. */
export function mixUpItemBytes(): void {
  let last: Uint8Array | undefined;
  patchEffects((effects) =>
    effects.map((effect) => {
      if (effect.type !== "item" || effect.blob === undefined) return effect;
      const before = last;
      last = effect.blob;
      return { ...effect, blob: before };
    }),
  );
}

export function sendItemsWithoutCredit(): void {
  patch(UpstreamBalance.prototype, "fits", () => () => true);
  patchGetter(UpstreamBalance.prototype, "available", () => true);
}

export function grantNoMoreItems(): void {
  patch(UpstreamWindow.prototype, "take", () => () => undefined);
}

/** Whoever gives the items is not told that nobody wants them any more. */
export function leaveSourcesOpen(): void {
  patchEffects((effects) => effects.filter(({ type }) => type !== "stop"));
}

export function reverseEvents(): void {
  patchEffects((effects) => [
    ...effects.filter(({ type }) => type === "event").reverse(),
    ...effects.filter(({ type }) => type !== "event"),
  ]);
}

export function hideGaps(): void {
  patchEffects((effects) => effects.filter(({ type }) => type !== "gap"));
}

export function produceWithoutCredit(): void {
  patchGetter(CreditBalance.prototype, "available", () => true);
}

/** The machine does not hear what readers take while there is no transport. */
export function loseCreditOffline(): void {
  let attached = false;
  patchInputs((input) => {
    if (input.type === "attach") attached = true;
    if (input.type === "detach") attached = false;
    return input.type === "consume" && !attached ? undefined : input;
  });
}

/**
 * Credit that is added up, and not numbered: what its transport loses is never granted again. Here a credit frame that
 * would be replayed says nothing new, and all later ones of its stream grant so much less.
 */
export function addCreditOutsideNumbering(): void {
  interface Stream {
    said: number;
    lost: number;
  }
  const streams = new WeakMap<object, Map<number, Stream>>();
  /** What each credit frame added, until it is lost. */
  const grants = new WeakMap<object, Map<string, number>>();
  let writing: Session<never> | undefined;
  const ofSession = <Value>(all: WeakMap<object, Value>, session: object, fresh: () => Value): Value => {
    const found = all.get(session) ?? fresh();
    all.set(session, found);
    return found;
  };
  const streamOf = (session: object, id: number) => {
    const known = ofSession(streams, session, () => new Map<number, Stream>());
    const stream = known.get(id) ?? { said: 0, lost: 0 };
    known.set(id, stream);
    return stream;
  };
  const grantsOf = (session: object) => ofSession(grants, session, () => new Map<string, number>());

  patch(Session.prototype, "write", (write) => {
    return function (this: Session<never>, now, beat) {
      writing = this;
      return write.call(this, now, beat);
    };
  });
  patch(Session.prototype, "clear", (clear) => {
    return function (this: Session<never>) {
      streams.delete(this);
      grants.delete(this);
      return clear.call(this);
    };
  });
  patch(Session.prototype, "pushUrgent", (pushUrgent) => {
    return function (this: Session<never>, frame) {
      const [kind, id, limit] = JSON.parse(frame) as [number, number, number];
      if (kind !== op.credit) return pushUrgent.call(this, frame);
      const stream = streamOf(this, id);
      const text = `[${op.credit},${id},${limit - stream.lost}]`;
      grantsOf(this).set(text, limit - stream.said);
      stream.said = limit;
      pushUrgent.call(this, text);
    };
  });
  patch(Outbox.prototype, "push", (push) => {
    return function (this: Outbox, frame) {
      const [kind, id, , , , credit] = JSON.parse(frameText(frame)) as [number, number, ...number[]];
      if (kind === op.subscribe) streamOf(writing!, id).said = credit!;
      push.call(this, frame);
    };
  });
  patch(Outbox.prototype, "at", (at) => {
    return function (this: Outbox, number) {
      const frame = at.call(this, number);
      const text = frameText(frame);
      const [kind, id] = JSON.parse(text) as [number, number];
      if (kind !== op.credit) return frame;
      streamOf(writing!, id).lost += grantsOf(writing!).get(text) ?? 0;
      grantsOf(writing!).delete(text);
      return `[${op.credit},${id},1]`;
    };
  });
}

/** Streams are asked for events as if nothing waited to be sent. */
export function pullWithoutRoom(): void {
  let weighing = 0;
  for (const name of ["request", "ready", "event", "gap", "resume"] as const) {
    patch(IncomingCalls.prototype, name, (original) => {
      return function (this: IncomingCalls<unknown>, ...given: never[]) {
        weighing++;
        try {
          return (original as (...given: never[]) => never).apply(this, given);
        } finally {
          weighing--;
        }
      };
    });
  }
  patchGetter(Session.prototype, "backlog", (original) => {
    const backlog = original();
    return weighing > 0 ? { length: backlog.length, size: 0 } : backlog;
  });
}
