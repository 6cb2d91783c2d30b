import { describe, expect, it } from "vitest";
import { FanOut } from "./fan-out.js";

const SLICE = 64;

/** A fan-out whose turns the test gives, and topics with so many streams to be served. */
function setUp() {
  const turns: (() => void)[] = [];
  const served: string[] = [];
  const fanOut = new FanOut({ later: (task) => void turns.push(task) });
  const topicOf = (name: string, left: number) => ({
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
