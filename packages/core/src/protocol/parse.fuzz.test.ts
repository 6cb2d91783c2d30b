/** Random messages, and messages broken at random: the answer is a message or a violation, and nothing else happens. */
import { describe, expect, it } from "vitest";
import { joined } from "./blob.js";
import { opening } from "./envelope.js";
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
  '["renew",{"auth":{"t":1}}]',
  '["invalidate",{"tags":["room:a","b"]}]',
  '["invalidate",{"tags":null}]',
  '["events",7,41,43,["k9-42",{"text":"a"}],["k9-43"]]',
  "[[1,0],[8,1,4],[11,1,7,41],[12,1],[12,3,42,1]]",
  "[[1,0]]",
];
/** With so many bytes behind each frame. */
const binarySeeds: readonly (readonly [text: string, blobBytes: number])[] = [
  ["[[1,0,[3]],[10,1,70000]]", 3],
  ['[[1,0,[0,2]],[3,1],[1,3,"a",0,null,[0,2]]]', 2],
  ['[[5,2,[4,1]],[5,1,[0,4]],[7,3,"e",[0,1]]]', 5],
  ['[[2,7,[1,0]],[6,5,{"code":"A","message":"m","data":[0,1]}],[4,3,9]]', 1],
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

const mutated = (chance: Chance): string => edited(chance, chance.pick(seeds));

/** Text that may be broken, bytes that may be too many or too few, and a length that may be another. */
function mutatedBinary(chance: Chance): Uint8Array {
  const [text, blobBytes] = chance.pick(binarySeeds);
  const bytes = chance.below(3) === 0 ? chance.below(9) : blobBytes;
  const json = opening(chance.below(2) === 0 ? text : edited(chance, text));
  const sealed = joined([json, new Uint8Array(bytes)]);
  const kind = chance.below(6);
  if (kind === 0) return sealed.subarray(0, chance.below(sealed.length + 1));
  if (kind === 1)
    new DataView(sealed.buffer).setUint32(0, chance.pick([0, 1, sealed.length - 5, 2 ** 31, 2 ** 32 - 1]));
  if (kind === 2) sealed[chance.below(sealed.length)] = chance.below(256);
  return sealed;
}

function edited(chance: Chance, given: string): string {
  let text = given;
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

const types = new Set(["batch", "events", "hello", "welcome", "goodbye", "renew", "invalidate", "violation"]);

describe("whatever comes", () => {
  it.each([
    ["random values", (chance: Chance) => JSON.stringify(randomValue(chance, 6))],
    [
      "random frames",
      (chance: Chance) =>
        JSON.stringify([[1, 0], randomValue(chance, 4), [chance.below(14), ...scalars.slice(chance.below(18))]]),
    ],
    ["broken messages", mutated],
    ["broken binary messages", mutatedBinary],
  ] as const)("is a message or a violation: %s", { timeout: 60_000 }, (_, make) => {
    const before = Object.getOwnPropertyNames(Object.prototype).sort();
    const chance = new Chance(4_711);
    const seen = new Map<string, number>();
    for (let round = 0; round < ROUNDS; round++) {
      const data = make(chance);
      const { type } = parse(data, limits);
      if (!types.has(type)) throw new Error(`round ${round} gave ${type} for ${String(data)}`);
      seen.set(type, (seen.get(type) ?? 0) + 1);
    }
    expect(seen.get("violation")).toBeGreaterThan(1_000);
    expect(Object.getOwnPropertyNames(Object.prototype).sort()).toEqual(before);
  });

  it("breaks some messages and not others, so that both ways are tried", () => {
    const chance = new Chance(1);
    const kinds = new Set(Array.from({ length: 5_000 }, () => parse(mutated(chance), limits).type));
    expect([...kinds].sort()).toEqual([...["batch", "events", "goodbye", "hello", "invalidate", "renew", "violation"]]);
    const binary = Array.from({ length: 5_000 }, () => parse(mutatedBinary(chance), limits));
    expect(new Set(binary.map(({ type }) => type))).toEqual(new Set(["batch", "violation"]));
  });
});
