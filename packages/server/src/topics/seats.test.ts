import { describe, expect, it } from "vitest";
import { type Seated, Seats } from "./seats.js";

/** Readers with a stream each, which has so much to be served; and the order in which they were. */
function setUp(...has: readonly number[]) {
  const seats = new Seats();
  const served: number[] = [];
  const readers = has.map((left, index) => {
    const stream: Seated = {
      serve: () => {
        served.push(index);
        return --left > 0;
      },
      fail: () => {},
    };
    const reader = { stream };
    seats.add(reader, stream);
    return reader;
  });
  return { seats, served, readers };
}

describe("the streams that a topic feeds", () => {
  it("are one of each reader at most", () => {
    const { seats, readers } = setUp(1);
    const [reader] = readers;
    const other: Seated = { serve: () => false, fail: () => {} };
    expect(seats.add(reader!, other)).toBe(false);
    expect([seats.has(reader!, reader!.stream), seats.has(reader!, other), seats.size]).toEqual([true, false, 1]);
    seats.remove(reader!);
    expect([seats.add(reader!, other), [...seats]]).toEqual([true, [other]]);
  });

  it("are served once in a round, and nobody when none has begun", () => {
    const { seats, served } = setUp(1, 1, 1);
    expect([seats.serve(9), seats.busy]).toEqual([0, false]);
    seats.begin();
    expect([seats.serve(9), seats.busy, served]).toEqual([3, false, [0, 1, 2]]);
  });

  it("wait for the next slice where the round is, and not where it began", () => {
    const { seats, served } = setUp(1, 1, 1, 1, 1);
    seats.begin();
    expect([seats.serve(2), seats.serve(2), seats.busy, seats.serve(2), seats.busy]).toEqual([2, 2, true, 1, false]);
    expect(served).toEqual([0, 1, 2, 3, 4]);
  });

  it("that have more have another round, and nobody is passed over for them", () => {
    const { seats, served } = setUp(3, 1, 1);
    seats.begin();
    for (let rounds = 0; seats.busy; rounds++) {
      if (rounds === 20) throw new Error("no end");
      seats.serve(1);
    }
    expect(served.slice(0, 3)).toEqual([0, 1, 2]);
    expect(served.filter((index) => index === 0)).toHaveLength(3);
  });

  it("that leave while a round goes on are not served, and no other is passed over", () => {
    const { seats, served, readers } = setUp(1, 1, 1, 1);
    seats.begin();
    seats.serve(1);
    seats.remove(readers[1]!);
    while (seats.serve(1) > 0);
    expect(new Set(served)).toEqual(new Set([0, 2, 3]));
  });

  it("may all be gone in the middle of a round", () => {
    const { seats, readers } = setUp(1, 1);
    seats.begin();
    for (const reader of readers) seats.remove(reader);
    seats.serve(9);
    expect(seats.busy).toBe(false);
  });
});
