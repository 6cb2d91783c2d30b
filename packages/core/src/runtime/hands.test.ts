import { describe, expect, it } from "vitest";
import { SteppedClock } from "../../test/linked-peers.js";
import type { ConversationEffect } from "../machine/conversation-words.js";
import { OutgoingCall } from "../machine/outgoing-call.js";
import { Hands } from "./hands.js";
import { Line } from "./line.js";
import { Pace } from "./pace.js";
import type { Sink } from "./sink.js";
import type { Work } from "./work.js";

const sink: Sink = { result() {}, failure() {}, event() {}, gap() {}, end() {} };
const asked = (kind: "query" | "mutation") =>
  new OutgoingCall<Sink>({ kind, path: '"p"', repeatable: false, input: undefined, deadline: Infinity }, sink);

/** Hands, and what speaker and owner hear of them. */
function idle() {
  const heard: string[] = [];
  const speaker = { say: ({ type }: { readonly type: string }) => void heard.push(type) };
  const owner = {
    detached: (code: number) => void heard.push(`detached ${code}`),
    broken: (close: string, violation: string) => void heard.push(`broken ${close} ${violation}`),
    news: () => void heard.push("news"),
  };
  const line = new Line(speaker, owner);
  const hands = new Hands(speaker, { clock: new SteppedClock(), line, incoming: undefined, owner });
  const act = (effect: ConversationEffect<Sink, Work>) => hands.do(effect, 0);
  return { hands, act, heard };
}

describe("the hands of a peer", () => {
  it("tell the owner of the end of a transport, or of the session, when everything else is done, in order", () => {
    const { hands, act, heard } = idle();
    act({ type: "drop", close: "silent" });
    act({ type: "break", close: "protocol", violation: "noJson" });
    expect(heard).toEqual([]);
    hands.part();
    hands.part();
    expect(heard).toEqual(["detached 4418", "broken protocol noJson"]);
  });

  it("tell the owner of news when a mutation is answered, and not when a query is", () => {
    const { act, heard } = idle();
    act({ type: "result", call: asked("query"), value: 1 });
    expect(heard).toEqual([]);
    act({ type: "result", call: asked("mutation"), value: 1 });
    expect(heard).toEqual(["news"]);
  });

  it("end a turn a promise later, and four promises later where a source was asked in it", async () => {
    const { act, heard } = idle();
    act({ type: "flush" });
    await null;
    expect(heard.splice(0)).toEqual(["flush"]);
    const source = { Pace, ask: (call: object, pace: Pace) => pace.step(() => {}, call) };
    const call = { sink: { ...sink, source } } as unknown as OutgoingCall<Sink>;
    act({ type: "read", call });
    act({ type: "flush" });
    for (let promises = 0; promises < 4; promises++) await null;
    expect(heard).toEqual([]);
    await null;
    expect(heard).toEqual(["flush"]);
  });

  it("bring the calls that a peer gives away to its successor", () => {
    const { hands, act } = idle();
    const adopted: unknown[] = [];
    const calls = [asked("query")];
    hands.follow({ adopt: (given) => void adopted.push(given) });
    act({ type: "moved", calls });
    expect(adopted).toEqual([calls]);
  });
});
