/** What the simulation has found, each as small as it can be. */
import { describe, expect, it } from "vitest";
import { WithBlob } from "../protocol/blob.js";
import { type Limits, peerLimits, resolveLimits } from "../protocol/limits.js";
import { Conversation } from "./conversation.js";
import type { ConversationInput } from "./conversation-words.js";
import { IncomingCalls } from "./incoming-calls.js";
import { OutgoingCall, type OutgoingRequest } from "./outgoing-call.js";

const client = (limits: Partial<Limits> = {}) =>
  new Conversation<string, never>({ role: "client", limits: resolveLimits(limits), Calls: IncomingCalls });

const ask = (request: Partial<OutgoingRequest> = {}) =>
  new OutgoingCall(
    { kind: "query", path: '"q"', repeatable: true, input: "1", deadline: Infinity, ...request },
    "nobody",
  );

const attach = (generation: number, resumed: boolean, limits: Partial<Limits> = {}) =>
  ({
    type: "attach",
    generation,
    resumed,
    received: 0,
    peer: peerLimits(resolveLimits(limits)),
    beatMs: undefined,
    silenceMs: 1_000,
  }) as const;

/** Says all of this to a conversation, and returns what it wants done, flushes done at once. */
function say(conversation: Conversation<string, never>, ...inputs: ConversationInput<string, never>[]) {
  return inputs.flatMap((input) => {
    conversation.receive(input, 0);
    const effects = conversation.take();
    if (!effects.some(({ type }) => type === "flush")) return effects;
    conversation.receive({ type: "flush" }, 0);
    return [...effects, ...conversation.take()];
  });
}

describe("a conversation", () => {
  it("does not say not-sent of a query that an earlier session has sent (seed 3512)", () => {
    const conversation = client();
    const call = ask();
    say(conversation, attach(1, false), { type: "call", call });
    say(conversation, { type: "detach", generation: 1 }, attach(2, false), { type: "detach", generation: 2 });
    const effects = say(conversation, { type: "cancel", call });
    expect(effects).toEqual([
      expect.objectContaining({ type: "failure", error: expect.objectContaining({ outcome: "unknown" }) }),
    ]);
  });

  it("sends what waited for the replay window when an acknowledgement opens it (seed 1564)", () => {
    const conversation = client({ replayBytes: 1 });
    say(conversation, attach(1, false), { type: "call", call: ask() });
    expect(say(conversation, { type: "call", call: ask() })).toEqual([]);
    const effects = say(conversation, { type: "message", generation: 1, data: "[[1,1]]" });
    expect(effects).toContainEqual({ type: "send", generation: 1, data: '[[2,0],[1,3,"q",0,null,1]]' });
  });

  it("refuses, and never sends, what turns out too large once the other end's limits are known (seed 19)", () => {
    const conversation = client();
    const call = ask({ input: JSON.stringify("x".repeat(2_000)) });
    const effects = say(conversation, { type: "call", call }, attach(1, false, { messageBytes: 1_024 }));
    expect(effects).toEqual([
      expect.objectContaining({ type: "failure", error: expect.objectContaining({ code: "RESOURCE_EXHAUSTED" }) }),
    ]);
  });

  it("does not call a reader slow who takes what is small, and so nothing of what is large (seed 53356)", () => {
    const conversation = client({ outboundHardBytes: 4_000, outboundHardMs: 1_000, replayBytes: 1 });
    const large = ask({ input: new WithBlob("[0,90000]", new Uint8Array(90_000)) });
    const small = Array.from({ length: 30 }, () => ask());
    for (const call of [...small, large]) conversation.receive({ type: "call", call }, 0);
    conversation.receive({ ...attach(1, false), silenceMs: 60_000 }, 0);
    conversation.receive({ type: "flush" }, 0);
    for (let taken = 1; taken < small.length; taken++) {
      const now = taken * 100;
      conversation.tick(now);
      conversation.receive({ type: "message", generation: 1, data: `[[1,${taken}]]` }, now);
      conversation.receive({ type: "flush" }, now);
      expect(conversation.take().map(({ type }) => type)).not.toContain("break");
    }
    // From here on it takes nothing.
    for (const now of [3_000, 3_999]) conversation.tick(now);
    expect(conversation.take().map(({ type }) => type)).not.toContain("break");
    conversation.tick(4_000);
    expect(conversation.take()).toContainEqual(expect.objectContaining({ type: "break", close: "slowReader" }));
  });

  it.each([false, true])(
    "hands a stream over before it tells of the gap, whose credit would be lost (lost: %s)",
    (lost) => {
      const [departing, successor] = [client(), client()];
      const call = ask({ kind: "subscription", credit: { events: 1, maxEvents: 1 } });
      say(departing, attach(1, false), { type: "call", call });
      for (const effect of say(departing, { type: "handOver", lost })) {
        if (effect.type === "moved") say(successor, { type: "adopt", call });
        if (effect.type !== "gap") continue;
        // Nobody knows where the call is by now: both are told what its program has taken.
        for (const conversation of [departing, successor]) say(conversation, { type: "consume", call, count: 1 });
      }
      const effects = say(successor, attach(1, false));
      expect(effects).toContainEqual({ type: "send", generation: 1, data: '[[1,0],[2,1,"q",0,null,1,null,1]]' });
    },
  );
});
