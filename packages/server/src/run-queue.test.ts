import { describe, expect, it } from "vitest";
import { Lane, type RunBounds, RunQueue, SLICE_MS } from "./run-queue.js";

const ada = "ada";
const bob = "bob";

/** A queue, and a handler that takes so long for whoever begins. */
function setUp(bounds: Partial<RunBounds> = {}) {
  const queue = new RunQueue<string>({ handlers: 100, queuedCalls: 100, queueMs: 1_000, ...bounds });
  const lanes: Record<string, Lane<string>> = { ada: new Lane(), bob: new Lane() };
  let now = 1_000;
  const begun: string[] = [];
  return {
    queue,
    begun,
    pass: (ms: number) => {
      now += ms;
    },
    mayRun: () => queue.mayRun(now),
    mayWait: (lane = ada, patienceMs = Infinity) => queue.mayWait(lanes[lane]!, patienceMs),
    add: (job: string, lane = ada) => queue.add(job, lanes[lane]!, now),
    expired: () => queue.expired(now),
    turn: (takesMs: number) => {
      const before = begun.length;
      queue.turn(now);
      for (let next = queue.next(now); next !== undefined; next = queue.next(now)) {
        begun.push(`${next.job} after ${next.waitedMs}`);
        now += takesMs;
      }
      return begun.slice(before);
    },
  };
}

describe("what runs at once", () => {
  it.each([
    [1, true],
    [2, true],
    [3, false],
  ])("of two handlers, number %d may begin: %s", (number, expected) => {
    const { queue, mayRun } = setUp({ handlers: 2 });
    for (let before = 1; before < number; before++) queue.begin();
    expect(mayRun()).toBe(expected);
    if (!expected) queue.settle();
    expect(mayRun()).toBe(true);
  });

  it("is what fits into a slice, until everything else has had its turn", () => {
    const { queue, mayRun, pass, turn } = setUp();
    expect(mayRun()).toBe(true);
    expect(queue.marked).toBe(true);
    pass(SLICE_MS);
    expect(mayRun()).toBe(true);
    pass(1);
    expect(mayRun()).toBe(false);
    turn(1);
    expect(mayRun()).toBe(true);
  });

  it("asks for the end of a turn no more often than once in a slice", () => {
    const { queue, mayRun, pass, turn } = setUp();
    mayRun();
    turn(0);
    pass(SLICE_MS);
    expect([mayRun(), queue.marked]).toEqual([true, false]);
    pass(1);
    expect([mayRun(), queue.marked]).toEqual([true, true]);
  });

  it("is nothing while others wait", () => {
    const { mayRun, add, turn } = setUp();
    add("first");
    expect(mayRun()).toBe(false);
    turn(0);
    expect(mayRun()).toBe(true);
  });
});

describe("what waits", () => {
  it.each([
    [1, true],
    [2, true],
    [3, false],
  ])("of two, number %d: %s", (number, expected) => {
    const { mayWait, add } = setUp({ queuedCalls: 2 });
    for (let before = 1; before < number; before++) add(String(before));
    expect(mayWait()).toBe(expected);
  });

  it("begins in slices, in the order in which it came", () => {
    const { add, turn } = setUp();
    for (const job of ["a", "b", "c", "d"]) add(job);
    expect(turn(4)).toEqual(["a after 0", "b after 4", "c after 8"]);
    expect(turn(4)).toEqual(["d after 12"]);
    expect(turn(4)).toEqual([]);
  });

  it("R24: begins lane by lane, so that one that asks for much holds up nobody", () => {
    const { add, turn } = setUp();
    for (const job of ["a", "b", "c", "d"]) add(job);
    add("bob's", bob);
    expect(turn(1)).toEqual(["a after 0", "bob's after 1", "b after 2", "c after 3", "d after 4"]);
  });

  it("begins when a handler has settled", () => {
    const { queue, add, turn } = setUp({ handlers: 1 });
    queue.begin();
    add("a");
    expect([queue.ready, turn(0)]).toEqual([false, []]);
    expect(queue.marked).toBe(false);
    queue.settle();
    expect([queue.ready, turn(0)]).toEqual([true, ["a after 0"]]);
  });

  it.each([
    [999, []],
    [1_000, ["a"]],
    [1_001, ["a"]],
  ])("of a queue of 1,000 ms is refused after %d: %j", (ms, expected) => {
    const { queue, add, pass, expired } = setUp();
    add("a");
    expect(queue.deadline).toBe(2_000);
    pass(ms);
    add("b");
    expect(expired()).toEqual(expected);
    expect(queue.size).toBe(2 - expected.length);
  });

  it("is refused along with another, up to a 64th of the time early: one look at every lane is for many", () => {
    const { queue, add, pass, expired } = setUp();
    for (const job of ["a", "b", "c"]) {
      add(job, job === "b" ? bob : ada);
      pass(10);
    }
    pass(970);
    expect(expired()).toEqual(["a", "b"]);
    expect([queue.size, queue.deadline]).toEqual([1, 2_020]);
  });

  it("is refused at the time that the queue tells, however times are rounded", () => {
    const { queue } = setUp({ queueMs: 816 });
    queue.add("a", new Lane(), 1744.433602410278);
    expect(queue.expired(queue.deadline)).toEqual(["a"]);
  });

  it("is forgotten when the queue is cleared", () => {
    const { queue, add, turn } = setUp();
    add("a");
    add("b", bob);
    expect(queue.clear()).toEqual(["a", "b"]);
    expect([queue.size, queue.deadline, turn(0)]).toEqual([0, Infinity, []]);
  });
});

describe("who is refused at once", () => {
  /** A queue that is known to let somebody begin every 10 ms. */
  function measured() {
    const made = setUp({ queuedCalls: 1_000 });
    for (let job = 0; job < 300; job++) made.add("early");
    for (let turn = 0; turn < 150; turn++) made.turn(10);
    expect(made.queue.size).toBe(0);
    return made;
  }

  it("is nobody while it is not known how fast the queue moves", () => {
    const { mayWait, add } = setUp();
    for (let job = 0; job < 99; job++) add("job");
    expect(mayWait(ada, 1)).toBe(true);
  });

  it.each([
    [9, true],
    [10, true],
    [11, false],
  ])("behind %d who take 10 ms each, with 200 ms until its deadline, may wait: %s", (ahead, expected) => {
    const { mayWait, add } = measured();
    for (let job = 0; job < ahead; job++) add("job");
    expect(mayWait(ada, 200)).toBe(expected);
  });

  it.each([
    [99, true],
    [100, true],
    [101, false],
  ])("behind %d who take 10 ms each, of a queue of 1,000 ms, may wait: %s", (ahead, expected) => {
    const { mayWait, add } = measured();
    for (let job = 0; job < ahead; job++) add("job");
    expect(mayWait()).toBe(expected);
  });

  it("R24: is who asks for much, and not who asks for little", () => {
    const { mayWait, add } = measured();
    for (let job = 0; job < 50; job++) add("job");
    expect(mayWait(ada, 200)).toBe(false);
    expect(mayWait(bob, 200)).toBe(true);
  });

  it("is nobody because a process that gets little time stood still a few times, for seconds each", () => {
    const { mayWait, add, pass, turn } = setUp();
    for (let still = 0; still < 10; still++) {
      for (const job of ["a", "b", "c", "d"]) add(job);
      expect(mayWait(ada, 2_000)).toBe(true);
      pass(3_000);
      turn(1);
    }
  });

  it("is nobody because the process slept", () => {
    const { mayWait, add, pass, turn } = measured();
    add("before");
    pass(40_000);
    turn(0);
    for (let job = 0; job < 4; job++) add("after");
    expect(mayWait(ada, 10_000)).toBe(true);
    for (let job = 0; job < 20; job++) {
      pass(10);
      turn(1);
      add("later");
    }
    expect(mayWait(ada, 100)).toBe(true);
  });
});
