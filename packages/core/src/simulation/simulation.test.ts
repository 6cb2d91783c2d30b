/** Worlds hold their invariants, repeat themselves, and would notice if something were wrong. */
import { afterEach, describe, expect, it } from "vitest";
import { Conversation, type ConversationEffect, type ConversationInput } from "../machine/conversation.js";
import { CreditBalance } from "../machine/credit.js";
import { Heartbeat } from "../machine/heartbeat.js";
import { IncomingCalls } from "../machine/incoming-calls.js";
import { Outbox } from "../machine/outbox.js";
import { OutgoingCall } from "../machine/outgoing-call.js";
import { OutgoingCalls } from "../machine/outgoing-calls.js";
import { Session } from "../machine/session.js";
import { type Invariant, InvariantBroken, simulate } from "./index.js";

type Input = ConversationInput<unknown, unknown>;
type Effect = ConversationEffect<unknown, unknown>;

const SEEDS = 500;

describe("a world", () => {
  it(`holds every invariant for ${SEEDS} seeds`, { timeout: 60_000 }, () => {
    for (let seed = 1; seed <= SEEDS; seed++) expect(simulate(seed).calls).toBeGreaterThan(0);
  });

  it("is the same run for the same seed, and another for another", () => {
    for (let seed = 1; seed <= 20; seed++) {
      expect(simulate(seed)).toEqual(simulate(seed));
      expect(simulate(seed).hash).not.toBe(simulate(seed + 1).hash);
    }
  });
});

/** Replaces a method by one that may call the original. */
function patch<Target extends object, Name extends keyof Target>(
  target: Target,
  name: Name,
  wrap: (original: Target[Name]) => Target[Name],
): void {
  const descriptor = Object.getOwnPropertyDescriptor(target, name)!;
  Object.defineProperty(target, name, { ...descriptor, value: wrap(target[name]) });
  undo.push(() => Object.defineProperty(target, name, descriptor));
}

/** Replaces a getter. */
function patchGetter<Target extends object>(target: Target, name: keyof Target, get: () => unknown): void {
  const descriptor = Object.getOwnPropertyDescriptor(target, name)!;
  Object.defineProperty(target, name, { ...descriptor, get });
  undo.push(() => Object.defineProperty(target, name, descriptor));
}

/** Rewrites what a conversation wants done. */
function patchEffects(rewrite: (effects: Effect[]) => Effect[]): void {
  patch(Conversation.prototype, "take", (take) => {
    return function (this: Conversation<unknown, unknown>) {
      return rewrite(take.call(this));
    };
  });
}

/** Rewrites what a conversation hears. */
function patchInputs(rewrite: (input: Input) => Input | undefined): void {
  patch(Conversation.prototype, "receive", (receive) => {
    return function (this: Conversation<unknown, unknown>, input: Input, now: number) {
      const rewritten = rewrite(input);
      if (rewritten !== undefined) receive.call(this, rewritten, now);
    };
  });
}

/** No check of the numbers of what arrives: bugs in replay then reach the calls. */
function acceptAnyNumber(): void {
  patch(Session.prototype, "accept", (accept) => {
    return function (this: Session<never>, batch, size, now) {
      return accept.call(this, { ...batch, seq: this.received + 1 }, size, now);
    };
  });
}

/** Resumes as if the other end had received so many frames more, wherever that can be. */
function resumeOff(by: number): void {
  patch(Session.prototype, "attach", (attach) => {
    return function (this: Session<never>, generation, received, peer) {
      const wrong = attach.call(this, generation, received + by, peer);
      return wrong === undefined ? wrong : attach.call(this, generation, received, peer);
    };
  });
}

let undo: (() => void)[] = [];

/** Each with the invariants that may see it first: a bug shows in more than one way, and chance decides which. */
const plants: Record<string, readonly [plant: () => void, ...caughtBy: Invariant[]]> = {
  "resume replays one frame too many": [() => resumeOff(-1), "I14"],
  "resume replays one frame too few": [() => resumeOff(1), "I14"],
  "resume replays one frame too many, and nobody checks numbers": [
    () => {
      resumeOff(-1);
      acceptAnyNumber();
    },
    "I14",
  ],
  "resume replays one frame too few, and nobody checks numbers": [
    () => {
      resumeOff(1);
      acceptAnyNumber();
    },
    "I10",
  ],
  "an acknowledgement is one too high": [
    () =>
      patchEffects((effects) =>
        effects.map((effect) => {
          if (effect.type !== "send") return effect;
          return { ...effect, text: effect.text.replace(/^\[\[(\d+),(\d+)/, (_, seq, ack) => `[[${seq},${+ack + 1}`) };
        }),
      ),
    "I7",
  ],
  "credit is lost while there is no transport": [
    () => {
      let attached = false;
      patchInputs((input) => {
        if (input.type === "attach") attached = true;
        if (input.type === "detach") attached = false;
        return input.type === "consume" && !attached ? undefined : input;
      });
    },
    "I10",
  ],
  "an older transport's messages pass for the current one's": [
    () => {
      const generations = new WeakMap<object, number>();
      patch(Conversation.prototype, "receive", (receive) => {
        return function (this: Conversation<unknown, unknown>, input: Input, now: number) {
          if (input.type === "attach") generations.set(this, input.generation);
          const generation = generations.get(this) ?? 0;
          receive.call(this, input.type === "message" ? { ...input, generation } : input, now);
        };
      });
    },
    "I8",
  ],
  "a mutation is sent again after its session was lost": [
    () => patchGetter(OutgoingCall.prototype, "repeatable", () => true),
    "I2",
  ],
  "an answer is delivered twice": [
    () =>
      patchEffects((effects) =>
        effects.flatMap<Effect>((effect) => (effect.type === "result" ? [effect, effect] : [effect])),
      ),
    "I1",
  ],
  "every fifth event is dropped": [
    () => {
      let count = 0;
      patchEffects((effects) => effects.filter(({ type }) => type !== "event" || ++count % 5 !== 0));
    },
    "I4",
  ],
  "events change places": [
    () =>
      patchEffects((effects) => [
        ...effects.filter(({ type }) => type === "event").reverse(),
        ...effects.filter(({ type }) => type !== "event"),
      ]),
    "I4",
  ],
  "a gap is not reported": [() => patchEffects((effects) => effects.filter(({ type }) => type !== "gap")), "I4", "I10"],
  "answers go to the wrong calls": [
    () => {
      let last: unknown;
      patchEffects((effects) =>
        effects.map((effect) => {
          if (effect.type !== "result") return effect;
          const value = last ?? effect.value;
          last = effect.value;
          return { ...effect, value };
        }),
      );
    },
    "I3",
  ],
  "a producer does not look at its credit": [() => patchGetter(CreditBalance.prototype, "available", () => true), "I5"],
  "the replay buffer has no bound": [() => patchGetter(Outbox.prototype, "size", () => 0), "I6"],
  "a cancelled call was not sent, whatever happened": [
    () =>
      patch(OutgoingCalls.prototype, "cancel", (cancel) => {
        return function (this: OutgoingCalls<unknown>, call) {
          call.known = "not-sent";
          cancel.call(this, call);
        };
      }),
    "I2",
  ],
  "silence is never death": [() => patchGetter(Heartbeat.prototype, "deadline", () => Infinity), "I10"],
  "a cancel is not heard": [
    () =>
      patch(IncomingCalls.prototype, "request", (request) => {
        return function (this: IncomingCalls<unknown>, frame, now) {
          return frame.op === 3 ? undefined : request.call(this, frame, now);
        };
      }),
    "I10",
  ],
  "a call is dispatched twice": [
    () =>
      patchEffects((effects) =>
        effects.flatMap<Effect>((effect) => (effect.type === "request" ? [effect, effect] : [effect])),
      ),
    "I2",
  ],
  "waiting calls are not released when there is room again": [
    () => patch(OutgoingCalls.prototype, "release", () => () => {}),
    "I10",
  ],
  "a lost session leaves handlers running as if wanted": [
    () => patch(IncomingCalls.prototype, "end", () => () => {}),
    "I5",
    "I9",
    "I14",
  ],
  "a handler's late answer throws": [
    () =>
      patch(IncomingCalls.prototype, "release", () => () => {
        throw new Error("no such call");
      }),
    "I13",
  ],
};

describe("a planted bug is seen:", () => {
  afterEach(() => {
    for (const restore of undo.reverse()) restore();
    undo = [];
  });

  it.each(Object.entries(plants))("%s", { timeout: 30_000 }, (_, [plant, ...caughtBy]) => {
    plant();
    expect(caughtBy).toContain(firstBroken());
  });
});

/** The invariant that the first failing seed breaks. */
function firstBroken(): Invariant | undefined {
  for (let seed = 1; seed <= SEEDS; seed++) {
    try {
      simulate(seed);
    } catch (error) {
      if (error instanceof InvariantBroken) return error.invariant;
      throw error;
    }
  }
  return undefined;
}
