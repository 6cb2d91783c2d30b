import { afterEach, describe, expect, it } from "vitest";
import { LinkedPeers, type LinkedPeersOptions, LinkedTransport, settled } from "../../test/linked-peers.js";
import type { OutgoingRequest } from "../machine/outgoing-call.js";
import { peerLimits } from "../protocol/limits.js";
import type { OpenStream } from "./open-stream.js";
import { callOnce, openChannel } from "./outgoing.js";
import type { Work } from "./work.js";

let peers: LinkedPeers;

/** What one test ends with: nothing is held, nothing is set, nobody waits. */
afterEach(async () => {
  peers.end();
  await settled();
  expect(peers.clock.pending).toBe(0);
  expect(peers.client.holdings).toMatchObject({ calls: 0, backlog: 0, replay: 0 });
  expect(peers.server.holdings).toMatchObject({ calls: 0, backlog: 0, replay: 0 });
});

function linked(options: LinkedPeersOptions = {}): LinkedPeers {
  peers = new LinkedPeers(options);
  return peers;
}

const base: OutgoingRequest = { kind: "query", path: '"p"', repeatable: true, input: undefined, deadline: Infinity };
const query = (input: unknown, changes: Partial<OutgoingRequest> = {}): OutgoingRequest => ({
  ...base,
  input: JSON.stringify(input),
  ...changes,
});
const mutation = (input: unknown) => query(input, { kind: "mutation", repeatable: false });
const stream = (changes: Partial<OutgoingRequest> = {}): OutgoingRequest => ({
  ...base,
  ...{ kind: "subscription", credit: { events: 64, maxEvents: 64 } },
  ...changes,
});
const report = (error: unknown) => {
  throw error;
};

/** Answers with what it was asked, and counts. */
function echo() {
  const asked: unknown[] = [];
  const once = (work: Work) => {
    asked.push(work.input);
    return JSON.stringify(work.input);
  };
  return { asked, once };
}

/** Answers when told. */
function held() {
  const answers: (() => void)[] = [];
  const works: Work[] = [];
  const once = (work: Work) => {
    works.push(work);
    return new Promise<string>((resolve) => answers.push(() => resolve(JSON.stringify(work.input))));
  };
  return { answers, works, once };
}

/** Counts from after the last event id; notes how far it came and whether it was closed. */
function counter(until = Infinity) {
  const seen = { yielded: 0, closed: 0, after: [] as (string | undefined)[] };
  const open = (work: Work): OpenStream => {
    seen.after.push(work.lastEventId);
    const iterator = (async function* () {
      try {
        for (let n = Number(work.lastEventId ?? 0) + 1; n <= until; n++) {
          seen.yielded++;
          yield n;
        }
      } finally {
        seen.closed++;
      }
    })();
    return { iterator, encode: (n) => ({ value: JSON.stringify(n), eventId: String(n) }) };
  };
  return { seen, stream: open };
}

const framesOf = (text: string): unknown[] => (JSON.parse(text) as unknown[]).slice(1);

describe("a call", () => {
  it("is answered", async () => {
    const { client } = linked({ server: echo() });
    expect(await callOnce(client, query({ a: 1 }))).toEqual({ a: 1 });
  });

  it("goes the other way too", async () => {
    const { server } = linked({ client: echo() });
    expect(await callOnce(server, query("from the server"))).toBe("from the server");
  });

  it("rejects with what its handler failed with", async () => {
    const { client } = linked({
      server: {
        once: () => {
          throw null;
        },
      },
    });
    await expect(callOnce(client, query(1))).rejects.toMatchObject({ code: "INTERNAL", message: "null" });
  });

  it("rejects when its answer is larger than the client takes, and whoever answers hears of it", async () => {
    const { client, heard } = linked({
      server: { once: () => JSON.stringify("a".repeat(2_000)) },
      limits: { messageBytes: 1_000 },
    });
    await expect(callOnce(client, query(1))).rejects.toMatchObject({ code: "INTERNAL" });
    expect(heard).toEqual(["server oversized p"]);
  });

  it("rejects at its deadline, and its handler hears of it", async () => {
    const { works, once } = held();
    const { client, clock } = linked({ server: { once } });
    const promise = callOnce(client, query(1, { deadline: 1_000 }));
    await settled();
    clock.stepTo(999);
    expect(works[0]?.signal.aborted).toBe(false);
    clock.stepTo(1_000);
    await expect(promise).rejects.toMatchObject({ code: "DEADLINE_EXCEEDED", outcome: "unknown" });
    await settled();
    expect(works[0]?.signal.aborted).toBe(true);
  });
});

describe("a turn", () => {
  it("is one message, whatever is said in it", async () => {
    const { client, line } = linked({ server: echo() });
    const promises = Array.from({ length: 10 }, (_, i) => callOnce(client, query(i)));
    expect(line[0].sent).toEqual([]);
    await Promise.all(promises);
    expect(line[0].sent.map((text) => framesOf(text).length)).toEqual([10]);
    expect(line[1].sent.map((text) => framesOf(text).length)).toEqual([10]);
  });

  it("writes 16 frames before it is over, and then twice as many each time; the next begins with 16 again", async () => {
    const { client, line } = linked({ server: echo() });
    const sizes = () => line[0].sent.map((text) => framesOf(text).length);
    const promises = Array.from({ length: 120 }, (_, i) => callOnce(client, query(i)));
    expect(sizes()).toEqual([16, 32, 64]);
    expect(await Promise.all(promises)).toEqual(Array.from({ length: 120 }, (_, i) => i));
    expect(sizes()).toEqual([16, 32, 64, 8]);
    const more = Array.from({ length: 20 }, (_, i) => callOnce(client, query(i)));
    expect(sizes()).toEqual([16, 32, 64, 8, 16]);
    await Promise.all(more);
  });
});

describe("an abort signal", () => {
  it.each([
    ["before the call", 0, "not-sent", 0],
    ["in the same turn", 1, "not-sent", 0],
    ["when the call was sent", 2, "unknown", 1],
  ] as const)("that fires %s rejects the call once", async (_, moment, outcome, started) => {
    const { works, once } = held();
    const { client } = linked({ server: { once } });
    const controller = new AbortController();
    if (moment === 0) controller.abort();
    const promise = callOnce(client, query(1), controller.signal);
    if (moment === 2) await settled();
    controller.abort();
    await expect(promise).rejects.toMatchObject({ code: "CANCELLED", outcome });
    await settled();
    expect(works).toHaveLength(started);
    for (const work of works) expect(work.signal.reason).toMatchObject({ code: "CANCELLED" });
  });

  it("that fires before the call keeps it from being sent, though it would have been the 16th of its turn", async () => {
    const { asked, once } = echo();
    const { client } = linked({ server: { once } });
    const others = Array.from({ length: 15 }, (_, i) => callOnce(client, query(i)));
    await expect(callOnce(client, mutation("never"), AbortSignal.abort())).rejects.toMatchObject({
      outcome: "not-sent",
    });
    await Promise.all(others);
    expect(asked).not.toContain("never");
  });

  it("that fires while there is no transport rejects at once", async () => {
    const { client } = linked();
    peers.break();
    const controller = new AbortController();
    const promise = callOnce(client, query(1), controller.signal);
    controller.abort();
    await expect(promise).rejects.toMatchObject({ code: "CANCELLED", outcome: "not-sent" });
  });

  it("that fires after the answer changes nothing", async () => {
    const { client, line } = linked({ server: echo() });
    const controller = new AbortController();
    expect(await callOnce(client, query(1), controller.signal)).toBe(1);
    controller.abort();
    await settled();
    expect(line[0].sent).toHaveLength(1);
  });

  it("that fires when the answer is on its way still rejects, and the answer is ignored", async () => {
    const { answers, once } = held();
    const { client, line } = linked({ server: { once } });
    const controller = new AbortController();
    const promise = callOnce(client, query(1), controller.signal);
    await settled();
    line[0].cut = true;
    controller.abort();
    answers[0]!();
    await expect(promise).rejects.toMatchObject({ code: "CANCELLED", outcome: "unknown" });
    await settled();
    expect(peers.heard).toEqual([]);
  });
});

describe("a subscription", () => {
  it("S14: whose source never waits lets others have their turn, and then goes on", async () => {
    const { seen, stream: open } = counter();
    const credit = { events: 1_024, maxEvents: 1_024 };
    const { client, clock } = linked({ server: { stream: open } });
    const channels = Array.from({ length: 3 }, () =>
      openChannel<number>(client, stream({ credit }), { path: "feed", report }),
    );
    await settled();
    expect(seen.yielded).toBeLessThanOrEqual(1_024);
    for (let now = 1; now <= 4; now++) {
      clock.stepTo(now);
      await settled();
    }
    expect(seen.yielded).toBe(3 * 1_024);
    for (const channel of channels) await channel.return();
  });

  it("is read to its end", async () => {
    const { seen, stream: open } = counter(200);
    const { client } = linked({ server: { stream: open } });
    const events: number[] = [];
    for await (const event of openChannel<number>(client, stream(), { path: "feed", report })) events.push(event);
    expect(events).toEqual(Array.from({ length: 200 }, (_, i) => i + 1));
    expect(seen.closed).toBe(1);
  });

  it("stops its generator at 64 events when nobody reads", async () => {
    const { seen, stream: open } = counter();
    const { client } = linked({ server: { stream: open } });
    const channel = openChannel<number>(client, stream(), { path: "feed", report });
    await settled();
    expect(seen.yielded).toBe(64);
    for (let i = 0; i < 31; i++) await channel.next();
    await settled();
    expect(seen.yielded).toBe(64);
    await channel.next();
    await settled();
    expect(seen.yielded).toBe(96);
    await channel.return();
  });

  it("that is left sends one cancel, and the generator's finally runs", async () => {
    const { seen, stream: open } = counter();
    const { client, line } = linked({ server: { stream: open } });
    for await (const event of openChannel<number>(client, stream(), { path: "feed", report })) if (event === 3) break;
    await settled();
    expect(seen.closed).toBe(1);
    expect(line[0].sent.flatMap(framesOf).filter((frame) => (frame as unknown[])[0] === 3)).toEqual([[3, 1]]);
    expect(peers.server.holdings.handlers).toBe(0);
  });

  it("keeps its slot until the generator's finally has ended", async () => {
    let finishCleanUp = () => {};
    const iterator = (async function* () {
      try {
        yield 1;
        yield 2;
      } finally {
        await new Promise<void>((resolve) => {
          finishCleanUp = resolve;
        });
      }
    })();
    const { client, server } = linked({
      server: { stream: () => ({ iterator, encode: (n) => ({ value: JSON.stringify(n), eventId: undefined }) }) },
    });
    const channel = openChannel<number>(client, stream(), { path: "feed", report });
    await channel.next();
    await channel.return();
    await settled();
    expect(server.holdings.handlers).toBe(1);
    finishCleanUp();
    await settled();
    expect(server.holdings.handlers).toBe(0);
  });

  it("tells a gap in its place", async () => {
    const items = [1, { gap: "hole" }, 2];
    const open = (): OpenStream => ({
      iterator: (async function* () {
        yield* items;
      })(),
      encode: (item) =>
        typeof item === "number" ? { value: String(item), eventId: undefined } : (item as { gap: string }),
    });
    const { client } = linked({ server: { stream: open } });
    const heard: unknown[] = [];
    const onGap = (gap: unknown) => void heard.push(gap);
    for await (const event of openChannel<number>(client, stream(), { path: "feed", report, onGap })) heard.push(event);
    expect(heard).toEqual([1, { reason: "hole" }, 2]);
    const silent = openChannel<number>(client, stream(), { path: "feed", report });
    expect(await silent.next()).toEqual({ done: false, value: 1 });
    await expect(silent.next()).rejects.toMatchObject({ code: "DATA_LOSS" });
  });
});

describe("within a callback", () => {
  it("a call may be made", async () => {
    const { client } = linked({ server: { ...echo(), stream: counter(3).stream } });
    const answers: Promise<unknown>[] = [];
    await new Promise<void>((resolve) => {
      openChannel<number>(client, stream(), { path: "feed", report }).subscribe({
        onEvent: (event) => void answers.push(callOnce(client, query(event))),
        onEnd: resolve,
      });
    });
    expect(await Promise.all(answers)).toEqual([1, 2, 3]);
  });

  it("the subscription may be ended, and nothing more is heard", async () => {
    const { seen, stream: open } = counter();
    const { client } = linked({ server: { stream: open } });
    const events: number[] = [];
    const stop = openChannel<number>(client, stream(), { path: "feed", report }).subscribe({
      onEvent: (event) => {
        events.push(event);
        if (event === 2) stop();
      },
    });
    await settled();
    expect(events).toEqual([1, 2]);
    expect(seen.closed).toBe(1);
  });

  it("the peer may be ended, and every call settles", async () => {
    const { client } = linked({ server: { once: held().once, stream: counter().stream } });
    const other = callOnce(client, query(1));
    const errors: string[] = [];
    openChannel<number>(client, stream(), { path: "feed", report }).subscribe({
      onEvent: () => client.end("normal", "UNAVAILABLE", "enough"),
      onError: ({ code }) => void errors.push(code),
    });
    await expect(other).rejects.toMatchObject({ code: "UNAVAILABLE", outcome: "unknown", message: "enough" });
    expect(errors).toEqual(["UNAVAILABLE"]);
    await expect(callOnce(client, query(2))).rejects.toMatchObject({ code: "UNAVAILABLE", outcome: "not-sent" });
  });

  it("of a lost transport the next one may be attached at once", async () => {
    const { asked, once } = echo();
    const { client } = linked({ server: { once }, owner: { detached: () => peers.link({ resumed: true }) } });
    const promise = callOnce(client, query(1));
    peers.line[1].break();
    peers.line[0].break();
    expect(await promise).toBe(1);
    expect(asked).toEqual([1]);
  });

  it("of a send another transport may take over, and what was meant for the old one does not reach it", async () => {
    const { asked, once } = echo();
    const { client } = linked({ server: { once }, limits: { batchFrames: 4 } });
    const [old] = peers.line;
    const sendOld = old.send.bind(old);
    old.send = (text) => {
      sendOld(text);
      old.send = sendOld;
      peers.link({ resumed: true });
      return true;
    };
    const promises = Array.from({ length: 16 }, (_, i) => callOnce(client, query(i)));
    expect(await Promise.all(promises)).toHaveLength(16);
    expect(asked).toEqual(Array.from({ length: 16 }, (_, i) => i));
    expect(peers.heard).toEqual(["client detached 4409"]);
  });
});

describe("a transport", () => {
  it("that is full is written to again when it has drained", async () => {
    const { client, line } = linked({ server: echo() });
    line[0].full = true;
    const first = callOnce(client, query(1));
    expect(await first).toBe(1);
    const second = callOnce(client, query(2));
    await settled();
    expect(line[0].sent).toHaveLength(1);
    line[0].drain();
    expect(await second).toBe(2);
  });

  it("that breaks is reported once, and the session goes on without", async () => {
    const { client, heard } = linked();
    peers.break();
    expect(heard).toEqual(["client detached 1006", "server detached 1006"]);
    expect(client.line.attached).toBe(false);
  });

  it("is taken over by the next one", async () => {
    const { client, line: old } = linked({ server: echo() });
    peers.link({ resumed: true });
    expect(old.map((transport) => transport.closedWith)).toEqual([4409, 4409]);
    expect(client.line.attached).toBe(true);
    old[0].hear("[[99,0]]");
    expect(await callOnce(client, query(1))).toBe(1);
  });

  it("that says nonsense ends the session", () => {
    const { line, heard } = linked();
    line[0].hear("nonsense");
    expect(line[0].closedWith).toBe(4400);
    expect(heard).toContain("client broken protocol");
  });

  it("whose greeting does not fit is closed", () => {
    const { client, heard, limits } = linked();
    const [transport] = LinkedTransport.pair();
    client.attach(transport, { resumed: true, received: 9, peer: peerLimits(limits), beatMs: undefined, silenceMs: 1 });
    expect(transport.closedWith).toBe(4400);
    expect([heard.at(-1), client.line.attached]).toEqual(["client broken protocol", false]);
  });

  it("is pinged by the server, and given up by a client that hears nothing", async () => {
    const { line, clock, heard } = linked();
    clock.stepTo(25_000);
    expect(line[1].pings).toBe(1);
    expect(line[1].sent).toEqual(["[[1,0]]"]);
    line[1].cut = true;
    for (let now = 26_000; now <= 85_000; now += 500) clock.stepTo(now);
    expect(line[0].closedWith).toBe(4418);
    expect(heard).toContain("client detached 4418");
  });

  it("given up by an owner that ends everything then: its handlers know before `end` returns", async () => {
    const answerer = held();
    let told: boolean | undefined;
    const { client, server, line, clock } = linked({
      client: answerer,
      owner: {
        detached: () => {
          client.end("normal", "UNAVAILABLE", "nobody is there");
          told = answerer.works[0]?.aborted;
        },
      },
    });
    const unanswered = callOnce(server, query(1)).catch(() => {});
    await settled();
    line[1].cut = true;
    for (let now = 1_000; now <= 61_000; now += 500) clock.stepTo(now);
    expect(told).toBe(true);
    server.end("normal", "UNAVAILABLE", "the test is over");
    answerer.answers[0]?.();
    await unanswered;
  });

  it("that brings part of a large message is not given up", () => {
    const { client, clock, limits } = linked();
    const [transport] = LinkedTransport.pair();
    const growing = Object.assign(transport, { bytesReceived: 0 });
    client.attach(growing, {
      resumed: true,
      received: 0,
      peer: peerLimits(limits),
      beatMs: undefined,
      silenceMs: 1_000,
    });
    for (const now of [1_000, 2_000, 3_000]) {
      growing.bytesReceived += 1;
      clock.stepTo(now);
    }
    expect(client.line.attached).toBe(true);
    clock.stepTo(4_000);
    expect(client.line.attached).toBe(false);
  });
});

describe("a session that resumes", () => {
  it.each(["request", "answer"] as const)("replays a lost %s, and no handler runs twice", async (lost) => {
    const { asked, once } = echo();
    const { client } = linked({ server: { once } });
    peers.line[lost === "request" ? 0 : 1].cut = true;
    const promises = [1, 2, 3].map((input) => callOnce(client, mutation(input)));
    await settled();
    expect(asked).toEqual(lost === "request" ? [] : [1, 2, 3]);
    peers.break();
    peers.link({ resumed: true });
    expect(await Promise.all(promises)).toEqual([1, 2, 3]);
    expect(asked).toEqual([1, 2, 3]);
  });

  it("continues a subscription: nothing is missing, nothing comes twice", async () => {
    const { seen, stream: open } = counter(300);
    const { client } = linked({ server: { stream: open } });
    const events: number[] = [];
    for await (const event of openChannel<number>(client, stream(), { path: "feed", report })) {
      events.push(event);
      if (event % 40 === 0) {
        peers.line[event % 80 === 0 ? 0 : 1].cut = true;
        await settled();
        peers.break();
        peers.link({ resumed: true });
      }
    }
    expect(events).toEqual(Array.from({ length: 300 }, (_, i) => i + 1));
    expect(seen.after).toEqual([undefined]);
  });

  it("sends what was asked meanwhile", async () => {
    const { client } = linked({ server: echo() });
    client.line.detach("restart");
    const promise = callOnce(client, mutation(1));
    await settled();
    peers.link({ resumed: true });
    expect(await promise).toBe(1);
  });
});

describe("a session that is lost", () => {
  it("repeats a query, fails a mutation as unknown, and continues a subscription after its last event", async () => {
    const { seen, stream: open } = counter();
    const { works, answers, once } = held();
    const { client } = linked({ server: { once, stream: open } });
    const asked = [callOnce(client, query("query")), callOnce(client, mutation("mutation"))];
    const failed = expect(asked[1]).rejects.toMatchObject({
      code: "UNAVAILABLE",
      outcome: "unknown",
      retryable: false,
    });
    const channel = openChannel<number>(client, stream(), { path: "feed", report });
    for (let i = 1; i <= 10; i++) expect((await channel.next()).value).toBe(i);
    await settled();
    peers.break();
    peers.link();
    await failed;
    await settled();
    expect(works.map((work) => work.input)).toEqual(["query", "mutation", "query"]);
    expect(works.map((work) => work.aborted)).toEqual([true, true, false]);
    answers[2]!();
    expect(await asked[0]).toBe("query");
    for (let i = 11; i <= 200; i++) expect((await channel.next()).value).toBe(i);
    expect(seen.after).toEqual([undefined, "64"]);
    expect(seen.closed).toBe(1);
    await channel.return();
  });

  it("sends what was never sent, a mutation too", async () => {
    const { client } = linked({ server: echo() });
    peers.break();
    const promise = callOnce(client, mutation(1));
    peers.link();
    expect(await promise).toBe(1);
  });
});

describe("a goodbye", () => {
  it("is told, and calls go on", async () => {
    const { client, server, heard } = linked({ server: echo() });
    server.goodbye(500);
    await settled();
    expect(heard).toEqual(["client goodbye 500"]);
    expect(await callOnce(client, query(1))).toBe(1);
  });
});

describe("after the end", () => {
  it("a handler that settles late sets no alarm and says nothing", async () => {
    const { answers, once } = held();
    const { client, server, clock, line } = linked({ server: { once } });
    const promise = callOnce(client, query(1, { deadline: 5_000 }));
    await settled();
    const lost = expect(promise).rejects.toMatchObject({ code: "UNAVAILABLE", outcome: "unknown" });
    peers.end();
    await lost;
    answers[0]!();
    await settled();
    expect([clock.pending, server.holdings.handlers, line[1].sent.length]).toEqual([0, 0, 0]);
    expect(client.line.attached).toBe(false);
  });
});
