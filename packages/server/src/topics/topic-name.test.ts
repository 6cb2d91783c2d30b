import { describe, expect, it } from "vitest";
import { EventIds, topicName } from "./topic-name.js";

describe("a topic's name", () => {
  it.each([
    ["rooms", "lobby", "rooms.lobby"],
    ["rooms", undefined, "rooms"],
    ["rooms", "", "rooms.="],
    ["a.b", "c", "a=002eb.c"],
    ["rooms", "*", "rooms.=002a"],
    ["rooms", ">", "rooms.=003e"],
    ["rooms", "a b\r\n:", "rooms.a=0020b=000d=000a=003a"],
    ["rooms", "=002a", "rooms.=003d002a"],
    ["rooms", "\ud800", "rooms.=d800"],
    ["rooms", "😀", "rooms.=d83d=de00"],
    ["rooms", "ünï", "rooms.=00fcn=00ef"],
  ])("of %j and %j is %s", (family, key, name) => {
    expect(topicName(family, key)).toBe(name);
  });

  it("B6: is one topic's only, and never more than letters, digits, _, = and single dots within", () => {
    const units = ["", "a", ".", "=", "*", "\0", "\ud800", "\udc00", "0", "_", "%", "002a"];
    const keys = units.flatMap((one) => units.flatMap((two) => units.map((three) => one + two + three)));
    const distinct = new Set(keys);
    const names = [...distinct].map((key) => topicName("f", key));
    expect(new Set(names).size).toBe(distinct.size);
    for (const name of names) expect(name).toMatch(/^[\w=]+\.[\w=]+$/);
  });
});

describe("an event's id", () => {
  const ids = new EventIds("rooms.lobby");

  it("is read as what was written", () => {
    for (const offset of [0, 1, 9_007_199_254_740_991]) {
      expect(ids.read(ids.write({ epoch: "e_1", offset }))).toEqual({ epoch: "e_1", offset });
    }
  });

  it("of another topic is not read", () => {
    expect(new EventIds("rooms.booth").read(ids.write({ epoch: "e", offset: 1 }))).toBeUndefined();
  });
});
