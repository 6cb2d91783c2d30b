import { describe, expect, it } from "vitest";
import { defaultLimits, type Limits, type PeerLimits, peerLimits } from "../protocol/limits.js";
import { violations } from "../protocol/violations.js";
import { Conversation } from "./conversation.js";
import type { ConversationEffect, ConversationInput } from "./conversation-words.js";
import type { IncomingCall, IncomingState } from "./incoming-call.js";
import { IncomingCalls } from "./incoming-calls.js";

type Effect = ConversationEffect<string, string>;
type Call = IncomingCall<string>;

const message = (text: string) => ({ text, bytes: text.length, framed: undefined });

/** An answerer, and its reader's frames, given as JSON values. */
class Answerer {
  readonly machine: Conversation<string, string>;
  readonly #limits: Limits;
  /** Messages that were written on the transport there is, and what the hands were told. */
  sent: unknown[] = [];
  told: string[] = [];
  readonly requests: Call[] = [];
  #generation = 0;
  #heard = 0;

  constructor(limits: Partial<Limits> = {}) {
    this.#limits = { ...defaultLimits, ...limits };
    this.machine = new Conversation({ role: "server", limits: this.#limits, Calls: IncomingCalls });
  }

  /** `received`: how many of its frames the reader has. */
  attach(received = 0, peer: Partial<PeerLimits> = {}): void {
    this.sent = [];
    const terms = { resumed: this.#generation > 0, received, beatMs: undefined, silenceMs: Infinity };
    this.say({
      type: "attach",
      generation: ++this.#generation,
      ...terms,
      peer: { ...peerLimits(this.#limits), ...peer },
    });
  }

  cut(): void {
    this.say({ type: "detach", generation: this.#generation });
  }

  say(input: ConversationInput<string, string>): void {
    this.machine.receive(input, 0);
    for (let effects = this.machine.take(); effects.length > 0; effects = this.machine.take())
      effects.forEach(this.#do);
  }

  /** The reader says these frames. */
  hear(...frames: unknown[][]): void {
    const text = JSON.stringify([[this.#heard + 1, 0], ...frames]);
    this.#heard += frames.length;
    this.say({ type: "message", generation: this.#generation, data: text });
  }

  stream(credit = 4): Call {
    this.hear([2, 1 + 2 * this.requests.length, "feed", 0, null, credit, null]);
    return this.requests.at(-1)!;
  }

  joined(credit = 4): Call {
    const call = this.stream(credit);
    this.say({ type: "share", call });
    this.join(call, 10);
    return call;
  }

  join(call: Call, offset: number, gap?: string): void {
    this.say({ type: "join", call, at: { topic: 7, offset, gap } });
  }

  feed(call: Call, to: number, count = 1): void {
    this.say({ type: "feed", call, to, count, message: message(`["events",7,…,${to}]`) });
  }

  congest(congested: boolean): void {
    this.say({ type: "congested", generation: this.#generation, congested });
  }

  frames(): unknown[] {
    const said = this.sent.flatMap((one) => (typeof one === "string" ? [one] : (one as unknown[]).slice(1)));
    this.sent = [];
    return said;
  }

  readonly #do = (effect: Effect): void => {
    if (effect.type === "send") this.sent.push(JSON.parse(String(effect.data)));
    else if (effect.type === "share") this.sent.push(effect.message.text);
    else if (effect.type === "flush") this.say({ type: "flush" });
    else if (effect.type === "request") this.requests.push(effect.call);
    else if (effect.type === "placed") this.told.push(`placed at ${effect.offset}`);
    else if (effect.type === "break") this.told.push(`break ${violations[effect.violation]}`);
    else this.told.push(effect.type);
  };
}

function open(limits: Partial<Limits> = {}): Answerer {
  const end = new Answerer(limits);
  end.attach();
  return end;
}

const apart = (end: Answerer): Call => {
  const call = end.stream();
  end.say({ type: "share", call });
  return call;
};

const states = {
  starting: (end: Answerer) => end.stream(),
  apart,
  joining: (end: Answerer) => {
    const call = apart(end);
    end.congest(true);
    end.join(call, 10);
    return call;
  },
  joined: (end: Answerer) => end.joined(),
  asking: (end: Answerer) => {
    const call = end.joined();
    end.cut();
    end.attach(1);
    return call;
  },
} satisfies Partial<Record<IncomingState, (end: Answerer) => Call>>;

const events: Record<string, (end: Answerer, call: Call) => void> = {
  share: (end, call) => end.say({ type: "share", call }),
  join: (end, call) => end.join(call, 10),
  written: (end) => end.congest(false),
  attach: (end, call) => {
    end.cut();
    end.attach(call.standing === undefined || call.state === "joining" ? 0 : 1);
  },
  position: (end) => end.hear([12, 1, 10, 0]),
  feed: (end, call) => end.feed(call, 11),
};

const broken = expect.stringMatching(/^break .*§5\.5/);

describe("the state table", () => {
  const rows: [keyof typeof states, string, IncomingState, unknown[], unknown[]][] = [
    ["starting", "share", "apart", ["wake"], []],
    ["starting", "join", "starting", [], []],
    ["starting", "attach", "starting", [], []],
    ["starting", "position", "starting", [broken], []],
    ["starting", "feed", "starting", [], []],
    ["apart", "share", "apart", [], []],
    ["apart", "join", "joined", ["wake"], [[11, 1, 7, 10]]],
    ["apart", "attach", "apart", [], []],
    ["apart", "position", "apart", [broken], []],
    ["apart", "feed", "apart", [], []],
    ["joining", "share", "joining", [], []],
    ["joining", "join", "joining", [], []],
    ["joining", "written", "joined", ["wake"], [[11, 1, 7, 10]]],
    [
      "joining",
      "attach",
      "asking",
      [],
      [
        [11, 1, 7, 10],
        [12, 1],
      ],
    ],
    ["joining", "position", "joining", [broken], []],
    ["joining", "feed", "joining", [], []],
    ["joined", "share", "joined", [], []],
    ["joined", "join", "joined", ["wake"], [[11, 1, 7, 10]]],
    ["joined", "attach", "asking", [], [[12, 1]]],
    ["joined", "position", "joined", [broken], []],
    ["joined", "feed", "joined", [], ['["events",7,…,11]']],
    ["asking", "share", "asking", [], []],
    ["asking", "join", "asking", [], []],
    ["asking", "attach", "asking", [], [[12, 1]]],
    ["asking", "position", "joined", ["placed at 10", "wake"], []],
    ["asking", "feed", "asking", [], []],
  ];

  it.each(rows)("%s | %s → %s, %j", (state, event, next, told, frames) => {
    const end = open();
    const call = states[state](end);
    expect(call.state).toBe(state);
    end.frames();
    end.told = [];
    events[event]!(end, call);
    expect([call.state, end.told, end.frames()]).toEqual([next, told, frames]);
  });

  it.each(Object.keys(states) as (keyof typeof states)[])("%s | cancel → abandoned, and nothing is said", (state) => {
    const end = open();
    const call = states[state](end);
    end.frames();
    end.hear([3, 1]);
    for (const event of ["share", "join", "feed", "position"]) events[event]!(end, call);
    end.congest(false);
    expect([call.state, end.frames(), end.told.filter((what) => what !== "wake")]).toEqual([
      "abandoned",
      [],
      ["abort"],
    ]);
  });
});

describe("a joined stream", () => {
  it("is not fed before its join is written, nor before all that a transport may have lost is", () => {
    const end = open({ batchFrames: 1 });
    const call = end.joined();
    end.cut();
    end.attach(0, { batchFrames: 1 });
    // The join again, then the question.
    expect(end.frames()).toEqual([
      [11, 1, 7, 10],
      [12, 1],
    ]);
    end.hear([12, 1, 10, 0]);
    end.feed(call, 11);
    expect(end.frames()).toEqual(['["events",7,…,11]']);
  });

  it("has room for its credit, which events and gaps take", () => {
    const end = open();
    const call = end.joined(4);
    expect(end.machine.room(call)).toBe(4);
    end.feed(call, 12, 2);
    end.join(call, 20, "hole");
    expect(end.machine.room(call)).toBe(1);
    end.feed(call, 22, 2);
    expect(end.frames()).toEqual([[11, 1, 7, 10], '["events",7,…,12]', [9, 1, "hole"], [11, 1, 7, 20]]);
  });

  it("is woken by credit when it had none, and not otherwise", () => {
    const end = open();
    const call = end.joined(2);
    end.told = [];
    end.hear([4, 1, 3]);
    expect(end.told).toEqual([]);
    end.feed(call, 13, 3);
    end.hear([4, 1, 4]);
    expect(end.told).toEqual(["wake"]);
  });

  it("stands still while the transport takes nothing, and is woken when it does", () => {
    const end = open();
    const call = end.joined();
    end.told = [];
    end.congest(true);
    end.feed(call, 11);
    expect([end.machine.room(call), end.told]).toEqual([0, []]);
    end.congest(false);
    expect([end.machine.room(call), end.told]).toEqual([4, ["wake"]]);
  });

  it("takes back the credit of what was lost, once its reader has said where it stands", () => {
    const end = open();
    const call = end.joined(4);
    end.feed(call, 14, 4);
    end.cut();
    end.attach(1);
    end.hear([12, 1, 12, 2]);
    expect([end.machine.room(call), end.told.slice(-2)]).toEqual([2, ["placed at 12", "wake"]]);
  });

  it("is asked once, though it is cut again before it could answer", () => {
    const end = open();
    end.joined();
    for (let cuts = 0; cuts < 3; cuts++) {
      end.cut();
      end.attach(1);
      expect(end.frames()).toEqual([[12, 1]]);
    }
  });

  it.each([
    ["before its join", 9, 0],
    ["after what it was fed", 13, 0],
    ["having received more than it was fed", 12, 3],
  ])("breaks the protocol by standing %s", (_, offset, count) => {
    const end = open();
    const call = end.joined();
    end.feed(call, 12, 2);
    end.cut();
    end.attach(1);
    end.hear([12, 1, offset, count]);
    expect(end.told.at(-1)).toEqual(broken);
  });

  it("fails where a message is larger than the reader takes, and nothing of it is sent", () => {
    const end = open({ messageBytes: 1_024 });
    const call = end.joined();
    end.frames();
    end.say({ type: "feed", call, to: 11, count: 1, message: { text: "…", bytes: 1_025, framed: undefined } });
    expect(end.frames()).toEqual([[6, 1, expect.objectContaining({ code: "INTERNAL" })]]);
    expect(end.told.slice(-2)).toEqual(["oversized", "abort"]);
  });

  it("is forgotten with its session", () => {
    const end = open();
    const call = end.joined();
    end.say({ type: "end", code: "UNAVAILABLE", message: "" });
    end.feed(call, 11);
    expect([call.state, end.machine.room(call), end.told.at(-1)]).toEqual(["abandoned", 0, "abort"]);
  });
});
