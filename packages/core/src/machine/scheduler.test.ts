import { describe, expect, it } from "vitest";
import { type BatchBounds, FAIR_SIZE, Scheduler } from "./scheduler.js";

interface Deferred {
  readonly name: string;
  readonly size: number;
}

const wide: BatchBounds = { frames: 1_000, size: 1_000, largest: Infinity };

function schedulerWith(...frames: (string | Deferred)[]): Scheduler<Deferred> {
  const scheduler = new Scheduler<Deferred>();
  for (const frame of frames) scheduler.push(frame);
  return scheduler;
}

describe("a scheduler", () => {
  it("gives nothing when nothing waits", () => {
    expect(new Scheduler<Deferred>().take(wide)).toEqual([]);
  });

  it("gives what waits in the order it came, once", () => {
    const deferred = { name: "d", size: 5 };
    const scheduler = schedulerWith("a", deferred, "b");
    expect([scheduler.length, scheduler.size]).toEqual([3, 7]);
    expect(scheduler.take(wide)).toEqual(["a", deferred, "b"]);
    expect([scheduler.length, scheduler.size]).toEqual([0, 0]);
    expect(scheduler.take(wide)).toEqual([]);
  });

  it("counts what it ever gave", () => {
    const scheduler = schedulerWith("a", "b", "c");
    scheduler.take({ ...wide, frames: 2 });
    expect(scheduler.taken).toBe(2);
    scheduler.pushUrgent("d");
    scheduler.take(wide);
    expect(scheduler.taken).toBe(4);
  });

  it("gives what is urgent first, in its own order", () => {
    const scheduler = schedulerWith("a", "b");
    scheduler.pushUrgent("!1");
    scheduler.pushUrgent("!2");
    expect(scheduler.take({ ...wide, frames: 3 })).toEqual(["!1", "!2", "a"]);
    scheduler.pushUrgent("!3");
    expect(scheduler.take(wide)).toEqual(["!3", "b"]);
  });

  it("gives one of the others after 256 KiB of what is urgent", () => {
    const long = "!".repeat(FAIR_SIZE);
    const scheduler = schedulerWith("a", "b");
    for (const urgent of [long, "!1", "!2"]) scheduler.pushUrgent(urgent);
    expect(scheduler.take({ ...wide, size: Infinity })).toEqual([long, "a", "!1", "!2", "b"]);
  });

  it.each([
    [2, ["a", "b"]],
    [3, ["a", "b", "c"]],
    [4, ["a", "b", "c"]],
  ])("fills a batch of at most %d frames", (frames, batch) => {
    expect(schedulerWith("a", "b", "c").take({ ...wide, frames })).toEqual(batch);
  });

  it.each([
    [4, ["aa"]],
    [5, ["aa", "bb"]],
    [6, ["aa", "bb"]],
    [7, ["aa", "bb"]],
    [8, ["aa", "bb", "cc"]],
  ])("fills a batch of size %d, commas included", (size, batch) => {
    expect(schedulerWith("aa", "bb", "cc").take({ ...wide, size })).toEqual(batch);
  });

  it.each([0, 1, -64])("sends a frame that is larger than a batch of size %d alone", (size) => {
    const scheduler = schedulerWith("aaaa", "b", "c");
    expect(scheduler.take({ ...wide, size })).toEqual(["aaaa"]);
    expect(scheduler.length).toBe(2);
  });

  it.each([
    [3, []],
    [4, ["aaaa"]],
    [5, ["aaaa"]],
  ])("sends a frame alone that is not larger than %d", (largest, batch) => {
    const scheduler = schedulerWith("aaaa", "b");
    expect(scheduler.take({ frames: 9, size: 2, largest })).toEqual(batch);
    expect(scheduler.length).toBe(2 - batch.length);
  });

  it("does not let a small frame overtake a large one", () => {
    const scheduler = schedulerWith("a", "bbbbbbbb", "c");
    expect(scheduler.take({ ...wide, size: 5 })).toEqual(["a"]);
    expect(scheduler.take({ ...wide, size: 5 })).toEqual(["bbbbbbbb"]);
    expect(scheduler.take({ ...wide, size: 5 })).toEqual(["c"]);
  });

  it("drops what is a frame and returns what is not yet, when it is cleared", () => {
    const [first, second] = [
      { name: "1", size: 1 },
      { name: "2", size: 1 },
    ];
    const scheduler = schedulerWith(first, "a", second, "b");
    scheduler.pushUrgent("!");
    scheduler.take({ ...wide, frames: 2 });
    expect(scheduler.clear()).toEqual([second]);
    expect([scheduler.length, scheduler.size]).toEqual([0, 0]);
    expect(scheduler.take(wide)).toEqual([]);
  });

  it("agrees with a plain list, whatever is pushed and taken", () => {
    const scheduler = new Scheduler<Deferred>();
    let expected: string[] = [];
    for (let step = 0; step < 3_000; step++) {
      if (step % 5 < 3) {
        scheduler.push(`n${step}`);
        expected.push(`n${step}`);
      } else {
        const frames = (step * 7) % 5;
        expect(scheduler.take({ ...wide, frames })).toEqual(expected.slice(0, frames));
        expected = expected.slice(frames);
      }
      expect([scheduler.length, scheduler.size]).toEqual([expected.length, expected.join("").length]);
    }
  });
});
