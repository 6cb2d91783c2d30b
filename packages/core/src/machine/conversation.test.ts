import { describe, expect, it } from "vitest";
import { defaultLimits, type Limits, type PeerLimits, peerLimits } from "../protocol/limits.js";
import { Conversation } from "./conversation.js";
import type { ConversationEffect, ConversationInput } from "./conversation-words.js";
import type { IncomingCall } from "./incoming-call.js";
import { IncomingCalls } from "./incoming-calls.js";
import { OutgoingCall, type OutgoingRequest } from "./outgoing-call.js";

type Effect = ConversationEffect<string, string>;
type Input = ConversationInput<string, string>;

function callOf(name: string, changes: Partial<OutgoingRequest> = {}): OutgoingCall<string> {
  const path = JSON.stringify(name);
  return new OutgoingCall(
    { kind: "query", path, repeatable: true, input: undefined, deadline: Infinity, ...changes },
    name,
  );
}

/** A conversation whose effects are collected: what is written, what is asked for, and the rest. */
class End {
  readonly machine: Conversation<string, string>;
  readonly requests: IncomingCall<string>[] = [];
  readonly #limits: Limits;
  generation = 0;
  now = 0;

  constructor(role: "client" | "server" = "client", limits: Partial<Limits> = {}) {
    this.#limits = { ...defaultLimits, ...limits };
    this.machine = new Conversation({ role, limits: this.#limits, Calls: IncomingCalls });
  }

  attach(
    changes: {
      resumed?: boolean;
      received?: number;
      beatMs?: number;
      silenceMs?: number;
      peer?: Partial<PeerLimits>;
    } = {},
  ): Effect[] {
    const { resumed = false, received = 0, beatMs, silenceMs = 1_000, peer = {} } = changes;
    const terms = { resumed, received, beatMs, silenceMs, peer: { ...peerLimits(this.#limits), ...peer } };
    return this.say({ type: "attach", generation: ++this.generation, ...terms });
  }

  say(input: Input): Effect[] {
    this.machine.receive(input, this.now);
    return this.#taken();
  }

  hear(text: string, generation = this.generation): Effect[] {
    return this.say({ type: "message", generation, data: text });
  }

  tick(now: number): Effect[] {
    this.now = now;
    this.machine.tick(now);
    return this.#taken();
  }

  call(name: string, changes: Partial<OutgoingRequest> = {}): OutgoingCall<string> {
    const call = callOf(name, changes);
    this.say({ type: "call", call });
    return call;
  }

  /** What is written when the turn is over. */
  flush(): string[] {
    return sent(this.say({ type: "flush" }));
  }

  #taken(): Effect[] {
    const effects = this.machine.take();
    for (const effect of effects) if (effect.type === "request") this.requests.push(effect.call);
    return effects;
  }
}

const sent = (effects: Effect[]) => effects.flatMap((effect) => (effect.type === "send" ? [String(effect.data)] : []));
const types = (effects: Effect[]) => effects.map((effect) => effect.type);

describe("a turn", () => {
  it("asks for one flush, whatever is said in it", () => {
    const end = new End();
    end.attach();
    expect(types(end.say({ type: "call", call: callOf("a") }))).toEqual(["flush"]);
    expect(end.say({ type: "call", call: callOf("b") })).toEqual([]);
    expect(end.flush()).toEqual(['[[1,0],[1,1,"a",0,null],[1,3,"b",0,null]]']);
    expect(end.flush()).toEqual([]);
    expect(types(end.say({ type: "call", call: callOf("c") }))).toEqual(["flush"]);
  });

  it.each([
    [15, 0, 15],
    [16, 1, 0],
    [17, 1, 1],
  ])("of %d frames writes %d messages before it is over, and %d frames after", (count, before, after) => {
    const end = new End();
    end.attach();
    const early = Array.from({ length: count }, (_, i) => end.say({ type: "call", call: callOf(`c${i}`) }));
    const texts = sent(early.flat());
    expect(texts).toHaveLength(before);
    for (const text of texts) expect(JSON.parse(text)).toHaveLength(17);
    const rest = end.flush();
    expect(rest.map((text) => (JSON.parse(text) as unknown[]).length - 1)).toEqual(after === 0 ? [] : [after]);
  });

  it("writes twice as many frames each time, and never more than 128", () => {
    const end = new End("server");
    end.attach();
    end.hear('[[1,0],[2,1,"s",0,null,1024,null]]');
    const [call] = end.requests;
    end.say({ type: "ready", call: call! });
    const texts = Array.from({ length: 500 }, () => sent(end.say({ type: "event", call: call!, value: "1" }))).flat();
    expect(texts.map((text) => (JSON.parse(text) as unknown[]).length - 1)).toEqual([16, 32, 64, 128, 128, 128]);
    expect((JSON.parse(end.flush()[0]!) as unknown[]).length - 1).toBe(4);
    const next = Array.from({ length: 16 }, () => sent(end.say({ type: "event", call: call!, value: "1" }))).flat();
    expect(next).toHaveLength(1);
  });

  it("writes large frames when they take as much as 16 small ones, twice as much each time", () => {
    const end = new End("server");
    end.attach();
    end.hear('[[1,0],[2,1,"s",0,null,1024,null]]');
    const [call] = end.requests;
    end.say({ type: "ready", call: call! });
    const value = `"${"x".repeat(1_020)}"`;
    const texts = Array.from({ length: 64 }, () => sent(end.say({ type: "event", call: call!, value }))).flat();
    expect(texts.map((text) => (JSON.parse(text) as unknown[]).length - 1)).toEqual([2, 4, 8, 16, 16, 16]);
    expect(end.flush()).toHaveLength(1);
  });

  it("writes a frame that is large enough by itself at once", () => {
    const end = new End();
    end.attach();
    expect(sent(end.say({ type: "call", call: callOf("x".repeat(2_048)) }))).toHaveLength(1);
    expect(end.flush()).toEqual([]);
  });

  it("does not ask for a flush while there is no transport", () => {
    const end = new End();
    expect(end.say({ type: "call", call: callOf("a") })).toEqual([]);
    expect(types(end.attach())).toEqual(["flush"]);
    expect(end.flush()).toEqual(['[[1,0],[1,1,"a",0,null]]']);
  });

  it("whose flush comes when the transport is gone is written on the next one", () => {
    const end = new End();
    end.attach();
    end.call("a");
    end.say({ type: "detach", generation: 1 });
    expect(end.flush()).toEqual([]);
    expect(types(end.attach({ resumed: true }))).toEqual(["flush"]);
    expect(end.flush()).toEqual(['[[1,0],[1,1,"a",0,null]]']);
  });
});

describe("what waits for room", () => {
  it("leaves when a congested transport has drained, though nothing else is to be written", () => {
    const end = new End();
    end.attach();
    end.say({ type: "congested", generation: 1, congested: true });
    end.call("a");
    expect(types(end.say({ type: "congested", generation: 1, congested: false }))).toEqual(["flush"]);
    expect(end.flush()).toEqual(['[[1,0],[1,1,"a",0,null]]']);
  });

  it.each([
    ["a call", {}],
    ["a subscription", { credit: { events: 1, maxEvents: 1 } }],
  ])("leaves when an acknowledgement makes room for replay: %s", (_, changes) => {
    const end = new End("client", { replayBytes: 20 });
    end.attach();
    end.call("a long name, to fill the replay buffer");
    end.flush();
    end.call("b", changes);
    expect(end.flush()).toEqual([]);
    expect(types(end.hear("[[1,1]]"))).toEqual(["flush"]);
    expect(end.flush()).toHaveLength(1);
  });

  it("leaves when a slot is free", () => {
    const end = new End();
    end.attach({ peer: { calls: 1 } });
    end.call("a");
    end.flush();
    end.call("b");
    expect(types(end.hear("[[1,1],[5,1]]"))).toEqual(["result", "flush"]);
    expect(end.flush()).toEqual(['[[2,1],[1,3,"b",0,null]]']);
  });

  it("leaves when the deadline of another frees a slot", () => {
    const end = new End();
    end.attach({ peer: { calls: 1 } });
    end.call("a", { deadline: 100 });
    end.flush();
    end.call("b");
    expect(types(end.tick(100))).toEqual(["failure", "flush"]);
    expect(end.flush()).toEqual(['[[2,0],[3,1],[1,3,"b",0,null]]']);
  });
});

describe("a generation", () => {
  it("that is old is not heard", () => {
    const end = new End();
    end.attach();
    end.call("a");
    end.flush();
    end.attach({ resumed: true });
    expect(end.hear("[[1,1],[5,1]]", 1)).toEqual([]);
    expect(end.hear("nonsense", 1)).toEqual([]);
    expect(end.say({ type: "detach", generation: 1 })).toEqual([]);
    expect(end.say({ type: "alive", generation: 1 })).toEqual([]);
    expect(end.say({ type: "congested", generation: 1, congested: true })).toEqual([]);
    expect(end.machine.state).toEqual({ name: "attached", generation: 2, congested: false });
    expect(end.machine.received).toBe(0);
  });

  it("that is not new cannot attach", () => {
    const end = new End();
    end.attach();
    end.generation = 0;
    expect(end.attach({ received: 99 })).toEqual([]);
    expect(end.machine.state.name).toBe("attached");
  });

  it("that is detached is not heard", () => {
    const end = new End();
    end.attach();
    end.say({ type: "detach", generation: 1 });
    expect(end.hear('[[1,0],[1,2,"p",0,null]]')).toEqual([]);
    expect(end.machine.received).toBe(0);
  });
});

describe("a broken rule", () => {
  it.each([
    ["no JSON", "nonsense", "protocol"],
    ["a hole", "[[2,0]]", "protocol"],
    ["a repeat", "[[0,0]]", "protocol"],
    ["an acknowledgement of what was never sent", "[[1,1]]", "protocol"],
    ["a second welcome", JSON.stringify(["welcome", welcome()]), "protocol"],
    [
      "a hello",
      JSON.stringify(["hello", { contract: "", received: 0, limits: peerLimits(defaultLimits) }]),
      "protocol",
    ],
    ["an id of the wrong parity", '[[1,0],[1,1,"p",0,null]]', "protocol"],
    ["too much", `[[1,0],[5,1,"${"a".repeat(2 ** 20)}"]]`, "tooLarge"],
  ])("ends the session: %s", (_, text, close) => {
    const end = new End();
    end.attach();
    expect(end.hear(text)).toEqual([expect.objectContaining({ type: "break", close })]);
    expect([end.machine.state.name, end.machine.deadline]).toEqual(["detached", Infinity]);
    expect(end.hear("[[1,0]]")).toEqual([]);
  });

  it("does not undo what came before it in the same message", () => {
    const end = new End();
    end.attach();
    end.call("a");
    end.flush();
    expect(types(end.hear('[[1,1],[5,1],[1,1,"p",0,null]]'))).toEqual(["result", "break"]);
  });

  it("is found in what the other end says it has received", () => {
    expect(types(new End().attach({ resumed: true, received: 1 }))).toEqual(["break"]);
  });
});

function welcome() {
  const rest = { resumed: true, received: 0, contract: "h", heartbeatMs: 1, resumeMs: 1 };
  return { session: "t", ...rest, limits: peerLimits(defaultLimits) };
}

describe("attach", () => {
  it("replays what was not acknowledged, in order, when the session goes on", () => {
    const end = new End();
    end.attach();
    for (const name of ["a", "b", "c"]) end.call(name);
    end.flush();
    end.say({ type: "detach", generation: 1 });
    end.call("d");
    end.attach({ resumed: true, received: 1 });
    expect(end.flush()).toEqual(['[[2,0],[1,3,"b",0,null],[1,5,"c",0,null]]', '[[4,0],[1,7,"d",0,null]]']);
  });

  it("begins anew in both directions when the session is lost", () => {
    const end = new End();
    end.attach();
    end.call("query");
    end.call("mutation", { repeatable: false });
    end.flush();
    end.hear('[[1,2],[1,2,"p",0,null]]');
    const effects = end.attach();
    expect(types(effects)).toEqual(["abort", "failure", "flush"]);
    expect(end.machine.received).toBe(0);
    expect(end.flush()).toEqual(['[[1,0],[1,5,"query",0,null]]']);
    expect(types(end.hear('[[1,1],[1,2,"p",0,null]]'))).toEqual(["request"]);
  });
});

describe("liveness", () => {
  it("is a beat and a ping when one is due", () => {
    const end = new End("server");
    end.attach({ beatMs: 100 });
    expect(end.machine.deadline).toBe(100);
    expect(end.tick(99)).toEqual([]);
    expect(end.tick(100)).toEqual([{ type: "send", generation: 1, data: "[[1,0]]" }, { type: "ping" }]);
  });

  it("is a ping alone when the transport is congested", () => {
    const end = new End("server");
    end.attach({ beatMs: 100 });
    end.say({ type: "congested", generation: 1, congested: true });
    expect(end.tick(100)).toEqual([{ type: "ping" }]);
  });

  it.each([
    ["a message", (end: End) => end.hear("[[1,0]]")],
    ["a pong", (end: End) => end.say({ type: "alive", generation: 1 })],
  ])("is renewed by %s", (_, event) => {
    const end = new End();
    end.attach();
    end.now = 600;
    event(end);
    expect(end.tick(1_599)).toEqual([]);
    expect(end.tick(1_600)).toEqual([{ type: "drop", close: "silent" }]);
  });

  it("gives up a transport that is silent, and keeps the session", () => {
    const end = new End();
    end.attach();
    const call = end.call("a");
    end.flush();
    expect(end.tick(1_000)).toEqual([{ type: "drop", close: "silent" }]);
    expect([end.machine.state.name, call.state.name]).toEqual(["detached", "sent"]);
    end.attach({ resumed: true });
    expect(end.flush()).toEqual(['[[1,0],[1,1,"a",0,null]]']);
  });

  it("sends an acknowledgement alone when nothing else goes", () => {
    const end = new End("server");
    end.attach({ silenceMs: 5_000 });
    end.hear("[[1,0],[3,1]]");
    expect(end.machine.deadline).toBe(1_000);
    expect(types(end.tick(1_000))).toEqual(["flush"]);
    expect(end.flush()).toEqual(["[[1,1]]"]);
    expect(end.machine.deadline).toBe(5_000);
  });
});

describe("a slow reader", () => {
  const limits = { outboundHardBytes: 1_000, outboundHardMs: 500, outboundSoftBytes: 100 };

  /** A server with a backlog of so many units, because its transport is congested. */
  function holding(size: number): End {
    const end = new End("server", limits);
    end.attach();
    end.hear('[[1,0],[1,1,"p",0,null]]');
    end.say({ type: "congested", generation: 1, congested: true });
    end.say({ type: "reply", call: end.requests[0]!, value: `"${"a".repeat(size - '[5,1,""]'.length)}"` });
    expect(end.machine.holdings.backlog).toBe(size);
    return end;
  }

  it.each([
    [999, 1_000],
    [1_000, 1_000],
    [1_001, 500],
  ])("with %d units waiting is looked at again at %d", (size, deadline) => {
    expect(holding(size).machine.deadline).toBe(deadline);
  });

  it("is cut off after 500 ms above the bound, and not before", () => {
    const end = holding(1_001);
    expect(end.tick(499)).toEqual([]);
    expect(end.tick(500)).toEqual([expect.objectContaining({ type: "break", close: "slowReader" })]);
  });

  it("is forgiven when it has read in time", () => {
    const end = holding(1_001);
    end.now = 499;
    end.say({ type: "congested", generation: 1, congested: false });
    expect(end.flush()).toHaveLength(1);
    end.say({ type: "alive", generation: 1 });
    expect(types(end.tick(700))).not.toContain("break");
  });

  // World 1978: a session that could have been resumed was given up while its client was on its way back to it.
  it("is nobody who has no transport, and has its time again on the next", () => {
    const end = holding(1_001);
    end.now = 400;
    end.say({ type: "detach", generation: 1 });
    expect(types(end.tick(5_000))).not.toContain("break");
    end.attach({ resumed: true, received: 0 });
    end.say({ type: "congested", generation: 2, congested: true });
    expect(types(end.tick(5_499))).not.toContain("break");
    expect(types(end.tick(5_500))).toContain("break");
  });

  it("stops the streams, and not the calls, above the soft bound", () => {
    const end = new End("server", limits);
    end.attach();
    end.hear('[[1,0],[2,1,"s",0,null,64,null]]');
    const [call] = end.requests;
    end.say({ type: "ready", call: call! });
    end.say({ type: "congested", generation: 1, congested: true });
    let pulled = 1;
    for (; call!.state === "pulling"; pulled++) end.say({ type: "event", call: call!, value: '"0123456789"' });
    expect(pulled - 1).toBe(Math.ceil(100 / '[7,1,null,"0123456789"]'.length));
    end.say({ type: "congested", generation: 1, congested: false });
    expect(types(end.say({ type: "flush" }))).toEqual(["send", "pull"]);
  });
});

describe("a goodbye", () => {
  it("is told, and changes nothing by itself", () => {
    const end = new End();
    end.attach();
    end.call("a");
    end.flush();
    expect(end.hear('["goodbye",{"spreadMs":500}]')).toEqual([{ type: "goodbye", spreadMs: 500 }]);
    end.call("b");
    expect(end.flush()).toEqual(['[[2,0],[1,3,"b",0,null]]']);
  });
});

describe("a hand-over", () => {
  const moved = (effects: readonly { readonly type: string }[]) =>
    effects.flatMap((effect) =>
      "calls" in effect ? (effect.calls as { sink: string }[]).map((call) => call.sink) : [],
    );

  it("gives away what waits, and finishes when what is in flight is answered", () => {
    const end = new End();
    end.attach({ peer: { calls: 1 } });
    end.call("a");
    end.call("b");
    end.flush();
    const effects = end.say({ type: "handOver", lost: false });
    expect([types(effects), moved(effects)]).toEqual([["moved"], ["b"]]);
    expect(types(end.hear("[[1,1],[5,1]]"))).toEqual(["result", "finished"]);
    expect(types(end.hear("[[2,1]]"))).not.toContain("finished");
  });

  it("is finished at once when nothing is in flight", () => {
    const end = new End();
    end.attach();
    expect(types(end.say({ type: "handOver", lost: false }))).toEqual(["moved", "finished"]);
  });

  it("closes streams here: they are opened again elsewhere, after their last event", () => {
    const [end, next] = [new End(), new End()];
    end.attach();
    const call = end.call("s", { credit: { events: 2, maxEvents: 2 } });
    end.flush();
    end.hear('[[1,1],[7,1,"e1",1]]');
    expect(moved(end.say({ type: "handOver", lost: false }))).toEqual(["s"]);
    expect(end.flush()).toEqual(["[[2,1],[3,1]]"]);
    expect(types(end.hear('[[2,1],[7,1,"e2",2]]'))).toEqual([]);
    next.attach();
    next.say({ type: "adopt", call });
    expect(next.flush()).toEqual(['[[1,0],[2,1,"s",0,null,1,"e1"]]']);
    end.say({ type: "cancel", call });
    expect(call.state.name).toBe("sent");
    next.say({ type: "cancel", call });
    expect(call.state.name).toBe("settled");
  });

  it("of a stream that was queued in the same turn is not written here any more", () => {
    const [end, next] = [new End(), new End()];
    end.attach();
    next.attach();
    const call = end.call("s", { credit: { events: 2, maxEvents: 2 } });
    end.say({ type: "handOver", lost: false });
    next.say({ type: "adopt", call });
    expect(end.flush()).toEqual([]);
    expect(next.flush()).toEqual(['[[1,0],[2,1,"s",0,null,2,null]]']);
  });

  it("to a conversation that has ended settles the calls there: none is left hanging", () => {
    const [end, next] = [new End(), new End()];
    end.attach();
    const call = end.call("query", { repeatable: true });
    end.flush();
    end.say({ type: "detach", generation: 1 });
    next.say({ type: "end", code: "UNAUTHENTICATED", message: "stopped" });
    end.say({ type: "handOver", lost: true });
    const failure = { type: "failure", call, error: { code: "UNAUTHENTICATED", outcome: "unknown" } };
    expect(next.say({ type: "adopt", call })).toMatchObject([failure]);
    expect(call.state.name).toBe("settled");
  });

  it("of a lost session sends what may be repeated elsewhere, and says of the rest that it may have run", () => {
    const end = new End();
    end.attach();
    end.call("query", { repeatable: true });
    end.call("mutation", { repeatable: false });
    end.flush();
    end.say({ type: "detach", generation: 1 });
    const effects = end.say({ type: "handOver", lost: true });
    expect(types(effects)).toEqual(["moved", "failure", "finished"]);
    expect(moved(effects)).toEqual(["query"]);
  });
});

describe("after the end", () => {
  function ended(): End {
    const end = new End("server");
    end.attach({ beatMs: 100 });
    end.hear('[[1,0],[1,1,"p",500,null],[2,3,"s",0,null,64,null]]');
    end.call("a", { deadline: 700 });
    const effects = end.say({ type: "end", code: "UNAVAILABLE", message: "over" });
    expect(types(effects)).toEqual(["failure", "abort", "abort"]);
    return end;
  }

  it("no tick is needed", () => {
    const end = ended();
    expect(end.machine.deadline).toBe(Infinity);
    expect(end.tick(1e9)).toEqual([]);
    expect(end.machine.state).toEqual({ name: "ended" });
  });

  it("a new call fails at once, with the reason of the end", () => {
    const effects = ended().say({ type: "call", call: callOf("late") });
    const error = expect.objectContaining({ code: "UNAVAILABLE", outcome: "not-sent", message: "over" }) as unknown;
    expect(effects).toEqual([expect.objectContaining({ type: "failure", error })]);
  });

  it("handlers that settle free what was held for them, and nothing is said", () => {
    const end = ended();
    const [call, stream] = end.requests;
    expect(end.machine.holdings.handlers).toBe(2);
    expect(end.say({ type: "reply", call: call!, value: "1" })).toEqual([]);
    expect(end.say({ type: "ready", call: stream! })).toEqual([]);
    expect(end.say({ type: "event", call: stream!, value: "1" })).toEqual([]);
    expect(end.say({ type: "finish", call: stream! })).toEqual([]);
    expect(end.machine.holdings).toEqual({
      calls: 0,
      handlers: 0,
      waiting: 0,
      backlog: 0,
      bulk: 0,
      replay: 0,
      joining: 0,
    });
  });

  it.each<[string, Input]>([
    ["a message", { type: "message", generation: 1, data: '[[2,0],[1,5,"p",0,null]]' }],
    ["a flush", { type: "flush" }],
    ["another end", { type: "end", code: "CANCELLED", message: "again" }],
    ["a detach", { type: "detach", generation: 1 }],
  ])("%s changes nothing", (_, input) => {
    const end = ended();
    expect(end.say(input)).toEqual([]);
    expect(end.machine.state).toEqual({ name: "ended" });
  });

  it("no transport attaches", () => {
    const end = ended();
    expect(end.attach()).toEqual([]);
    expect(end.machine.state).toEqual({ name: "ended" });
  });
});

describe("effects", () => {
  it("that were handed out stay as they are", () => {
    const end = new End();
    end.attach();
    const none = end.say({ type: "alive", generation: 1 });
    end.machine.receive({ type: "call", call: callOf("a") }, 0);
    expect(none).toEqual([]);
  });
});

describe("two ends", () => {
  it("answer each other's calls, with ids of their own", () => {
    const [client, server] = [new End("client"), new End("server")];
    for (const end of [client, server]) end.attach();
    client.call("to server");
    server.call("to client");
    const [asked, askedBack] = [client.flush(), server.flush()];
    for (const text of asked) server.hear(text);
    for (const text of askedBack) client.hear(text);
    expect([server.requests[0]?.path, client.requests[0]?.path]).toEqual(["to server", "to client"]);
    server.say({ type: "reply", call: server.requests[0]!, value: '"s"' });
    client.say({ type: "reply", call: client.requests[0]!, value: '"c"' });
    const [answers, answersBack] = [server.flush(), client.flush()];
    expect(answers.flatMap((text) => client.hear(text))).toContainEqual(
      expect.objectContaining({ type: "result", value: "s" }),
    );
    expect(answersBack.flatMap((text) => server.hear(text))).toContainEqual(
      expect.objectContaining({ type: "result", value: "c" }),
    );
  });
});
