import { type Procedure, query, RpcError } from "@trunkline/core";
import { type ClientCall, callOnce, type OutgoingCall, type Sink } from "@trunkline/core/internal";
import { VirtualClock } from "@trunkline/core/simulation";
import { describe, expect, it } from "vitest";
import { Queries, type QueryLine } from "./queries.js";

type Call = OutgoingCall<Sink>;

/** A connection in the hands of the test: what is asked of it, and what was cancelled. */
class FakeLine implements QueryLine {
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

function setUp({ dedupe = true } = {}) {
  const clock = new VirtualClock();
  const line = new FakeLine();
  const queries = new Queries({ line, clock, dedupe });
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
  return { clock, line, queries, ask, ending, settled, pass };
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
    ["fresh: true", { options: { fresh: true } }],
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
