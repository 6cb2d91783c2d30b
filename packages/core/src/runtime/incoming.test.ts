import { describe, expect, it } from "vitest";
import { RpcError } from "../error/rpc-error.js";
import { Conversation } from "../machine/conversation.js";
import type { ConversationInput } from "../machine/conversation-words.js";
import { IncomingCall } from "../machine/incoming-call.js";
import { IncomingCalls } from "../machine/incoming-calls.js";
import { op } from "../protocol/frame.js";
import { defaultLimits } from "../protocol/limits.js";
import type { Answerer } from "./answerer.js";
import { Incoming } from "./incoming.js";
import type { OpenStream } from "./open-stream.js";
import { Pace } from "./pace.js";
import type { Sink } from "./sink.js";
import type { Work } from "./work.js";

const opening = { id: 1, path: "p", timeoutMs: 0, meta: undefined, input: 1 };
const onceCall = () => new IncomingCall<Work>({ op: op.call, ...opening }, 1_000);
const streamCall = () =>
  new IncomingCall<Work>({ op: op.subscribe, ...opening, credit: 8, lastEventId: "e" }, Infinity);

/** Hands whose every word is noted. */
function handsFor(answerer: Partial<Answerer>) {
  const said: string[] = [];
  const incoming = new Incoming(
    {
      once: () => "1",
      stream: () => ({ iterator: (async function* () {})(), encode: () => ({ value: "1", eventId: undefined }) }),
      explain: (error) => ({ code: "INTERNAL", message: error instanceof Error ? error.message : String(error) }),
      ...answerer,
    },
    // No stream here is shared.
    new Conversation<Sink, Work>({ role: "server", limits: defaultLimits, Calls: IncomingCalls }),
    { say: (input) => void said.push(wordsOf(input)) },
  );
  return { incoming, said };
}

function wordsOf(input: ConversationInput<Sink, Work>): string {
  switch (input.type) {
    case "reply":
      return `reply ${input.value}`;
    case "event":
      return `event ${input.value}`;
    case "fail":
      return `fail ${input.error.message}`;
    case "gap":
      return `gap ${input.reason}`;
    case "take":
      return `take ${input.count}`;
    default:
      return input.type;
  }
}

/** As the machine asks for it. */
function pull(incoming: Incoming, call: IncomingCall<Work>): void {
  call.state = "pulling";
  incoming.pull(call, new Pace({ later: setImmediate }));
}

/** Lets every promise that can settle do so. */
const settled = () => new Promise((resolve) => setImmediate(resolve));

/** A stream over this iterator, its items as JSON. */
const streamOf = (iterator: AsyncIterator<unknown>): OpenStream => ({
  iterator,
  encode: (item) => ({ value: JSON.stringify(item), eventId: undefined }),
});

const boom = (): never => {
  throw new Error("boom");
};

describe("a handler", () => {
  it.each([onceCall, streamCall])("is not started for a call that was cancelled in the turn it came in: %s", (make) => {
    let started = 0;
    const count = (): never => {
      started++;
      throw new Error("started");
    };
    const { incoming, said } = handsFor({ once: count, stream: count });
    const call = make();
    call.state = "abandoned";
    incoming.start(call, 0);
    incoming.abort(call, "cancelled");
    expect([started, said]).toEqual([0, ["finish"]]);
  });

  it("that returns a value answers at once", () => {
    const { incoming, said } = handsFor({ once: (work) => JSON.stringify(work.input) });
    incoming.start(onceCall(), 0);
    expect(said).toEqual(["reply 1"]);
  });

  it("that returns a promise answers when it settles", async () => {
    const { incoming, said } = handsFor({ once: async () => undefined });
    incoming.start(onceCall(), 0);
    expect(said).toEqual([]);
    await settled();
    expect(said).toEqual(["reply undefined"]);
  });

  it.each<[string, () => never | Promise<never>, string]>([
    ["an error", boom, "boom"],
    ["null", () => Promise.reject(null), "null"],
    ["an error, later", () => Promise.reject(new Error("late")), "late"],
    [
      "undefined, at once",
      () => {
        throw undefined;
      },
      "undefined",
    ],
  ])("that throws %s answers with an error, be it a call or a stream", async (_, fail, message) => {
    for (const call of [onceCall(), streamCall()]) {
      const { incoming, said } = handsFor({ once: fail, stream: fail });
      incoming.start(call, 0);
      await settled();
      expect(said).toEqual([`fail ${message}`]);
    }
  });
});

describe("a stream", () => {
  it("is ready when it is open, and gives one event for each pull, then its end", async () => {
    const { incoming, said } = handsFor({
      stream: async () =>
        streamOf(
          (async function* () {
            yield 1;
            yield 2;
          })(),
        ),
    });
    const call = streamCall();
    incoming.start(call, 0);
    await settled();
    expect(said).toEqual(["ready"]);
    for (let i = 0; i < 3; i++) {
      pull(incoming, call);
      await settled();
    }
    expect(said).toEqual(["ready", "event 1", "event 2", "finish"]);
  });

  it.each<[string, () => unknown]>([
    ["throws", boom],
    ["returns no promise", () => ({ done: false, value: 1 })],
    ["rejects", () => Promise.reject(new Error("boom"))],
    ["resolves with no result", () => Promise.resolve(null)],
  ])("whose source %s fails, and nothing is thrown here", async (_, next) => {
    const source = { next } as unknown as AsyncIterator<unknown>;
    const { incoming, said } = handsFor({ stream: () => streamOf(source) });
    const call = streamCall();
    incoming.start(call, 0);
    pull(incoming, call);
    await settled();
    expect(said).toHaveLength(2);
    expect(said[1]).toMatch(/^(fail|event 1)/);
  });

  it.each<[string, () => never | Promise<never>]>([
    ["throws", boom],
    ["rejects", () => Promise.reject(new Error("boom"))],
  ])("whose event cannot be encoded because that %s fails, and its source is closed", async (_, encode) => {
    let closed = false;
    const iterator = (async function* () {
      try {
        yield 1;
      } finally {
        closed = true;
      }
    })();
    const { incoming, said } = handsFor({ stream: () => ({ iterator, encode }) });
    const call = streamCall();
    incoming.start(call, 0);
    pull(incoming, call);
    await settled();
    expect(said).toEqual(["ready", "fail boom"]);
    expect(closed).toBe(true);
  });
});

describe("an abort", () => {
  it("fires the handler's signal with its reason", () => {
    for (const [reason, code] of [
      ["cancelled", "CANCELLED"],
      ["deadline", "DEADLINE_EXCEEDED"],
      ["ended", "CANCELLED"],
    ] as const) {
      const { incoming } = handsFor({ once: () => new Promise<never>(() => {}) });
      const call = onceCall();
      incoming.start(call, 0);
      const signal = call.work!.signal;
      expect([signal.aborted, call.work!.aborted]).toEqual([false, false]);
      incoming.abort(call, reason);
      expect(signal.reason).toBeInstanceOf(RpcError);
      expect(signal.reason).toMatchObject({ code });
      expect(call.work!.aborted).toBe(true);
    }
  });

  it("that came before the handler asked for its signal has fired in it", () => {
    const { incoming } = handsFor({ once: () => new Promise<never>(() => {}) });
    const call = onceCall();
    incoming.start(call, 0);
    incoming.abort(call, "deadline");
    incoming.abort(call, "cancelled");
    expect(call.work!.signal.reason).toMatchObject({ code: "DEADLINE_EXCEEDED" });
  });

  it("ends a stream when its clean-up has ended, and not before", async () => {
    let finishCleanUp = () => {};
    const cleanUp = new Promise<void>((resolve) => {
      finishCleanUp = resolve;
    });
    const iterator = (async function* () {
      try {
        yield 1;
      } finally {
        await cleanUp;
      }
    })();
    const { incoming, said } = handsFor({ stream: () => streamOf(iterator) });
    const call = streamCall();
    incoming.start(call, 0);
    pull(incoming, call);
    await settled();
    incoming.abort(call, "cancelled");
    await settled();
    expect(said).toEqual(["ready", "event 1"]);
    finishCleanUp();
    await settled();
    expect(said).toEqual(["ready", "event 1", "finish"]);
  });

  it("closes a stream that opens only afterwards", async () => {
    let closed = false;
    const source: AsyncIterator<unknown> = {
      next: boom,
      async return() {
        closed = true;
        return { done: true, value: undefined };
      },
    };
    const { incoming, said } = handsFor({ stream: async () => streamOf(source) });
    const call = streamCall();
    incoming.start(call, 0);
    incoming.abort(call, "cancelled");
    await settled();
    expect([closed, said]).toEqual([true, ["finish"]]);
  });

  it.each<[string, Partial<AsyncIterator<unknown>>, string]>([
    ["has no return", {}, "finish"],
    ["throws in return", { return: boom }, "fail boom"],
    ["rejects in return", { return: () => Promise.reject(new Error("boom")) }, "fail boom"],
  ])("frees the slot of a source that %s", async (_, source, last) => {
    const { incoming, said } = handsFor({ stream: () => streamOf({ next: boom, ...source }) });
    const call = streamCall();
    incoming.start(call, 0);
    incoming.abort(call, "cancelled");
    await settled();
    expect(said).toEqual(["ready", last]);
  });
});

describe("work", () => {
  it("tells the handler what the caller said", () => {
    let seen: Work | undefined;
    const { incoming } = handsFor({
      stream: (work) => {
        seen = work;
        return boom();
      },
    });
    incoming.start(streamCall(), 0);
    expect(seen).toMatchObject({ path: "p", input: 1, isStream: true, meta: {}, lastEventId: "e", deadline: Infinity });
  });

  it("counts its deadline from when it was started", () => {
    const call = onceCall();
    handsFor({}).incoming.start(call, 400);
    expect(call.work?.deadline).toBe(600);
    expect(call.work?.isStream).toBe(false);
  });
});

describe("the items of an upstream", () => {
  /** A call that waits for its handler, and then turns out to have an upstream or not. */
  function waiting() {
    const hands = handsFor({ once: () => new Promise<string>(() => {}) });
    const call = onceCall();
    hands.incoming.start(call, 0);
    return { ...hands, call, work: call.work! };
  }

  it("wait until it is known that the procedure has one", async () => {
    const { incoming, call, work, said } = waiting();
    incoming.item(call, "a");
    work.hasUpstream = true;
    incoming.item(call, "b");
    incoming.complete(call);
    const read: unknown[] = [];
    for await (const item of work.openUpstream((item) => item)) read.push(item);
    expect([read, said]).toEqual([
      ["a", "b"],
      ["take 1", "take 1"],
    ]);
  });

  it("are declined where it has none, once", () => {
    const { incoming, call, work, said } = waiting();
    incoming.item(call, "a");
    expect(said).toEqual([]);
    work.hasUpstream = false;
    expect(said).toEqual(["decline"]);
  });
});

describe("R8: a handler whose caller has gone", () => {
  /** How many are abandoned and have not settled. */
  function counted(answerer: Partial<Answerer>) {
    let count = 0;
    const hands = handsFor({
      ...answerer,
      abandoned: (change) => {
        count += change;
      },
    });
    const abandon = (call: IncomingCall<Work>) => {
      call.state = "abandoned";
      hands.incoming.abort(call, "cancelled");
      hands.incoming.abort(call, "ended");
    };
    return { ...hands, abandon, count: () => count };
  }

  it.each([
    ["resolves", () => Promise.resolve("1")],
    ["rejects", () => Promise.reject(new Error("late"))],
  ])("is counted once, until it %s", async (_, settle) => {
    let go = (): void => {};
    const { incoming, abandon, count } = counted({
      once: () => new Promise<void>((resolve) => (go = resolve)).then(settle),
    });
    const call = onceCall();
    incoming.start(call, 0);
    expect(count()).toBe(0);
    abandon(call);
    expect(count()).toBe(1);
    go();
    await settled();
    expect(count()).toBe(0);
  });

  it("is counted until its source has closed", async () => {
    let go = (): void => {};
    const source: AsyncIterator<unknown> = {
      next: () => new Promise(() => {}),
      return: () => new Promise((resolve) => (go = () => resolve({ done: true, value: undefined }))),
    };
    const { incoming, abandon, count } = counted({ stream: () => streamOf(source) });
    const call = streamCall();
    incoming.start(call, 0);
    pull(incoming, call);
    abandon(call);
    await settled();
    expect(count()).toBe(1);
    go();
    await settled();
    expect(count()).toBe(0);
  });

  it("is not counted where its stream is fed, as nothing of it goes on", () => {
    const fed = { wake: () => {}, placed: () => {}, leave: () => {} };
    const { incoming, abandon, count } = counted({
      stream: () => ({ ...streamOf((async function* () {})()), feed: () => fed }),
    });
    const call = streamCall();
    incoming.start(call, 0);
    abandon(call);
    expect(count()).toBe(0);
  });

  it("that never started is not counted", () => {
    const { incoming, abandon, count } = counted({});
    const call = onceCall();
    call.state = "abandoned";
    incoming.start(call, 0);
    abandon(call);
    expect(count()).toBe(0);
  });
});
