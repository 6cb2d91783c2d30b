import { type SlowReader, subscription } from "@trunkline/core";
import { isGap } from "@trunkline/core/internal";
import { VirtualClock } from "@trunkline/core/simulation";
import { describe, expect, it, vi } from "vitest";
import { z } from "zod";
import type { Backplane } from "./backplane.js";
import { MemoryBackplane } from "./memory-backplane.js";
import { createTopic, type TopicOptions, topics } from "./topics.js";

const numbers = subscription({ event: z.number() });

const settled = () => new Promise(setImmediate);

interface Readable extends AsyncIterator<unknown> {
  return?(): Promise<IteratorResult<unknown>>;
}

/** What a reader gets until it would have to wait: the data of events, the reasons of gaps. It then leaves. */
async function read(items: Readable): Promise<unknown[]> {
  const got = await taken(items);
  await items.return?.();
  return got;
}

/** The same, of a reader that stays. */
async function taken(items: Readable): Promise<unknown[]> {
  const got: unknown[] = [];
  const pump = async () => {
    for (let next = await items.next(); !next.done; next = await items.next()) got.push(shown(next.value));
  };
  pump().catch((error: unknown) => got.push(error));
  await settled();
  return got;
}

const shown = (item: unknown) => (isGap(item) ? `gap: ${item.reason}` : (item as { data: unknown }).data);

async function publish(topic: { publish(event: number): Promise<string> }, ...events: number[]): Promise<string[]> {
  const ids: string[] = [];
  for (const event of events) ids.push(await topic.publish(event));
  return ids;
}

describe("a topic", () => {
  it("gives what is published to whoever subscribed before, and nothing earlier", async () => {
    const topic = createTopic(numbers);
    await topic.publish(1);
    const items = topic.subscribe();
    await publish(topic, 2, 3);
    expect(await read(items)).toEqual([2, 3]);
  });

  it("continues after an event's id", async () => {
    const topic = createTopic(numbers);
    const [one, , three] = await publish(topic, 1, 2, 3);
    expect(await read(topic.subscribe({ after: one }))).toEqual([2, 3]);
    expect(await read(topic.subscribe({ after: three }))).toEqual([]);
  });

  it("names each event by the id that its publisher was told", async () => {
    const topic = createTopic(numbers);
    const items = topic.subscribe();
    const id = await topic.publish(1);
    const { value } = await items.next();
    expect(value).toMatchObject({ id, data: 1 });
    await items.return?.();
  });

  it("is one of a family: each key has events of its own", async () => {
    const rooms = topics(numbers);
    const [lobby, booth] = [rooms("lobby").subscribe(), rooms("booth").subscribe()];
    await rooms("lobby").publish(1);
    await rooms("booth").publish(2);
    expect([await read(lobby), await read(booth)]).toEqual([[1], [2]]);
  });

  it("refuses what the contract does not declare, before anybody hears of it", async () => {
    const topic = createTopic(numbers);
    const items = topic.subscribe();
    await expect(topic.publish("one" as never)).rejects.toThrow("the event is not what the contract declares");
    expect(await read(items)).toEqual([]);
  });

  it("passes on what the schema makes of an event, and nothing undeclared", async () => {
    const topic = createTopic(subscription({ event: z.object({ text: z.string().trim() }) }));
    const items = topic.subscribe();
    await topic.publish({ text: " hello ", secret: 5 } as never);
    expect(await read(items)).toEqual([{ text: "hello" }]);
  });

  it("takes events that carry nothing", async () => {
    const topic = createTopic(subscription({}));
    const items = topic.subscribe();
    await topic.publish();
    expect(await read(items)).toEqual([undefined]);
  });

  it("takes an event as large as keep.bytes, and none that is larger", async () => {
    const topic = createTopic(subscription({ event: z.string() }), { keep: { bytes: 10 } });
    await topic.publish("1234567");
    await topic.publish("12345678");
    await expect(topic.publish("123456789")).rejects.toThrow(RangeError);
    expect((await topic.snapshot()).events.map(({ data }) => data)).toEqual(["12345678"]);
  });
});

describe("a reader", () => {
  it("that waits ends at once when it returns, and when its signal fires", async () => {
    const topic = createTopic(numbers);
    const leave = new AbortController();
    const [one, other] = [topic.subscribe(), topic.subscribe({ signal: leave.signal })];
    const waiting = [one.next(), other.next()];
    await settled();
    leave.abort();
    expect(await one.return?.()).toEqual({ done: true, value: undefined });
    expect(await Promise.all(waiting)).toEqual([
      { done: true, value: undefined },
      { done: true, value: undefined },
    ]);
  });

  it("whose signal has fired already reads nothing", async () => {
    const topic = createTopic(numbers);
    const items = topic.subscribe({ signal: AbortSignal.abort() });
    await topic.publish(1);
    expect(await items.next()).toEqual({ done: true, value: undefined });
  });

  it("R11: shares each event's text with all others", async () => {
    const topic = createTopic(subscription({ event: z.string() }));
    const readers = Array.from({ length: 1_000 }, () => topic.subscribe());
    const waiting = readers.map((reader) => reader.next());
    await topic.publish("hello");
    const items = (await Promise.all(waiting)).map(({ value }) => value);
    expect(new Set(items).size).toBe(1);
    expect(items[0]).toMatchObject({ data: "hello" });
    await Promise.all(readers.map((reader) => reader.return?.()));
  });

  it("R11: that does not read holds up nobody, and gets everything when it does", async () => {
    const topic = createTopic(numbers);
    const [slow, ...fast] = Array.from({ length: 1_000 }, () => topic.subscribe());
    const first = slow!.next();
    const got = await Promise.all(fast.map((reader) => taken(reader)));
    await publish(topic, 1, 2, 3);
    await settled();
    expect(got.every((events) => events.join() === "1,2,3")).toBe(true);
    expect([shown((await first).value), ...(await read(slow!))]).toEqual([1, 2, 3]);
    await Promise.all(fast.map((reader) => reader.return?.()));
  });
});

describe("a gap", () => {
  it("stands where events are no longer kept, and the rest follows", async () => {
    const topic = createTopic(numbers, { keep: { events: 2 } });
    const [one, two] = await publish(topic, 1, 2, 3);
    expect(await read(topic.subscribe({ after: one }))).toEqual([2, 3]);
    await topic.publish(4);
    expect(await read(topic.subscribe({ after: two }))).toEqual([3, 4]);
    expect(await read(topic.subscribe({ after: one }))).toEqual([
      "gap: events after this one are no longer kept",
      3,
      4,
    ]);
  });

  it("M9: stands before everything for an id from before a restart", async () => {
    const id = await createTopic(numbers).publish(1);
    const restarted = createTopic(numbers);
    await restarted.publish(2);
    expect(await read(restarted.subscribe({ after: id }))).toEqual(["gap: the topic's log has begun anew", 2]);
  });

  it("M7: stands before everything for another topic's id", async () => {
    const rooms = topics(numbers);
    await rooms("lobby").publish(1);
    const id = await rooms("booth").publish(2);
    expect(await read(rooms("lobby").subscribe({ after: id }))).toEqual([
      "gap: the event id is not one of this topic's",
      1,
    ]);
  });

  it("M7: stands before everything for whatever else a client may send", async () => {
    const topic = createTopic(numbers);
    const id = await topic.publish(1);
    const [epoch, offset, tag] = id.split("-");
    const offsets = ["2", "-1", "NaN", "1.5", "1e3", "01", "+1", " 1", "", "9007199254740992", "9".repeat(1_000)];
    const forged = [
      "",
      "x",
      "1",
      "__proto__",
      id.toUpperCase(),
      `${id}0`,
      `${id}\n`,
      `${epoch}-${offset}`,
      "-".repeat(9),
    ];
    for (const after of [...offsets.map((given) => `${epoch}-${given}-${tag}`), ...forged]) {
      const [gap, ...rest] = await read(topic.subscribe({ after }));
      expect([String(gap).slice(0, 4), ...rest], JSON.stringify(after)).toEqual(["gap:", 1]);
    }
    for (const after of [5, null, {}, Number.NaN]) {
      expect(await read(topic.subscribe({ after: after as never }))).toHaveLength(2);
    }
  });

  it("B2: stands where a reader was when the log began anew under it", async () => {
    const backplane = new Restarting();
    const topic = createTopic(numbers, { backplane, name: "n" });
    const items = topic.subscribe();
    const got = await taken(items);
    await topic.publish(1);
    backplane.restart();
    await topic.publish(2);
    await settled();
    expect(got).toEqual([1, "gap: the topic's log has begun anew", 2]);
    await items.return?.();
  });
});

/** A backplane that loses its logs, and says so. */
class Restarting implements Backplane {
  readonly shared = false;
  #inner = new MemoryBackplane();
  readonly #lost = new Set<() => void>();

  restart(): void {
    this.#inner = new MemoryBackplane();
    for (const lost of [...this.#lost]) lost();
  }

  append: Backplane["append"] = (...args) => this.#inner.append(...args);
  read: Backplane["read"] = (...args) => this.#inner.read(...args);
  follow: Backplane["follow"] = (topic, after, follower) => {
    const lost = () => follower.lost();
    this.#lost.add(lost);
    const stop = this.#inner.follow(topic, after, follower);
    return () => {
      this.#lost.delete(lost);
      stop();
    };
  };
}

describe("a snapshot", () => {
  it("has the latest events, and says whether there are more", async () => {
    const topic = createTopic(numbers);
    await publish(topic, 1, 2, 3);
    const all = await topic.snapshot();
    expect([all.events.map(({ data }) => data), all.more]).toEqual([[1, 2, 3], false]);
    const last = await topic.snapshot({ last: 2 });
    expect([last.events.map(({ data }) => data), last.more]).toEqual([[2, 3], true]);
    const exact = await topic.snapshot({ last: 3 });
    expect([exact.events.length, exact.more]).toEqual([3, false]);
  });

  it("goes back page by page", async () => {
    const topic = createTopic(numbers);
    await publish(topic, 1, 2, 3);
    const { events } = await topic.snapshot({ last: 2 });
    const before = await topic.snapshot({ last: 2, before: events[0]?.id });
    expect([before.events.map(({ data }) => data), before.more]).toEqual([[1], false]);
    for (const stranger of ["", "x", await createTopic(numbers).publish(1)]) {
      expect(await topic.snapshot({ before: stranger })).toMatchObject({ events: [], more: false });
    }
  });

  it("is bounded in bytes, and has one event in any case", async () => {
    const topic = createTopic(numbers);
    await publish(topic, 111, 222, 333);
    const sizes = [5, 6, 7, 8, 9].map(async (bytes) => (await topic.snapshot({ bytes })).events.length);
    expect(await Promise.all(sizes)).toEqual([1, 2, 2, 2, 3]);
    expect((await topic.snapshot({ bytes: 1 })).events).toHaveLength(1);
  });

  it("of an empty topic can be continued from too", async () => {
    const topic = createTopic(numbers);
    const { events, cursor } = await topic.snapshot();
    expect(events).toEqual([]);
    await topic.publish(1);
    expect(await read(topic.subscribe({ after: cursor }))).toEqual([1]);
  });

  it("and what follows it have every event once, whenever others publish", async () => {
    const topic = createTopic(numbers, { keep: { events: 10_000 } });
    let published = 0;
    const publishing = (async () => {
      while (published < 500) {
        await topic.publish(published++);
        if (published % 7 === 0) await settled();
      }
    })();
    const joined = Array.from({ length: 20 }, async (_, turn) => {
      for (let wait = 0; wait < turn * 3; wait++) await settled();
      const { events, cursor } = await topic.snapshot();
      const items = topic.subscribe({ after: cursor });
      const live = await taken(items);
      await publishing;
      await settled();
      await items.return?.();
      return [...events.map(({ data }) => data), ...live];
    });
    const everything = Array.from({ length: 500 }, (_, number) => number);
    for (const got of await Promise.all(joined)) expect(got).toEqual(everything);
  });
});

describe("R9: a reader that is slow", () => {
  const event = z.object({ user: z.string(), n: z.number() });
  const states: [string, SlowReader<"user">, unknown[]][] = [
    ["block", "block", ["a1", "b2", "a3", "b4", "a5"]],
    ["latest", "latest", ["a5"]],
    ["latest by key", { latest: "user" }, ["b4", "a5"]],
    ["dropOldest, not so far behind", { dropOldest: 5 }, ["a1", "b2", "a3", "b4", "a5"]],
    ["dropOldest", { dropOldest: 4 }, ["gap: the reader was more than 4 events behind", "b2", "a3", "b4", "a5"]],
    ["fail, not so far behind", { fail: 5 }, ["a1", "b2", "a3", "b4", "a5"]],
    ["fail", { fail: 4 }, ["RESOURCE_EXHAUSTED"]],
  ];

  it.each(states)("under %s", async (_, slow, expected) => {
    const topic = createTopic(subscription({ event, slow }) as never as typeof declared);
    const items = topic.subscribe();
    // It has been there, and read what there was.
    const first = items.next();
    await settled();
    await topic.publish({ user: "a", n: 0 });
    await first;
    for (let n = 1; n <= 5; n++) await topic.publish({ user: n % 2 === 1 ? "a" : "b", n });
    const got = (await read(items)).map((item) =>
      typeof item === "object" ? ((item as { code?: string }).code ?? Object.values(item as object).join("")) : item,
    );
    expect(got).toEqual(expected);
  });

  const declared = subscription({ event });

  it.each([{ dropOldest: 2 }, { fail: 2 }])("is not one who comes back and finds much: %j", async (slow) => {
    const topic = createTopic(subscription({ event: z.number(), slow }));
    const [one] = await publish(topic, 1, 2, 3, 4, 5);
    expect(await read(topic.subscribe({ after: one }))).toEqual([2, 3, 4, 5]);
  });
});

describe("a topic of the latest events", () => {
  const typing = subscription({ event: z.object({ user: z.string(), on: z.boolean() }), slow: { latest: "user" } });
  const [ada, bob] = ["ada", "bob"].map((user) => ({ user, on: true }));

  it("begins with the state, whoever comes and with whatever id", async () => {
    const topic = createTopic(typing, { keep: { events: 2 } });
    await topic.publish(ada!);
    const id = await topic.publish(bob!);
    for (let turn = 0; turn < 100; turn++) await topic.publish({ ...ada!, on: turn % 2 === 1 });
    expect(await read(topic.subscribe())).toEqual([bob, ada]);
    expect(await read(topic.subscribe({ after: "of another process" }))).toEqual([bob, ada]);
    expect(await read(topic.subscribe({ after: id }))).toEqual([ada]);
  });

  it("refuses an event without its key", async () => {
    const loose = subscription({ event: z.object({ user: z.string().optional() }), slow: { latest: "user" } });
    await expect(createTopic(loose).publish({})).rejects.toThrow("expected an event with the property user");
  });
});

describe("bounds", () => {
  it("of age", async () => {
    const clock = new VirtualClock();
    const topic = createTopic(numbers, { keep: { ageMs: 100 }, clock });
    const one = await topic.publish(1);
    await topic.publish(2);
    clock.advance(100);
    expect(await read(topic.subscribe({ after: one }))).toEqual([2]);
    clock.advance(1);
    expect(await read(topic.subscribe({ after: one }))).toEqual(["gap: events after this one are no longer kept"]);
    expect(clock.idle).toBe(true);
  });

  it("R23: of topics: one more than maxTopics is refused, to be read and to be written", async () => {
    const rooms = topics(numbers, { maxTopics: 2 });
    await rooms("a").publish(1);
    await rooms("b").publish(1);
    await expect(rooms("c").publish(1)).rejects.toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    const [one, other, third] = ["a", "b", "c"].map((key) => rooms(key).subscribe());
    const waiting = [one!.next(), other!.next()];
    await expect(third!.next()).rejects.toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    await one!.return?.();
    expect(await read(rooms("c").subscribe())).toEqual([]);
    await other!.return?.();
    await Promise.all(waiting);
  });

  it("of topics: those whose events have aged make room", async () => {
    const clock = new VirtualClock();
    const rooms = topics(numbers, { maxTopics: 1, keep: { ageMs: 10 }, clock });
    const id = await rooms("a").publish(1);
    clock.advance(11);
    await rooms("b").publish(2);
    clock.advance(11);
    await rooms("a").publish(3);
    expect(await read(rooms("a").subscribe({ after: id }))).toEqual([
      "gap: events after this one are no longer kept",
      3,
    ]);
  });

  it("B4: of publishing: one more than maxPending is refused while the backplane is slow", async () => {
    const slow = new Broken({ append: () => new Promise(() => {}) });
    const topic = createTopic(numbers, { backplane: slow, name: "n", maxPending: 2 });
    void topic.publish(1);
    void topic.publish(2);
    await expect(topic.publish(3)).rejects.toMatchObject({ code: "RESOURCE_EXHAUSTED" });
  });

  it("of keys: a longer one is the caller's mistake", () => {
    expect(() => topics(numbers)("x".repeat(256))).not.toThrow();
    expect(() => topics(numbers)("x".repeat(257))).toThrow("at most 256");
    expect(() => topics(numbers)(5 as never)).toThrow("a topic's key is a string");
  });
});

/** A memory backplane of which one part is replaced. */
class Broken extends MemoryBackplane {
  constructor(parts: Partial<Backplane>) {
    super();
    Object.assign(this, parts);
  }
}

describe("a backplane that cannot be reached", () => {
  const refuse = () => Promise.reject(new Error("connection refused to redis.internal"));
  const unavailable = { code: "UNAVAILABLE", message: "the topic's log cannot be reached" };

  it("B1: fails what is asked of it with UNAVAILABLE, and is reported", async () => {
    const errors: unknown[] = [];
    const backplane = new Broken({ append: refuse, read: refuse });
    const topic = createTopic(numbers, { backplane, name: "n", onError: (error) => void errors.push(error) });
    await expect(topic.publish(1)).rejects.toMatchObject(unavailable);
    await expect(topic.snapshot()).rejects.toMatchObject(unavailable);
    await expect(topic.subscribe().next()).rejects.toMatchObject(unavailable);
    await expect(topic.subscribe({ after: "x" }).next()).rejects.toMatchObject(unavailable);
    expect(errors.map(String)).toEqual(Array(4).fill("Error: connection refused to redis.internal"));
  });

  it("is asked again by the next reader", async () => {
    const backplane = new Broken({});
    const read = backplane.read.bind(backplane);
    const topic = createTopic(numbers, { backplane, name: "n", onError: () => {} });
    await topic.publish(1);
    const { cursor } = await topic.snapshot();
    await topic.publish(2);
    Object.assign(backplane, { read: refuse });
    await expect(topic.subscribe({ after: cursor }).next()).rejects.toMatchObject(unavailable);
    Object.assign(backplane, { read });
    expect(await topic.subscribe({ after: cursor }).next()).toMatchObject({ value: { data: 2 } });
  });

  it("is given up when each log it gives is lost at once", async () => {
    const backplane = new Broken({
      follow: (_topic, _after, follower) => {
        follower.lost();
        return () => {};
      },
    });
    const errors: unknown[] = [];
    const topic = createTopic(numbers, { backplane, name: "n", onError: (error) => void errors.push(error) });
    await expect(topic.subscribe().next()).rejects.toMatchObject(unavailable);
    expect(errors).toEqual([new Error("the log was lost again and again while it was read")]);
  });

  it("and an onError that throws harm nobody else", async () => {
    const said = vi.spyOn(console, "error").mockImplementation(() => {});
    const onError = () => {
      throw new Error("canary");
    };
    const topic = createTopic(numbers, { backplane: new Broken({ append: refuse }), name: "n", onError });
    await expect(topic.publish(1)).rejects.toMatchObject(unavailable);
    expect(said.mock.calls).toEqual([["trunkline: a topic's onError failed"]]);
    said.mockRestore();
  });
});

describe("a backplane that others write to", () => {
  class Shared extends MemoryBackplane {
    override readonly shared = true as never;
  }

  it("B5: has what they wrote validated: a poisoned entry is a gap, and reported", async () => {
    const errors: unknown[] = [];
    const backplane = new Shared();
    const named = {
      backplane,
      name: "n",
      keep: { bytes: 1_000 },
      onError: (error: unknown) => void errors.push(error),
    } satisfies TopicOptions;
    const topic = createTopic(subscription({ event: z.object({ n: z.number() }) }), named);
    const items = topic.subscribe();
    const keep = { events: 100, bytes: 10_000, ageMs: 1_000 };
    const poison = [
      "",
      "{",
      "null",
      '{"n":"1"}',
      `${"[".repeat(400)}${"]".repeat(400)}`,
      `{"n":1${" ".repeat(1_000)}}`,
    ];
    for (const text of poison) await backplane.append("n", text, { keep });
    await backplane.append("n", '{"n":1,"undeclared":2}', { keep });
    await topic.publish({ n: 2 });
    const got = await read(items);
    expect(got).toEqual([...Array(6).fill("gap: an event could not be read"), { n: 1 }, { n: 2 }]);
    expect(errors).toHaveLength(6);
    expect((await topic.snapshot({ last: 2 })).events.map(({ data }) => data)).toEqual([{ n: 1 }, { n: 2 }]);
  });

  it("asks for a schema that takes what it gives", async () => {
    const event = z.string().transform((text) => text.length);
    const topic = createTopic(subscription({ event }), { backplane: new Shared(), name: "n" });
    await expect(topic.publish("four")).rejects.toThrow("the event is not what the contract declares");
    await expect(createTopic(subscription({ event })).publish("four")).resolves.toContain("-");
  });
});

describe("the options are refused", () => {
  const tree = z.object({
    data: z.instanceof(Uint8Array),
    get inner() {
      return z.array(tree);
    },
  });

  it.each([
    ["for a backplane without a name", { backplane: new MemoryBackplane() }, "expected a name beside the backplane"],
    ["for no events", { keep: { events: 0 } }, "expected events to be a positive number, but came 0"],
    ["for no age", { keep: { ageMs: Number.NaN } }, "expected ageMs to be a positive number, but came NaN"],
    ["for no topics", { maxTopics: -1 }, "expected maxTopics to be"],
  ])("%s", (_, options, message) => {
    expect(() => createTopic(numbers, options as TopicOptions)).toThrow(message);
  });

  it("for what is no subscription", () => {
    expect(() => createTopic({ kind: "query", definition: {} } as never)).toThrow("but came a query");
    expect(() => createTopic(undefined as never)).toThrow("but came a value of type undefined");
  });

  it.each<[string, z.ZodType]>([
    ["are bytes", z.instanceof(Uint8Array)],
    [
      "may have bytes, however deep",
      z.object({ parts: z.array(z.object({ data: z.instanceof(Uint8Array).optional() })) }),
    ],
    ["may have themselves, and then bytes", tree],
  ])("for events that %s", (_, event) => {
    for (const make of [createTopic, topics]) {
      expect(() => make(subscription({ event }))).toThrow("those of this subscription may have bytes");
    }
  });

  it("for no member that is merely called bytes", async () => {
    const event = z.object({ bytes: z.number(), at: z.date() });
    const topic = createTopic(subscription({ event }));
    await expect(topic.publish({ bytes: 1, at: new Date(0) })).resolves.toContain("-");
  });

  it("when a schema has to be waited for", async () => {
    const event = z.number().refine(async () => true);
    await expect(createTopic(subscription({ event })).publish(1)).rejects.toThrow("must validate synchronously");
  });
});
