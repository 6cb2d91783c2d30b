import { describe, expect, it } from "vitest";
import type { Keep } from "./backplane.js";
import { BoundedLog } from "./bounded-log.js";

const unbounded: Keep = { events: Infinity, bytes: Infinity, ageMs: Infinity };

function logOf(keep: Partial<Keep>, entries: readonly { bytes?: number; at?: number; key?: string }[], start = 0) {
  const log = new BoundedLog<number>({ ...unbounded, ...keep }, start);
  for (const [index, { bytes = 1, at = 0, key }] of entries.entries()) {
    log.append({ offset: start + (index + 1) * 10, item: index + 1, bytes, at, key }, at);
  }
  return log;
}

const items = (log: BoundedLog<number>) => log.last(Infinity).map(({ item }) => item);

describe("a bounded log", () => {
  it.each([
    ["count", { events: 3 }, [{}, {}], [1, 2]],
    ["count", { events: 3 }, [{}, {}, {}], [1, 2, 3]],
    ["count", { events: 3 }, [{}, {}, {}, {}], [2, 3, 4]],
    ["bytes", { bytes: 10 }, [{ bytes: 5 }, { bytes: 4 }], [1, 2]],
    ["bytes", { bytes: 10 }, [{ bytes: 5 }, { bytes: 5 }], [1, 2]],
    ["bytes", { bytes: 10 }, [{ bytes: 5 }, { bytes: 6 }], [2]],
    ["bytes", { bytes: 10 }, [{ bytes: 5 }, { bytes: 11 }], []],
    ["age", { ageMs: 10 }, [{ at: 0 }, { at: 9 }], [1, 2]],
    ["age", { ageMs: 10 }, [{ at: 0 }, { at: 10 }], [1, 2]],
    ["age", { ageMs: 10 }, [{ at: 0 }, { at: 11 }], [2]],
  ])("keeps to its %s: %j of %j", (_, keep, entries, kept) => {
    const log = logOf(keep, entries);
    expect(items(log)).toEqual(kept);
    expect(log.size).toBe(kept.length);
    expect([log.start, log.end]).toEqual([(entries.length - kept.length) * 10, entries.length * 10]);
  });

  it("drops what has aged when it is told the time", () => {
    const log = logOf({ ageMs: 10 }, [{ at: 0 }, { at: 5 }]);
    log.trim(15);
    expect(items(log)).toEqual([2]);
    log.trim(16);
    expect([items(log), log.start, log.end, log.bytes]).toEqual([[], 20, 20, 0]);
  });

  it("finds what comes after an offset, be it there or not", () => {
    const log = logOf({}, [{}, {}, {}]);
    expect([0, 5, 10, 19, 20, 29].map((offset) => log.after(offset)?.item)).toEqual([1, 1, 2, 2, 3, 3]);
    expect([30, 31].map((offset) => log.after(offset))).toEqual([undefined, undefined]);
  });

  it("replaces an entry by the next of its key, and has lost nothing by that", () => {
    const log = logOf({ events: 2 }, [{ key: "a" }, { key: "b" }, { key: "a" }, { key: "a" }]);
    expect([items(log), log.start, log.bytes]).toEqual([[2, 4], 0, 2]);
    log.append({ offset: 50, item: 5, bytes: 1, at: 0, key: "c" }, 0);
    expect([items(log), log.start]).toEqual([[4, 5], 20]);
  });

  it("is the same as a plain list, whatever is appended and dropped", () => {
    const log = new BoundedLog<number>({ events: 50, bytes: 200, ageMs: 300 }, 0);
    let plain: { offset: number; bytes: number; at: number; key: string | undefined }[] = [];
    let seed = 1;
    const random = (below: number) => {
      seed = (seed * 48_271) % 2_147_483_647;
      return seed % below;
    };
    for (let [step, now, offset] = [0, 0, 0]; step < 5_000; step++, now += random(12)) {
      offset += 1 + random(3);
      const key = random(2) === 0 ? String(random(20)) : undefined;
      const entry = { offset, bytes: random(12), at: now, key };
      log.append({ ...entry, item: offset }, now);
      plain = [...plain.filter((other) => key === undefined || other.key !== key), entry];
      if (random(100) === 0) {
        const to = offset - random(40);
        log.dropTo(to);
        plain = plain.filter((other) => other.offset > to);
      }
      const bytes = () => plain.reduce((sum, other) => sum + other.bytes, 0);
      while (plain.length > 50 || bytes() > 200 || now - (plain[0]?.at ?? now) > 300) plain.shift();
      expect(items(log)).toEqual(plain.map((other) => other.offset));
      expect([log.size, log.bytes]).toEqual([plain.length, bytes()]);
      const from = offset - random(80);
      expect(log.after(from)?.item).toBe(plain.find((other) => other.offset > from)?.offset);
    }
  });

  it("costs no more to append to when it is long", () => {
    const log = new BoundedLog<number>({ ...unbounded, events: 100_000 }, 0);
    const begun = performance.now();
    for (let offset = 1; offset <= 500_000; offset++)
      log.append({ offset, item: offset, bytes: 1, at: 0, key: undefined }, 0);
    // It takes a tenth of a second; moving a hundred thousand entries each time would take minutes.
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(log.size).toBe(100_000);
  });
});
