import type { Alarm } from "@trunkline/core/internal";
import { VirtualClock } from "@trunkline/core/simulation";
import { describe, expect, it } from "vitest";
import { type FannedOut, FanOut } from "./fan-out.js";

const SLICE = 64;

/** A fan-out whose turns the test gives, and topics with so many streams to be served. */
function setUp() {
  const turns: (() => void)[] = [];
  const served: string[] = [];
  const fanOut = new FanOut({
    later: (task) => void turns.push(task),
    // No turn takes any time here.
    now: () => 0,
    alarm: () => ({ set() {}, clear() {} }),
  });
  const topicOf = (name: string, left: number) => ({
    streams: left,
    serve: (streams: number) => {
      const count = Math.min(streams, left);
      left -= count;
      served.push(`${name} ${count}`);
      return count;
    },
  });
  /** Gives turns until nobody asks for one. Returns what was served in each. */
  const run = () => {
    const all: string[][] = [];
    for (let turn = turns.shift(); turn !== undefined; turn = turns.shift()) {
      turn();
      all.push(served.splice(0));
    }
    return all;
  };
  return { fanOut, topicOf, turns, run };
}

describe("topics that have something for their streams", () => {
  it("ask for one turn, however many they are", () => {
    const { fanOut, topicOf, turns, run } = setUp();
    const [one, other] = [topicOf("a", 3), topicOf("b", 4)];
    for (const topic of [one, one, other]) fanOut.add(topic);
    expect(turns).toHaveLength(1);
    expect(run()).toEqual([["a 3", "b 4"]]);
  });

  it.each([
    [SLICE - 1, [["a 63", "b 1"], ["b 1"]]],
    [SLICE, [["a 64"], ["b 2", "a 0"]]],
    [SLICE + 1, [["a 64"], ["b 2", "a 1"]]],
    [3 * SLICE, [["a 64"], ["b 2", "a 62"], ["a 64"], ["a 2"]]],
  ])("are served 64 streams a turn, those that are not done behind the others: %d, and 2", (streams, expected) => {
    const { fanOut, topicOf, run } = setUp();
    fanOut.add(topicOf("a", streams));
    fanOut.add(topicOf("b", 2));
    expect(run()).toEqual(expected);
  });

  it("ask again when they have something again", () => {
    const { fanOut, topicOf, run } = setUp();
    fanOut.add(topicOf("a", 1));
    run();
    fanOut.add(topicOf("b", 1));
    expect(run()).toEqual([["b 1"]]);
  });

  it("have no turn once they are removed", () => {
    const { fanOut, topicOf, run } = setUp();
    const topic = topicOf("a", 1);
    fanOut.add(topic);
    fanOut.remove(topic);
    expect(run()).toEqual([[]]);
  });
});

/** A topic whose streams take everything, each in so many milliseconds. */
class Topic implements FannedOut {
  readonly served: number[] = [];
  #left = 0;

  constructor(
    readonly clock: BusyClock,
    public streams: number,
    readonly eachMs: number,
  ) {}

  publish(fanOut: FanOut): void {
    this.#left = this.streams;
    fanOut.add(this);
  }

  serve(most: number): number {
    const count = Math.min(most, this.#left);
    this.#left -= count;
    this.clock.spent += count * this.eachMs;
    if (count > 0) this.served.push(this.clock.now());
    return count;
  }
}

/** Virtual time, in which work takes time too. */
class BusyClock extends VirtualClock {
  spent = 0;

  override now(): number {
    return super.now() + this.spent;
  }

  override alarm(wake: () => void): Alarm {
    const alarm = super.alarm(wake);
    return { set: (at) => alarm.set(at - this.spent), clear: () => alarm.clear() };
  }
}

const staged = (streams: number, eachMs: number) => {
  const clock = new BusyClock();
  const fanOut = new FanOut(clock);
  return { clock, fanOut, topic: new Topic(clock, streams, eachMs) };
};

describe("a topic", () => {
  it("is served a slice of its streams a turn, until nobody is left", () => {
    const { clock, fanOut, topic } = staged(150, 0);
    topic.publish(fanOut);
    clock.step();
    expect(topic.served).toHaveLength(1);
    clock.advance(0);
    expect(topic.served).toHaveLength(3);
    expect(clock.idle).toBe(true);
  });

  it("that has gone round rests for as long as that took, if more has come", () => {
    const { clock, fanOut, topic } = staged(50, 0.1);
    topic.publish(fanOut);
    clock.advance(0);
    expect(topic.served).toEqual([5]);
    topic.publish(fanOut);
    topic.publish(fanOut);
    clock.advance(4);
    expect(topic.served).toHaveLength(1);
    clock.advance(100);
    expect(topic.served).toHaveLength(2);
  });

  it("goes round at once when its rest is over", () => {
    const { clock, fanOut, topic } = staged(50, 0.1);
    topic.publish(fanOut);
    clock.advance(20);
    topic.publish(fanOut);
    clock.advance(0);
    expect(topic.served).toHaveLength(2);
  });

  it("does not rest after a round that took no time worth speaking of", () => {
    const { clock, fanOut, topic } = staged(9, 0.1);
    for (let round = 1; round <= 5; round++) {
      topic.publish(fanOut);
      clock.advance(0);
      expect(topic.served).toHaveLength(round);
    }
  });

  it("rests for 10 ms at most", () => {
    const { clock, fanOut, topic } = staged(50, 10);
    topic.publish(fanOut);
    clock.advance(0);
    topic.publish(fanOut);
    clock.advance(10);
    expect(topic.served).toHaveLength(2);
  });

  it("for which more comes all the time rests between its rounds all the same", () => {
    const { clock, fanOut, topic } = staged(100, 0.05);
    const before = clock.now();
    for (let ms = 0; ms < 200; ms++) {
      topic.publish(fanOut);
      clock.advance(1);
    }
    const busyMs = topic.served.length > 0 ? clock.spent : 0;
    expect(busyMs).toBeGreaterThan(10);
    expect(busyMs).toBeLessThanOrEqual((clock.now() - before) / 2 + 5);
  });

  it("holds up no other one by its rest", () => {
    const { clock, fanOut, topic } = staged(50, 0.1);
    const other = new Topic(clock, 1, 0);
    topic.publish(fanOut);
    clock.advance(0);
    topic.publish(fanOut);
    other.publish(fanOut);
    clock.advance(0);
    expect(other.served).toHaveLength(1);
    expect(topic.served).toHaveLength(1);
  });

  it("that is taken away while it rests is not served any more", () => {
    const { clock, fanOut, topic } = staged(50, 0.1);
    topic.publish(fanOut);
    clock.advance(0);
    topic.publish(fanOut);
    fanOut.remove(topic);
    clock.advance(100);
    expect(topic.served).toHaveLength(1);
    expect(clock.idle).toBe(true);
  });

  it("whose last stream leaves while it is served leaves nothing behind", () => {
    const { clock, fanOut, topic } = staged(50, 0.1);
    topic.publish(fanOut);
    topic.streams = 0;
    clock.advance(100);
    expect(clock.idle).toBe(true);
  });
});
