import { describe, expect, it } from "vitest";
import { type EncodedFrame, frameText, WithBlob } from "../protocol/blob.js";
import { Lanes, type PartBounds } from "./lanes.js";

/** A call that waits: its frame is so large when it is made. */
interface Waiting {
  readonly name: string;
  readonly size: number;
  readonly blobBytes: number;
  id: number | undefined;
}

const bounds: PartBounds = { pieceBytes: 100, wholeBytes: 100, valueBytes: 1_000, hasPassed: () => true };
const large = (id: number, bytes: number) => new WithBlob(`[5,${id}]`, new Uint8Array(bytes));

/** Lanes, and what they have said: parts as `id:left`, other frames as they are. */
function setUp() {
  const lanes = new Lanes<Waiting>();
  const departed: string[] = [];
  const unwanted = new Set<string>();
  const deferral = {
    render: (waiting: Waiting): EncodedFrame | undefined => {
      if (unwanted.has(waiting.name)) return undefined;
      waiting.id ??= 9;
      return large(waiting.id, waiting.blobBytes);
    },
    departed: ({ name }: Waiting) => void departed.push(name),
  };
  const next = (changes: Partial<PartBounds> = {}): string | undefined => {
    const frame = lanes.next({ ...bounds, ...changes }, deferral);
    const text = frame === undefined ? undefined : frameText(frame);
    return text?.replace(/^\[10,(\d+),(\d+)\]$/, "$1:$2");
  };
  const all = () => {
    const said: string[] = [];
    for (let one = next(); one !== undefined; one = next()) said.push(one);
    return said;
  };
  return { lanes, departed, unwanted, next, all };
}

const call = (name: string, blobBytes: number): Waiting => ({ name, size: blobBytes + 5, blobBytes, id: undefined });

describe("large frames that wait", () => {
  it("go a part each in turn", () => {
    const { lanes, all } = setUp();
    lanes.push(1, large(1, 150));
    lanes.push(3, large(3, 250));
    expect(all()).toEqual(["1:159", "3:259", "1:150", "3:250", "1:50", "3:150", "3:50"]);
    expect([lanes.isEmpty, lanes.size]).toEqual([true, 0]);
  });

  it("hold up what follows them under the same id, and nothing else", () => {
    const { lanes, all } = setUp();
    lanes.push(1, large(1, 150));
    lanes.push(1, "[8,1]");
    expect([lanes.has(1), lanes.has(3)]).toEqual([true, false]);
    expect(all()).toEqual(["1:159", "1:150", "1:50", "[8,1]"]);
  });

  it("begin as long as all that have begun are together what the other end takes", () => {
    const { lanes, next } = setUp();
    lanes.push(1, large(1, 500));
    lanes.push(3, large(3, 500));
    lanes.push(5, large(5, 400));
    expect([next(), next()]).toEqual(["1:509", "5:409"]);
  });

  it("may be one that is as much as the other end takes, when nothing has begun", () => {
    const { lanes, next } = setUp();
    lanes.push(1, large(1, 990));
    expect(next()).toBe("1:999");
  });

  it("that are dropped are not said any further, and others take their room", () => {
    const { lanes, next, all } = setUp();
    lanes.push(1, large(1, 900));
    next();
    lanes.push(1, "[8,1]");
    lanes.push(3, large(3, 900));
    expect(next()).toBe("1:900");
    lanes.drop(1);
    expect(all()[0]).toBe("3:909");
    expect(lanes.size).toBe(0);
  });
});

describe("a call that waits to become a large frame", () => {
  it("becomes one when its turn comes, and has departed with its last part", () => {
    const { lanes, departed, next } = setUp();
    const waiting = call("a", 150);
    lanes.push(waiting, waiting);
    expect(next()).toBe("9:159");
    expect([lanes.has(9), lanes.isOpening(9), departed]).toEqual([true, true, []]);
    next();
    next();
    expect([lanes.isOpening(9), lanes.isEmpty, departed]).toEqual([false, true, ["a"]]);
  });

  it("goes whole where it is small after all, and has departed", () => {
    const { lanes, departed, next } = setUp();
    const waiting = call("a", 10);
    lanes.push(waiting, waiting);
    expect([next(), departed, lanes.isEmpty]).toEqual(["[5,9]", ["a"], true]);
  });

  it("that nobody wants any more is passed over, and so it is when it was dropped", () => {
    const { lanes, unwanted, next } = setUp();
    const [one, other] = [call("a", 150), call("b", 150)];
    for (const waiting of [one, other]) lanes.push(waiting, waiting);
    unwanted.add("a");
    lanes.drop(other);
    expect([next(), lanes.isEmpty, lanes.size]).toEqual([undefined, true, 0]);
  });

  it("is given back when a session ends, and frames are not", () => {
    const { lanes } = setUp();
    const waiting = call("a", 150);
    lanes.push(waiting, waiting);
    lanes.push(1, large(1, 150));
    expect([lanes.clear(), lanes.isEmpty, lanes.size]).toEqual([[waiting], true, 0]);
  });
});
