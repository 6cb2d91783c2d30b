import { type Procedure, query, RpcError } from "@trunkline/core";
import { type ClientCall, callOnce, type OutgoingCall, type Sink } from "@trunkline/core/internal";
import { Random, VirtualClock } from "@trunkline/core/simulation";
import { describe, expect, it } from "vitest";
import { KeptAnswers } from "./kept-answers.js";
import { Queries, type QueryLine } from "./queries.js";
import { QueryCache } from "./query-cache.js";

type Call = OutgoingCall<Sink>;

/** A connection in the hands of the test: what is asked of it, and what was cancelled. */
class FakeLine implements QueryLine {
  attached = true;
  era = 1;
  news = 0;
  readonly asked: Call[] = [];
  readonly cancelled: Call[] = [];

  open(call: Call): void {
    this.asked.push(call);
  }

  cancel(call: Call): void {
    this.cancelled.push(call);
    call.sink.failure(new RpcError("CANCELLED", { outcome: call.known }));
  }

  consume(): void {}

  /** The call of this number is written. */
  write(at = 0): void {
    this.asked[at]!.known = "unknown";
  }

  answer(value: unknown, at = 0): void {
    this.asked[at]!.sink.result(value);
  }

  fail(code: string, at = 0): void {
    const call = this.asked[at]!;
    call.sink.failure(new RpcError(code, { outcome: call.known }));
  }
}

interface Asked {
  readonly path?: string;
  readonly input?: string;
  readonly meta?: string;
  readonly timeoutMs?: number;
  readonly options?: ClientCall["options"];
  readonly procedure?: Procedure;
}

function setUp({ dedupe = true, cache = undefined as KeptAnswers | undefined } = {}) {
  const clock = new VirtualClock();
  const line = new FakeLine();
  const reported: unknown[] = [];
  const queries = new Queries({ line, clock, dedupe, cache, report: (error) => void reported.push(error) });
  const ask = ({ path = "a", input = "1", meta, timeoutMs = 1_000, options = {}, procedure = query({}) }: Asked = {}) =>
    callOnce(
      queries.callerOf({ path, procedure, input, options }),
      {
        kind: "query",
        path: `"${path}"`,
        repeatable: true,
        input,
        deadline: clock.now() + timeoutMs,
        ...(meta === undefined ? {} : { meta }),
      },
      options.signal,
    );
  /** How it ends, as a word. */
  const ending = (asked?: Asked) => {
    const end: { is?: string } = {};
    ask(asked).then(
      (value) => (end.is = JSON.stringify(value)),
      ({ code, outcome }: RpcError) => (end.is = `${code} ${outcome}`),
    );
    return end;
  };
  const settled = async () => {
    for (let turn = 0; turn < 5; turn++) await Promise.resolve();
  };
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settled();
  };
  return { clock, line, reported, queries, ask, ending, settled, pass };
}

describe("equal queries in flight", () => {
  it("share one call, and each has the answer", async () => {
    const { line, ask } = setUp();
    const answers = [ask(), ask(), ask()];
    expect(line.asked).toHaveLength(1);
    line.answer({ n: 1 });
    expect(await Promise.all(answers)).toEqual([{ n: 1 }, { n: 1 }, { n: 1 }]);
  });

  it("have an answer of their own each: what one does to it no other sees", async () => {
    const { line, ask } = setUp();
    const [one, other] = [ask(), ask()] as Promise<number[]>[];
    line.answer([3, 1]);
    (await one!).sort();
    expect(await other).toEqual([3, 1]);
    expect(await other).not.toBe(await one);
  });

  it("share what there is no value of, and failures", async () => {
    const { line, ask, ending, settled } = setUp();
    const nothing = [ask(), ask()];
    line.answer(undefined);
    expect(await Promise.all(nothing)).toEqual([undefined, undefined]);
    const failing = [ending(), ending()];
    line.write(1);
    line.fail("UNAVAILABLE", 1);
    await settled();
    expect(failing).toEqual([{ is: "UNAVAILABLE unknown" }, { is: "UNAVAILABLE unknown" }]);
  });

  it.each<[string, Asked, Asked]>([
    ["procedures", {}, { path: "b" }],
    ["inputs", {}, { input: "2" }],
    ["metadata", {}, { meta: '{"as":"admin"}' }],
    ["metadata and inputs that read alike in a row", { meta: "{}", input: "" }, { input: "{}" }],
  ])("are not those of different %s", (_, one, other) => {
    const { line, ask } = setUp();
    void ask(one);
    void ask(other);
    expect(line.asked).toHaveLength(2);
  });

  it.each<[string, Asked]>([
    ["dedupe: false", { options: { dedupe: false } }],
    ["an upstream", { procedure: { kind: "query", definition: { upstream: {} } } as never }],
  ])("are not shared by a call with %s", async (_, apart) => {
    const { line, ask } = setUp();
    const joined = [ask(), ask()];
    const own = ask(apart);
    const later = ask();
    expect(line.asked).toHaveLength(2);
    line.answer("own", 1);
    line.answer("shared", 0);
    expect(await own).toBe("own");
    expect(await Promise.all([...joined, later])).toEqual(["shared", "shared", "shared"]);
  });

  it("are not joined by a call that asks for a fresh answer, and those who ask later join that", async () => {
    const { line, ask } = setUp();
    const before = ask();
    const fresh = [ask({ options: { fresh: true } }), ask()];
    expect(line.asked).toHaveLength(2);
    line.answer("new", 1);
    line.answer("old", 0);
    expect([await before, ...(await Promise.all(fresh))]).toEqual(["old", "new", "new"]);
  });

  it("are shared where a client that shares none is told to", () => {
    const { line, ask } = setUp({ dedupe: false });
    void ask();
    void ask();
    expect(line.asked).toHaveLength(2);
    void ask({ options: { dedupe: true } });
    void ask({ options: { dedupe: true } });
    expect(line.asked).toHaveLength(3);
  });

  it("are asked anew once they are answered", async () => {
    const { line, ask } = setUp();
    const first = ask();
    line.answer(1);
    const second = ask();
    line.answer(2, 1);
    expect(await Promise.all([first, second])).toEqual([1, 2]);
  });

  it.each<[string, (line: FakeLine) => void]>([
    ["something has arrived that may tell of a change", (line) => line.news++],
    ["the transport is another", (line) => line.era++],
  ])("are not joined once %s, and the later one is joined from then on", async (_, happen) => {
    const { line, ask } = setUp();
    const before = ask();
    happen(line);
    const after = [ask(), ask()];
    expect(line.asked).toHaveLength(2);
    line.answer("new", 1);
    line.answer("old", 0);
    expect(await before).toBe("old");
    expect(await Promise.all(after)).toEqual(["new", "new"]);
  });
});

describe("a caller of a shared query", () => {
  it("that aborts rejects alone, as what is known then, and the call goes on", async () => {
    const { line, ending, ask, settled } = setUp();
    const [early, late] = [new AbortController(), new AbortController()];
    const ends = [ending({ options: { signal: early.signal } }), ending({ options: { signal: late.signal } })];
    const staying = ask();
    early.abort();
    line.write();
    late.abort();
    await settled();
    expect(ends).toEqual([{ is: "CANCELLED not-sent" }, { is: "CANCELLED unknown" }]);
    expect(line.cancelled).toEqual([]);
    line.answer(1);
    expect(await staying).toBe(1);
  });

  it("that is the last to abort cancels the call, and nobody joins it then", async () => {
    const { line, ending, ask, settled } = setUp();
    const controller = new AbortController();
    const ends = [1, 2].map(() => ending({ options: { signal: controller.signal } }));
    controller.abort();
    await settled();
    expect(ends).toEqual([{ is: "CANCELLED not-sent" }, { is: "CANCELLED not-sent" }]);
    expect(line.cancelled).toEqual([line.asked[0]]);
    void ask();
    expect(line.asked).toHaveLength(2);
  });

  it("with less time rejects alone at its deadline, and no alarm is left", async () => {
    const { clock, line, ask, ending, pass } = setUp();
    const patient = ask();
    const hurried = ending({ timeoutMs: 10 });
    line.write();
    await pass(9);
    expect(hurried).toEqual({});
    await pass(1);
    expect(hurried).toEqual({ is: "DEADLINE_EXCEEDED unknown" });
    expect(clock.idle).toBe(true);
    line.answer(1);
    expect(await patient).toBe(1);
  });

  it("with less time that is answered in time leaves no alarm", async () => {
    const { clock, line, ask } = setUp();
    const both = [ask(), ask({ timeoutMs: 10 })];
    line.answer(1);
    expect(await Promise.all(both)).toEqual([1, 1]);
    expect(clock.idle).toBe(true);
  });

  it("with more time asks again when the call's is over, and it is joined", async () => {
    const { clock, line, ask, ending, pass } = setUp();
    const first = ending();
    const patient = [ask({ timeoutMs: 3_000 }), ending({ timeoutMs: 2_000 })] as const;
    line.write();
    clock.advance(1_000);
    line.fail("DEADLINE_EXCEEDED");
    await pass(0);
    expect(first).toEqual({ is: "DEADLINE_EXCEEDED unknown" });
    expect(line.asked.map(({ deadline }) => deadline)).toEqual([1_000, 3_000]);
    const joined = ask({ timeoutMs: 5_000 });
    await pass(1_000);
    // It was sent before, though not this time.
    expect(patient[1]).toEqual({ is: "DEADLINE_EXCEEDED unknown" });
    line.answer(1, 1);
    expect(await Promise.all([patient[0], joined])).toEqual([1, 1]);
    expect(clock.idle).toBe(true);
  });

  it("with hardly more time waits that out and does not ask again", async () => {
    const { clock, line, ending, pass } = setUp();
    const ends = [ending(), ending({ timeoutMs: 1_020 })];
    clock.advance(1_000);
    line.fail("DEADLINE_EXCEEDED");
    await pass(19);
    expect(ends).toEqual([{ is: "DEADLINE_EXCEEDED not-sent" }, {}]);
    await pass(1);
    expect(ends[1]).toEqual({ is: "DEADLINE_EXCEEDED not-sent" });
    expect(line.asked).toHaveLength(1);
    expect(clock.idle).toBe(true);
  });

  it("with more time takes a deadline that the handler speaks of as its answer", async () => {
    const { line, ending, settled } = setUp();
    const ends = [ending(), ending({ timeoutMs: 3_000 })];
    line.write();
    line.fail("DEADLINE_EXCEEDED");
    await settled();
    expect(ends).toEqual([{ is: "DEADLINE_EXCEEDED unknown" }, { is: "DEADLINE_EXCEEDED unknown" }]);
    expect(line.asked).toHaveLength(1);
  });
});

const kept = query({ cache: { maxAgeMs: 100, tags: (input: unknown) => [`tag:${String(input)}`, "all"] } });

/** With a cache; `answered` asks and answers a query, so that it is kept. */
function setUpCache() {
  const world = setUp({ cache: new KeptAnswers(new QueryCache({ entries: 10, bytes: 10_000 })) });
  const ask = (asked: Asked = {}) => world.ask({ procedure: kept, ...asked });
  const answered = async (value: unknown, asked?: Asked) => {
    const answer = ask(asked);
    world.line.answer(value, world.line.asked.length - 1);
    return await answer;
  };
  return { ...world, ask, answered };
}

describe("a cached query", () => {
  it("is answered without a call, by an answer of its own each time", async () => {
    const { line, ask, answered } = setUpCache();
    await answered({ list: [1] });
    const one = (await ask()) as { list: number[] };
    one.list.push(2);
    expect(await ask()).toEqual({ list: [1] });
    expect(line.asked).toHaveLength(1);
  });

  it.each<[string, (world: ReturnType<typeof setUpCache>) => unknown, Asked?]>([
    ["its time is over", ({ clock }) => clock.advance(100)],
    ["one of its tags was invalidated", ({ queries }) => queries.invalidate(["x", "tag:1"])],
    ["everything was", ({ queries }) => queries.invalidate()],
    ["there is another transport", ({ line }) => line.era++],
    ["there is no transport", ({ line }) => (line.attached = false)],
    ["its caller asks for a fresh answer", () => {}, { options: { fresh: true } }],
    ["its input is another", () => {}, { input: "2" }],
  ])("is asked again when %s", async (_, happen, asked) => {
    const world = setUpCache();
    await world.answered("old");
    happen(world);
    expect(await world.answered("new", asked)).toBe("new");
    expect(world.line.asked).toHaveLength(2);
  });

  it("is answered still when other tags were invalidated, and up to its last moment", async () => {
    const { clock, queries, line, ask, answered } = setUpCache();
    await answered(1);
    queries.invalidate(["tag:2"]);
    clock.advance(99);
    expect(await ask()).toBe(1);
    expect(line.asked).toHaveLength(1);
  });

  it("gives what came after a fresh question to those who ask later", async () => {
    const { line, ask, answered } = setUpCache();
    await answered("old");
    await answered("new", { options: { fresh: true } });
    expect(await ask()).toBe("new");
    expect(line.asked).toHaveLength(2);
  });

  it.each<[string, (world: ReturnType<typeof setUpCache>) => unknown]>([
    ["one of its tags is invalidated", ({ queries }) => queries.invalidate(["tag:1"])],
    ["everything is", ({ queries }) => queries.invalidate()],
    ["its transport is lost", ({ line }) => line.era++],
  ])("in flight when %s: its caller has the answer, and it is neither joined nor kept", async (_, happen) => {
    const world = setUpCache();
    const before = world.ask();
    happen(world);
    const after = world.ask();
    world.line.answer("old", 0);
    expect(await before).toBe("old");
    world.line.answer("new", 1);
    expect([await after, await world.ask()]).toEqual(["new", "new"]);
    expect(world.line.asked).toHaveLength(2);
  });

  it("that was asked before there was a transport is kept", async () => {
    const { line, ask } = setUpCache();
    line.attached = false;
    const first = ask();
    line.attached = true;
    line.answer(1);
    expect([await first, await ask()]).toEqual([1, 1]);
    expect(line.asked).toHaveLength(1);
  });

  it("that nobody shares is kept too", async () => {
    const { line, ask, answered } = setUpCache();
    await answered(1, { options: { dedupe: false } });
    expect(await ask()).toBe(1);
    expect(line.asked).toHaveLength(1);
  });

  it("whose tags cannot be told is answered and not kept, and that is reported", async () => {
    const { line, reported, answered } = setUpCache();
    const tags = () => {
      throw new Error("no tags");
    };
    const procedure = query({ cache: { maxAgeMs: 100, tags } });
    expect([await answered(1, { procedure }), await answered(2, { procedure })]).toEqual([1, 2]);
    expect(line.asked).toHaveLength(2);
    expect(reported).toEqual([new Error("no tags"), new Error("no tags")]);
  });

  it("that fails is not kept", async () => {
    const { line, ask, answered } = setUpCache();
    const failing = ask();
    line.fail("NOT_FOUND");
    await expect(failing).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await answered(1)).toBe(1);
  });
});

describe("lives of a cache, drawn by chance", () => {
  /**
   * The server's truth is a number for each input, which only grows. The model: whoever asks is given nothing older than
   * what was true when this client last heard, for that input, of an invalidation, a lost transport or the end of an age.
   */
  it.each(Array.from({ length: 300 }, (_, seed) => [seed]))("seed %d: nothing stale is ever given", async (seed) => {
    const chance = new Random(seed);
    const { clock, line, queries, ask } = setUpCache();
    const truth = [1, 1, 1];
    const floor = [0, 0, 0];
    const inFlight: { call: Call; input: number; read: number }[] = [];
    const checks: Promise<void>[] = [];
    for (let step = 0; step < 60; step++) {
      const input = chance.int(3);
      const what = chance.int(10);
      if (what < 4) {
        const least = floor[input]!;
        const before = line.asked.length;
        const options = { fresh: chance.chance(0.1), dedupe: chance.chance(0.8) };
        const exact = options.fresh ? truth[input]! : least;
        checks.push(ask({ input: String(input), options }).then((n) => expect(n).toBeGreaterThanOrEqual(exact)));
        const call = line.asked[before];
        // The handler reads at once, and its answer takes its time.
        if (call !== undefined) inFlight.push({ call, input, read: truth[input]! });
      } else if (what < 7) {
        const [answered] = inFlight.splice(chance.int(inFlight.length || 1), 1);
        answered?.call.sink.result(answered.read);
      } else if (what === 7) {
        truth[input]!++;
        // A change that is said: what is asked from now on is at least as new.
        if (chance.chance(0.8)) {
          queries.invalidate(chance.chance(0.1) ? undefined : [`tag:${input}`]);
          floor[input] = truth[input]!;
        }
      } else if (what === 8) {
        line.era++;
        for (const each of [0, 1, 2]) floor[each] = truth[each]!;
      } else clock.advance(chance.int(60));
    }
    for (const { call, read } of inFlight) call.sink.result(read);
    await Promise.all(checks);
  });
});
