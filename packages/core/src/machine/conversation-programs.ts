/**
 * What our own program says in a conversation, and whom it is said to: callers to their calls, handlers to theirs. A call
 * and its reply are the conversation's own to say.
 */
import type { CallerInput, HandlerInput } from "./conversation-words.js";
import type { OutgoingCalls } from "./outgoing-calls.js";
import type { AnsweredCalls } from "./refused-calls.js";

export function tellOutgoing<Sink>(
  calls: OutgoingCalls<Sink>,
  input: Exclude<CallerInput<Sink>, { type: "call" }>,
): void {
  switch (input.type) {
    case "consume":
      return calls.consume(input.call, input.count);
    case "supply":
      return calls.upstreams?.supply(input.call, input.value);
    case "cancel":
      return calls.cancel(input.call);
    case "adopt":
      return calls.adopt(input.call);
    case "exhausted":
      return calls.upstreams?.exhausted(input.call);
    case "fault":
      return calls.upstreams?.fault(input.call);
  }
}

export function tellIncoming<Work>(
  calls: AnsweredCalls<Work>,
  input: Exclude<HandlerInput<Work>, { type: "reply" }>,
  now: number,
): void {
  switch (input.type) {
    case "event":
      return calls.event(input.call, input.value, input.eventId);
    case "take":
      return calls.upstreams.take(input.call, input.count, now);
    case "fail":
      return calls.fail(input.call, input.error, input.blob);
    case "ready":
      return calls.ready(input.call);
    case "gap":
      return calls.gap(input.call, input.reason);
    case "mark":
      return calls.mark(input.call, input.eventId);
    case "finish":
      return calls.finish(input.call);
    case "decline":
      return calls.upstreams.decline(input.call);
  }
}
