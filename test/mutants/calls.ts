/** Bugs in calls: who is asked how often, who hears what, and when a slot is free. */
import { RpcError } from "@trunkline/core";
import {
  Conversation,
  IncomingCall,
  IncomingCalls,
  Outbox,
  OutgoingCall,
  OutgoingCalls,
  op,
  Session,
} from "@trunkline/core/internal";
import {
  type AnyConversation,
  type Effect,
  type Input,
  patch,
  patchEffects,
  patchGetter,
  patchInputs,
} from "./plant.js";

export function repeatEveryCall(): void {
  patchGetter(OutgoingCall.prototype, "repeatable", () => true);
}

/** Effects of this type come twice. */
export function twice(type: Effect["type"]): void {
  patchEffects((effects) => effects.flatMap((effect) => (effect.type === type ? [effect, effect] : [effect])));
}

/** Each result carries the value of the one before it. */
export function mixUpResults(): void {
  let last: unknown;
  patchEffects((effects) =>
    effects.map((effect) => {
      if (effect.type !== "result") return effect;
      const value = last ?? effect.value;
      last = effect.value;
      return { ...effect, value };
    }),
  );
}

export function callItNotSent(): void {
  patch(OutgoingCalls.prototype, "cancel", (cancel) => {
    return function (this: OutgoingCalls<unknown>, call) {
      call.known = "not-sent";
      cancel.call(this, call);
    };
  });
}

export function ignoreCancels(): void {
  patch(IncomingCalls.prototype, "request", (request) => {
    return function (this: IncomingCalls<unknown>, frame, now, announced) {
      return frame.op === op.cancel ? undefined : request.call(this, frame, now, announced);
    };
  });
}

/** A cancel is lost on a stream whose source has not said that it is ready. */
export function ignoreEarlyCancels(): void {
  const streams = new WeakMap<object, Map<number, IncomingCall<unknown>>>();
  let current: AnyConversation | undefined;
  patchInputs((input, conversation) => {
    current = conversation;
    return input;
  });
  patchEffects((effects, conversation) => {
    const known = streams.get(conversation) ?? new Map();
    streams.set(conversation, known);
    for (const effect of effects) if (effect.type === "request") known.set(effect.call.id, effect.call);
    return effects;
  });
  patch(IncomingCalls.prototype, "request", (request) => {
    return function (this: IncomingCalls<unknown>, frame, now, announced) {
      const early = frame.op === op.cancel && streams.get(current!)?.get(frame.id)?.state === "starting";
      return early ? undefined : request.call(this, frame, now, announced);
    };
  });
}

/** The caller says its last call again, with the same id, on every new transport; who answers takes it for a new one. */
export function acceptUsedIds(): void {
  const said = new WeakMap<object, string>();
  const again = new WeakMap<object, Effect[]>();
  const lastIds = new WeakMap<object, number>();
  let writing: object | undefined;
  let current: AnyConversation | undefined;
  patch(Session.prototype, "write", (write) => {
    return function (this: Session<never>, now, beat) {
      writing = this;
      return write.call(this, now, beat);
    };
  });
  patch(Outbox.prototype, "push", (push) => {
    return function (this: Outbox, frame) {
      if (typeof frame === "string" && frame.startsWith(`[${op.call},`)) said.set(writing!, frame);
      push.call(this, frame);
    };
  });
  patch(Session.prototype, "clear", (clear) => {
    return function (this: Session<never>) {
      said.delete(this);
      return clear.call(this);
    };
  });
  patch(Session.prototype, "attach", (attach) => {
    return function (this: Session<never>, generation, received, peer) {
      const wrong = attach.call(this, generation, received, peer);
      const frame = said.get(this);
      if (wrong === undefined && frame !== undefined) this.push(frame);
      return wrong;
    };
  });
  patchInputs((input, conversation) => {
    current = conversation;
    return input;
  });
  patch(IncomingCalls.prototype, "restart", (restart) => {
    return function (this: IncomingCalls<unknown>) {
      lastIds.delete(this);
      restart.call(this);
    };
  });
  patch(IncomingCalls.prototype, "request", (request) => {
    return function (this: IncomingCalls<unknown>, frame, now, announced) {
      if (frame.op !== op.call && frame.op !== op.subscribe) return request.call(this, frame, now, announced);
      if (frame.id > (lastIds.get(this) ?? 0)) {
        lastIds.set(this, frame.id);
        return request.call(this, frame, now, announced);
      }
      const effects = again.get(current!) ?? [];
      again.set(current!, [...effects, { type: "request", call: new IncomingCall(frame, Infinity) }]);
      return undefined;
    };
  });
  patchEffects((effects, conversation) => {
    const more = again.get(conversation) ?? [];
    again.delete(conversation);
    return [...effects, ...more];
  });
}

/** A cancel frees its call's slot, though the handler still runs. */
export function freeSlotOnCancel(): void {
  const times = new WeakMap<object, number>();
  patch(Conversation.prototype, "receive", (receive) => {
    return function (this: AnyConversation, input: Input, now: number) {
      times.set(this, now);
      receive.call(this, input, now);
    };
  });
  patchEffects((effects, conversation) => {
    for (const effect of effects) {
      if (effect.type !== "abort" || effect.reason !== "cancelled") continue;
      const error = { code: "CANCELLED", message: "" };
      conversation.receive({ type: "fail", call: effect.call, error }, times.get(conversation)!);
    }
    return effects;
  });
}

export function keepWaitingCalls(): void {
  patch(OutgoingCalls.prototype, "release", () => () => {});
}

export function forgetToAbort(): void {
  patch(IncomingCalls.prototype, "end", () => () => {});
}

/** A server whose session ends tells nobody who still waits for its client. */
export function forgetOwnCalls(): void {
  patch(OutgoingCalls.prototype, "end", () => () => {});
}

/** A session that ends says of every call it was made for that it was never sent. */
export function callEndedNotSent(): void {
  let ending = false;
  patch(OutgoingCalls.prototype, "end", (end) => {
    return function (this: OutgoingCalls<unknown>, error) {
      ending = true;
      end.call(this, error);
    };
  });
  patchEffects((effects) => {
    const ended = ending;
    ending = false;
    if (!ended) return effects;
    return effects.map((effect) => {
      if (effect.type !== "failure") return effect;
      const { code, message } = effect.error;
      return { ...effect, error: new RpcError(code, { message, outcome: "not-sent" }) };
    });
  });
}

export function throwOnLateAnswers(): void {
  patch(IncomingCalls.prototype, "release", () => () => {
    throw new Error("no such call");
  });
}
