/** Random messages, and messages broken at random: the answer is a message or a violation, and nothing else happens. */
import { describe, expect, it } from "vitest";
import { defaultLimits, peerLimits } from "./limits.js";
import { parse } from "./parse.js";

const ROUNDS = 17_000;
const limits = { messageBytes: 4_096, jsonDepth: 12, batchFrames: 16 };

/** A small seeded generator (mulberry32): a failure can be had again. */
class Chance {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)]!;
  }
}

const scalars = [
  null,
  true,
  false,
  0,
  -0,
  1,
  -1,
  1.5,
  3,
  5,
  2 ** 31,
  2 ** 53,
  2 ** 53 - 1,
  "",
  "a",
  "€",
  "\ud800",
  "hello",
];
const keys = ["a", "code", "message", "data", "limits", "session", "__proto__", "constructor", "toJSON", "length", "0"];

function randomValue(chance: Chance, depth: number): unknown {
  const kind = depth === 0 ? 0 : chance.below(3);
  if (kind === 0) return chance.pick(scalars);
  const values = Array.from({ length: chance.below(6) }, () => randomValue(chance, depth - 1));
  if (kind === 1) return values;
  return Object.fromEntries(values.map((value) => [chance.pick(keys), value]));
}

const seeds = [
  '[[1,0],[1,1,"a.b",30000,{"k":"v"},{"room":"lobby"}]]',
  '[[2,7],[2,3,"a",0,null,64,"e-1",{"x":[1,2,{"y":null}]}],[4,3,128],[3,1]]',
  '[[9,9],[5,1],[5,3,"€😀"],[6,5,{"code":"A","message":"m","data":{},"errorId":"e","refused":true}]]',
  '[[4,4],[7,1,"id",{"a":1}],[7,1,null],[8,1],[9,3,"gone"]]',
  JSON.stringify([
    "hello",
    { contract: "h", auth: { t: 1 }, session: "s", received: 2, limits: peerLimits(defaultLimits) },
  ]),
  '["goodbye",{"spreadMs":5000}]',
  "[[1,0]]",
];
const scraps = [
  '"',
  "\\",
  "[",
  "]",
  "{",
  "}",
  ",",
  ":",
  "-",
  ".",
  "e",
  "0",
  "9",
  "null",
  "\\u005f",
  "__proto__",
  "\ufeff",
  "\0",
];

function mutated(chance: Chance): string {
  let text = chance.pick(seeds);
  for (let edits = 1 + chance.below(4); edits > 0; edits--) {
    const at = chance.below(text.length + 1);
    const until = at + chance.below(4);
    const kind = chance.below(4);
    if (kind === 0) text = text.slice(0, at) + chance.pick(scraps) + text.slice(at);
    else if (kind === 1) text = text.slice(0, at) + text.slice(until);
    else if (kind === 2) text = text.slice(0, at) + text.slice(at, until) + text.slice(at);
    else text = text.slice(0, at) + String.fromCharCode(chance.below(0x10000)) + text.slice(until);
  }
  return text;
}

const types = new Set(["batch", "hello", "welcome", "goodbye", "violation"]);

describe("whatever comes", () => {
  it.each([
    ["random values", (chance: Chance) => JSON.stringify(randomValue(chance, 6))],
    [
      "random frames",
      (chance: Chance) =>
        JSON.stringify([[1, 0], randomValue(chance, 4), [chance.below(11), ...scalars.slice(chance.below(18))]]),
    ],
    ["broken messages", mutated],
  ] as const)("is a message or a violation: %s", (_, make) => {
    const before = Object.getOwnPropertyNames(Object.prototype).sort();
    const chance = new Chance(4_711);
    const seen = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round++) {
      const text = make(chance);
      const { type } = parse(text, limits);
      if (!types.has(type)) throw new Error(`round ${round} gave ${type} for ${text}`);
      seen.set(type, (seen.get(type) ?? 0) + 1);
    }
    expect(seen.get("violation")).toBeGreaterThan(1_000);
    expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before);
  });

  it("breaks some messages and not others, so that both ways are tried", () => {
    const chance = new Chance(1);
    const kinds = new Set(Array.from({ length: 5_000 }, () => parse(mutated(chance), limits).type));
    expect([...kinds].sort()).toEqual(["batch", "goodbye", "hello", "violation"]);
  });
});
