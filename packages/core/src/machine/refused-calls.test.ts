import { describe, expect, it } from "vitest";
import { defaultLimits, peerLimits } from "../protocol/limits.js";
import { Conversation } from "./conversation.js";
import type { ConversationInput } from "./conversation-words.js";
import { RefusedCalls } from "./refused-calls.js";

/** A client's conversation that serves nothing, on a transport. */
function setUp() {
  const machine = new Conversation<string, string>({ role: "client", limits: defaultLimits, Calls: RefusedCalls });
  let generation = 0;
  const say = (input: ConversationInput<string, string>) => {
    machine.receive(input, 0);
    return machine.take();
  };
  const attach = (resumed: boolean) => {
    const terms = { received: 0, peer: peerLimits(defaultLimits), beatMs: undefined, silenceMs: 1e9 };
    say({ type: "attach", generation: ++generation, resumed, ...terms });
  };
  const hear = (...messages: unknown[]) =>
    messages.flatMap((data) => say({ type: "message", generation, data: JSON.stringify(data) }));
  const written = () => say({ type: "flush" }).flatMap((each) => (each.type === "send" ? [String(each.data)] : []));
  const congest = () => say({ type: "congested", generation, congested: true });
  attach(false);
  return { machine, attach, hear, written, congest };
}

const refusal = '{"code":"UNIMPLEMENTED","message":"the client serves no procedures","refused":true}';

describe("calls that nobody answers", () => {
  it("are refused, each once, and no handler is asked for", () => {
    const { machine, hear, written } = setUp();
    const effects = hear(
      [
        [1, 0],
        [1, 2, "a", 0, null],
        [2, 4, "b", 0, null, 8, null],
      ],
      [
        [3, 0],
        [3, 2],
        [4, 4, 16],
      ],
    );
    expect(effects.map(({ type }) => type)).toEqual(["flush"]);
    expect(written()).toEqual([`[[1,4],[6,2,${refusal}],[6,4,${refusal}]]`]);
    expect(machine.holdings).toMatchObject({ handlers: 0, joining: 0 });
  });

  it.each([
    ["an id of this end's", [1, 3, "a", 0, null]],
    ["an id that does not grow", [1, 2, "a", 0, null]],
  ])("break the protocol with %s", (_, frame) => {
    const { hear } = setUp();
    hear([
      [1, 0],
      [1, 2, "a", 0, null],
    ]);
    expect(hear([[2, 0], frame])).toContainEqual(expect.objectContaining({ type: "break", close: "protocol" }));
  });

  it("begin with the first id again in a new session", () => {
    const { attach, hear, written } = setUp();
    const first = [
      [1, 0],
      [1, 2, "a", 0, null],
    ];
    hear(first);
    written();
    attach(false);
    expect(hear(first).map(({ type }) => type)).not.toContain("break");
    expect(written()).toEqual([`[[1,1],[6,2,${refusal}]]`]);
  });

  it("are a flood when too many of their refusals wait", () => {
    const { congest, hear } = setUp();
    congest();
    const asked = (index: number) => [1, 2 * index + 2, "a", 0, null];
    const effects = Array.from({ length: 4_100 }, (_, index) => hear([[index + 1, 0], asked(index)])).flat();
    const breaks = effects.flatMap((effect) => (effect.type === "break" ? [effect.close] : []));
    expect(breaks).toEqual(["flood"]);
  });
});
