/**
 * How a bug is planted: methods of the real machines are replaced from outside, and put back afterwards. The product
 * knows nothing of it.
 */
import { Conversation, type ConversationEffect, type ConversationInput } from "@trunkline/core/internal";

export type AnyConversation = Conversation<unknown, unknown>;
export type Input = ConversationInput<unknown, unknown>;
export type Effect = ConversationEffect<unknown, unknown>;

let undo: (() => void)[] = [];

/** Runs this, and takes out again what was planted in it, the last one first. */
export function uprootAfter<Result>(act: () => Result): Result {
  const outer = undo;
  undo = [];
  try {
    return act();
  } finally {
    for (const restore of undo.reverse()) restore();
    undo = outer;
  }
}

/** The same for what takes its time: nothing else may be planted meanwhile. */
export async function uprootAfterAll<Result>(act: () => Promise<Result>): Promise<Result> {
  const outer = undo;
  undo = [];
  try {
    return await act();
  } finally {
    for (const restore of undo.reverse()) restore();
    undo = outer;
  }
}

/** Replaces a method by one that may call the original. */
export function patch<Target extends object, Name extends keyof Target>(
  target: Target,
  name: Name,
  wrap: (original: Target[Name]) => Target[Name],
): void {
  replace(target, name, { value: wrap(target[name]) });
}

/** Replaces a getter. */
export function patchGetter<Target extends object, Name extends keyof Target>(
  target: Target,
  name: Name,
  get: (this: Target, original: () => Target[Name]) => unknown,
): void {
  const original = Object.getOwnPropertyDescriptor(target, name)!.get!;
  replace(target, name, {
    get(this: Target) {
      return get.call(this, () => original.call(this) as Target[Name]);
    },
  });
}

/** Rewrites what a conversation wants done. */
export function patchEffects(rewrite: (effects: Effect[], conversation: AnyConversation) => Effect[]): void {
  patch(Conversation.prototype, "take", (take) => {
    return function (this: AnyConversation) {
      return rewrite(take.call(this), this);
    };
  });
}

/** Rewrites what a conversation hears. Undefined: it hears nothing. */
export function patchInputs(rewrite: (input: Input, conversation: AnyConversation) => Input | undefined): void {
  patch(Conversation.prototype, "receive", (receive) => {
    return function (this: AnyConversation, input: Input, now: number) {
      const rewritten = rewrite(input, this);
      if (rewritten !== undefined) receive.call(this, rewritten, now);
    };
  });
}

/** What the target only inherits is its own until it is put back. */
function replace(target: object, name: PropertyKey, change: PropertyDescriptor): void {
  const descriptor = Object.getOwnPropertyDescriptor(target, name);
  Object.defineProperty(target, name, { ...(descriptor ?? { configurable: true }), ...change });
  undo.push(() => {
    if (descriptor === undefined) Reflect.deleteProperty(target, name);
    else Object.defineProperty(target, name, descriptor);
  });
}
