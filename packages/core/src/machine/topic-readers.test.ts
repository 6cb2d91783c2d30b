import { describe, expect, it } from "vitest";
import { defaultLimits, peerLimits } from "../protocol/limits.js";
import { violations } from "../protocol/violations.js";
import { Conversation } from "./conversation.js";
import type { ConversationInput } from "./conversation-words.js";
import { IncomingCalls } from "./incoming-calls.js";
import { OutgoingCall } from "./outgoing-call.js";

/** A caller, and what its other end says, given as JSON values. */
class Caller {
  readonly machine = new Conversation<string, string>({ role: "client", limits: defaultLimits, Calls: IncomingCalls });
  sent: unknown[][] = [];
  told: string[] = [];
  #generation = 0;
  #heard = 0;
  /** Frames of this end: all of them arrive. */
  #numbered = 0;

  attach(resumed: boolean): void {
    if (!resumed) this.#heard = this.#numbered = 0;
    const peer = peerLimits(defaultLimits);
    this.say({
      ...{ type: "attach", generation: ++this.#generation, resumed, beatMs: undefined, silenceMs: Infinity, peer },
      received: this.#numbered,
    });
  }

  say(input: ConversationInput<string, string>): void {
    this.machine.receive(input, 0);
    for (let effects = this.machine.take(); effects.length > 0; effects = this.machine.take()) {
      for (const effect of effects) {
        if (effect.type === "send") this.#send(String(effect.data));
        else if (effect.type === "flush") this.say({ type: "flush" });
        else if (effect.type === "event") this.told.push(`${effect.call.sink} ${effect.value} ${effect.eventId}`);
        else if (effect.type === "gap") this.told.push(`${effect.call.sink} gap`);
        else if (effect.type === "break") this.told.push(`break ${violations[effect.violation]}`);
      }
    }
  }

  subscribe(name: string, events = 4): OutgoingCall<string> {
    const credit = { events, maxEvents: events };
    const rest = { path: `"feed"`, repeatable: true, input: undefined, deadline: Infinity };
    const call = new OutgoingCall<string>({ kind: "subscription", ...rest, credit }, name);
    this.say({ type: "call", call });
    return call;
  }

  hear(...frames: unknown[][]): void {
    this.hearMessage([[this.#heard + 1, this.#numbered], ...frames]);
    this.#heard += frames.length;
  }

  hearMessage(message: unknown): void {
    this.say({ type: "message", generation: this.#generation, data: JSON.stringify(message) });
  }

  /** The frames sent since the last look. */
  frames(): unknown[] {
    return this.sent.splice(0);
  }

  #send(text: string): void {
    const [, ...frames] = JSON.parse(text) as [unknown, ...unknown[][]];
    this.sent.push(...frames);
    this.#numbered += frames.length;
  }
}

function open(): Caller {
  const end = new Caller();
  end.attach(false);
  return end;
}

const broken = expect.stringMatching(/^break /);

describe("a stream that reads a topic", () => {
  it("is fed from where it was joined, with the ids it can be continued from", () => {
    const end = open();
    const call = end.subscribe("a");
    end.hear([11, 1, 7, 10]);
    end.hearMessage(["events", 7, 10, 12, ["e-11", "x"], ["e-12", "y"]]);
    expect([end.told, call.lastEventId]).toEqual([["a x e-11", "a y e-12"], "e-12"]);
  });

  it("takes no messages of another topic, nor any after it was cancelled", () => {
    const end = open();
    const call = end.subscribe("a");
    end.hear([11, 1, 7, 10]);
    end.hearMessage(["events", 8, 10, 11, ["e", "x"]]);
    end.say({ type: "cancel", call });
    end.hearMessage(["events", 7, 10, 11, ["e", "x"]]);
    expect(end.told).toEqual([]);
  });

  it("passes a hole with a gap, and goes on in the log it is joined to then", () => {
    const end = open();
    end.subscribe("a");
    end.hear([11, 1, 7, 10], [9, 1, "begun anew"], [11, 1, 9, 0]);
    end.hearMessage(["events", 7, 10, 11, ["e", "old"]]);
    end.hearMessage(["events", 9, 0, 3, ["e", "new"]]);
    expect(end.told).toEqual(["a gap", "a new e"]);
  });

  it("says where it stands when it is asked, and how much of it has arrived", () => {
    const end = open();
    end.subscribe("a");
    end.hear([11, 1, 7, 10]);
    end.hearMessage(["events", 7, 10, 15, ["e", "x"], ["e", "y"]]);
    end.hear([9, 1, "hole"], [11, 1, 7, 20]);
    end.frames();
    end.attach(true);
    end.hear([12, 1]);
    expect(end.frames()).toEqual([[12, 1, 20, 3]]);
  });

  it("does not answer for a stream that is no more", () => {
    const end = open();
    const call = end.subscribe("a");
    end.hear([11, 1, 7, 10]);
    end.say({ type: "cancel", call });
    end.frames();
    end.hear([12, 1]);
    expect([end.frames(), end.told]).toEqual([[], []]);
  });

  it("begins anew with its last event id in a new session, joined to nothing", () => {
    const end = open();
    end.subscribe("a");
    end.hear([11, 1, 7, 10]);
    end.hearMessage(["events", 7, 10, 11, ["e-11", "x"]]);
    end.frames();
    end.attach(false);
    expect(end.frames()).toEqual([[2, 3, "feed", 0, null, 3, "e-11"]]);
    end.hearMessage(["events", 7, 11, 12, ["e-12", "y"]]);
    expect(end.told).toEqual(["a x e-11"]);
  });

  it("leaves its topic's number to another stream when it ends", () => {
    const end = open();
    end.subscribe("a");
    end.subscribe("b");
    end.hear([11, 1, 7, 10], [8, 1], [11, 3, 7, 12]);
    end.hearMessage(["events", 7, 12, 13, ["e", "x"]]);
    expect(end.told).toEqual(["b x e"]);
  });
});

describe("the other end breaks the protocol", () => {
  it.each<[string, (end: Caller) => void]>([
    [
      "with events that do not begin where the stream stands",
      (end) => end.hearMessage(["events", 7, 11, 12, ["e", 1]]),
    ],
    ["with events that it has had", (end) => end.hearMessage(["events", 7, 9, 11, ["e", 1]])],
    ["with more events than there is credit for", (end) => end.hearMessage(["events", 7, 10, 15, ...events(5)])],
    ["with two streams at one topic", (end) => end.hear([11, 3, 7, 10])],
    ["with a question for a stream that is not joined", (end) => end.hear([12, 3])],
  ])("%s", (_, say) => {
    const end = open();
    end.subscribe("a");
    end.subscribe("b");
    end.hear([11, 1, 7, 10]);
    say(end);
    expect(end.told.at(-1)).toEqual(broken);
  });

  it("by joining a call", () => {
    const end = open();
    const rest = { path: `"q"`, repeatable: true, input: undefined, deadline: Infinity };
    end.say({ type: "call", call: new OutgoingCall<string>({ kind: "query", ...rest }, "q") });
    end.hear([11, 1, 7, 10]);
    expect(end.told.at(-1)).toEqual(broken);
  });
});

const events = (count: number) => Array.from({ length: count }, (_, index) => [`e${index}`, index]);
