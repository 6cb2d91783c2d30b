/** Bugs in the numbers of a session: what is replayed, acknowledged, and taken for current. */
import { Conversation, IncomingCalls, Outbox, OutgoingCalls, Session } from "@trunkline/core/internal";
import { type AnyConversation, type Input, patch, patchEffects, patchGetter } from "./plant.js";

/** Resumes as if the other end had received so many frames more, wherever that can be. */
export function resumeOff(by: number): void {
  patch(Session.prototype, "attach", (attach) => {
    return function (this: Session<never>, generation, received, peer) {
      const wrong = attach.call(this, generation, received + by, peer);
      return wrong === undefined ? wrong : attach.call(this, generation, received, peer);
    };
  });
}

/** No check of the numbers of what arrives: bugs in replay then reach the calls. */
export function acceptAnyNumber(): void {
  patch(Session.prototype, "accept", (accept) => {
    return function (this: Session<never>, batch, size, now) {
      return accept.call(this, { ...batch, seq: this.receiving.frames + 1 }, size, now);
    };
  });
}

export function acknowledgeOneTooMany(): void {
  patchEffects((effects) =>
    effects.map((effect) => {
      if (effect.type !== "send") return effect;
      const { data } = effect;
      if (typeof data !== "string") return effect;
      return { ...effect, data: data.replace(/^\[\[(\d+),(\d+)/, (_, seq, ack) => `[[${seq},${+ack + 1}`) };
    }),
  );
}

/** What has arrived is counted at once, but acted upon one input later; a cut in between forgets it. */
export function acknowledgeOnParse(): void {
  let current: AnyConversation | undefined;
  const parsed = new WeakMap<AnyConversation, (() => void)[]>();
  const later = (act: () => void) => {
    const conversation = current!;
    parsed.set(conversation, [...(parsed.get(conversation) ?? []), act]);
    return undefined;
  };
  patch(IncomingCalls.prototype, "request", (request) => {
    return function (this: IncomingCalls<unknown>, frame, now, announced) {
      return later(() => request.call(this, frame, now, announced));
    };
  });
  patch(OutgoingCalls.prototype, "answer", (answer) => {
    return function (this: OutgoingCalls<unknown>, frame) {
      return later(() => answer.call(this, frame));
    };
  });
  const actFirst = (conversation: AnyConversation, forget: boolean) => {
    current = conversation;
    const acts = parsed.get(conversation) ?? [];
    parsed.delete(conversation);
    if (!forget) for (const act of acts) act();
  };
  patch(Conversation.prototype, "receive", (receive) => {
    return function (this: AnyConversation, input: Input, now: number) {
      actFirst(this, input.type === "detach");
      receive.call(this, input, now);
    };
  });
  patch(Conversation.prototype, "tick", (tick) => {
    return function (this: AnyConversation, now: number) {
      actFirst(this, false);
      tick.call(this, now);
    };
  });
}

/** Whatever arrives passes for the current transport's. */
export function ignoreGenerations(): void {
  const generations = new WeakMap<object, number>();
  patch(Conversation.prototype, "receive", (receive) => {
    return function (this: AnyConversation, input: Input, now: number) {
      if (input.type === "attach") generations.set(this, input.generation);
      const generation = generations.get(this) ?? 0;
      receive.call(this, input.type === "message" ? { ...input, generation } : input, now);
    };
  });
}

export function unboundedReplay(): void {
  patchGetter(Outbox.prototype, "size", () => 0);
}
