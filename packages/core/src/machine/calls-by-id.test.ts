import { expect, it } from "vitest";
import { Random } from "../simulation/random.js";
import { CallsById } from "./calls-by-id.js";

it("holds what a map would hold, whatever comes and goes", () => {
  for (let seed = 0; seed < 50; seed++) {
    const random = new Random(seed);
    const table = new CallsById<{ readonly id: number }>();
    const map = new Map<number, { readonly id: number }>();
    const heard: unknown[] = [];
    const expected: unknown[] = [];
    let next = 1;
    const most = 1 + random.int(200);
    for (let step = 0; step < 2_000; step++) {
      if (map.size < most && random.chance(0.5)) {
        // Refused and parted calls leave holes among the ids.
        next += 2 * (1 + random.int(40));
        const call = { id: next };
        table.set(next, call);
        map.set(next, call);
      } else if (map.size > 0) {
        const id = [...map.keys()][random.int(map.size)]!;
        heard.push(table.delete(id), table.delete(id));
        expected.push(map.delete(id), false);
      }
      heard.push(table.size);
      expected.push(map.size);
    }
    expect(heard).toEqual(expected);
    expect(table.values()).toEqual([...map.values()]);
    for (const [id, call] of map) expect(table.get(id)).toBe(call);
    expect(table.get(next + 2)).toBeUndefined();
  }
});

it("replaces what has the same id", () => {
  const table = new CallsById<string>();
  table.set(1, "one");
  table.set(1, "another");
  expect(table.values()).toEqual(["another"]);
  expect(table.size).toBe(1);
});

it("goes through those who are there when it is asked, while they leave", () => {
  const table = new CallsById<number>();
  for (let id = 2; id <= 600; id += 2) table.set(id, id);
  const met: number[] = [];
  for (const id of table.values()) {
    met.push(id);
    table.delete(id);
  }
  expect(met).toEqual(Array.from({ length: 300 }, (_, n) => 2 * n + 2));
  expect(table.size).toBe(0);
  expect(table.get(2)).toBeUndefined();
});

it("holds ids as large as there are", () => {
  const table = new CallsById<string>();
  table.set(Number.MAX_SAFE_INTEGER, "last");
  table.set(Number.MAX_SAFE_INTEGER - 2, "before");
  expect(table.get(Number.MAX_SAFE_INTEGER)).toBe("last");
  expect(table.values()).toEqual(["before", "last"]);
});

it("is empty when it is cleared", () => {
  const table = new CallsById<string>();
  table.set(3, "three");
  table.clear();
  expect(table.size).toBe(0);
  expect(table.has(3)).toBe(false);
});
