import { describe, expect, it } from "vitest";
import { RpcError } from "../error/rpc-error.js";
import { Channel, type ChannelListener, type ChannelOptions, type Gap } from "./channel.js";

/** A channel whose source only notes what is asked of it. */
function opened(options: Partial<ChannelOptions> = {}) {
  const asked: string[] = [];
  const reported: unknown[] = [];
  const channel = new Channel<number>({ path: "feed", report: (error) => void reported.push(error), ...options });
  channel.connect({
    consume: (count) => void asked.push(`consume ${count}`),
    // As a call does: what is cancelled settles at once.
    cancel: () => {
      asked.push("cancel");
      channel.failure(new RpcError("CANCELLED"));
    },
    release: () => void asked.push("release"),
  });
  return { channel, asked, reported };
}

const lost = new RpcError("UNAVAILABLE");
const done = { done: true, value: undefined };
const value = (event: number) => ({ done: false, value: event });

describe("a reader", () => {
  it("gets what came before and what comes after, in order", async () => {
    const { channel, asked } = opened();
    channel.event(1, undefined);
    const [first, second] = [channel.next(), channel.next()];
    channel.event(2, undefined);
    expect([await first, await second]).toEqual([value(1), value(2)]);
    expect(asked).toEqual(["consume 1", "consume 1"]);
  });

  it("takes nothing for what it has not read", () => {
    const { channel, asked } = opened();
    for (let i = 0; i < 3; i++) channel.event(i, undefined);
    expect(asked).toEqual([]);
  });

  it("gets what waits before the end, then the end for ever", async () => {
    const { channel } = opened();
    channel.event(1, undefined);
    channel.end();
    expect([await channel.next(), await channel.next(), await channel.next()]).toEqual([value(1), done, done]);
  });

  it("gets what waits before the error, then the error once, then the end", async () => {
    const { channel } = opened();
    channel.event(1, undefined);
    channel.failure(lost);
    expect(await channel.next()).toEqual(value(1));
    await expect(channel.next()).rejects.toBe(lost);
    expect(await channel.next()).toEqual(done);
  });

  it("is one of several: an error goes to the first, the end to the others", async () => {
    const { channel } = opened();
    const readers = [channel.next(), channel.next(), channel.next()];
    channel.failure(lost);
    expect(await Promise.allSettled(readers)).toEqual([
      { status: "rejected", reason: lost },
      { status: "fulfilled", value: done },
      { status: "fulfilled", value: done },
    ]);
  });

  it("knows the id of the last event it took, not of the last that came", async () => {
    const { channel } = opened();
    channel.event(1, "a");
    channel.event(2, undefined);
    channel.event(3, "c");
    expect(channel.lastEventId).toBeUndefined();
    await channel.next();
    await channel.next();
    expect(channel.lastEventId).toBe("a");
    await channel.next();
    expect(channel.lastEventId).toBe("c");
  });
});

describe("leaving", () => {
  it("a loop cancels once", async () => {
    const { channel, asked } = opened();
    for (let i = 0; i < 3; i++) channel.event(i, undefined);
    const seen: number[] = [];
    for await (const event of channel) {
      seen.push(event);
      if (event === 1) break;
    }
    expect(seen).toEqual([0, 1]);
    expect(asked).toEqual(["consume 1", "consume 1", "cancel", "release"]);
  });

  it("a loop by an error cancels once", async () => {
    const { channel, asked } = opened();
    channel.event(1, undefined);
    const loop = async () => {
      for await (const _ of channel) throw new RangeError("mine");
    };
    await expect(loop()).rejects.toThrow(RangeError);
    expect(asked.filter((word) => word === "cancel")).toHaveLength(1);
  });

  it("a loop that has ended cancels nothing", async () => {
    const { channel, asked } = opened();
    channel.event(1, undefined);
    channel.end();
    for await (const _ of channel);
    expect(asked).not.toContain("cancel");
  });

  it.each<[string, (channel: Channel<number>) => Promise<unknown>]>([
    ["return", (channel) => channel.return()],
    ["disposal", (channel) => channel[Symbol.asyncDispose]()],
  ])("by %s ends the readers that wait, cancels once, and drops what waits", async (_, leave) => {
    const { channel, asked } = opened();
    const readers = [channel.next(), channel.next()];
    await leave(channel);
    await leave(channel);
    channel.event(1, undefined);
    expect(await Promise.all([...readers, channel.next()])).toEqual([done, done, done]);
    expect(asked).toEqual(["cancel", "release"]);
  });

  it("with await using cancels", async () => {
    const { channel, asked } = opened();
    {
      await using held = channel;
      held.event(1, undefined);
    }
    expect(asked).toContain("cancel");
  });

  it("after an unread error forgets it", async () => {
    const { channel } = opened();
    channel.failure(lost);
    await channel.return();
    expect(await channel.next()).toEqual(done);
  });
});

describe("callbacks", () => {
  /** A listener that notes what it hears. */
  function noting(heard: string[]): Required<ChannelListener<number>> {
    return {
      onEvent: (event) => void heard.push(`event ${event}`),
      onGap: ({ reason }) => void heard.push(`gap ${reason}`),
      onError: ({ code }) => void heard.push(`error ${code}`),
      onEnd: () => void heard.push("end"),
    };
  }

  it("hear what waits and what comes, in order, and the end once", () => {
    const { channel } = opened();
    const heard: string[] = [];
    channel.event(1, undefined);
    channel.gap("hole");
    channel.subscribe(noting(heard));
    channel.event(2, undefined);
    channel.end();
    channel.end();
    expect(heard).toEqual(["event 1", "gap hole", "event 2", "end"]);
  });

  it("hear an error once, and then nothing", () => {
    const { channel } = opened();
    const heard: string[] = [];
    channel.subscribe(noting(heard));
    channel.failure(lost);
    channel.failure(lost);
    channel.event(1, undefined);
    expect(heard).toEqual(["error UNAVAILABLE"]);
  });

  it("that throw are reported and harm nothing", () => {
    const { channel, reported, asked } = opened();
    const fail = (): never => {
      throw new RangeError("mine");
    };
    channel.subscribe({ onEvent: fail, onGap: fail, onError: fail, onEnd: fail });
    channel.event(1, undefined);
    channel.gap("hole");
    channel.event(2, undefined);
    channel.end();
    expect(reported).toHaveLength(4);
    expect(asked).toEqual(["consume 1", "consume 1", "consume 1", "release"]);
  });

  it.each<[string, (channel: Channel<number>) => void, string]>([
    ["a failure", (channel) => channel.failure(lost), "subscription feed ended; pass onError to hear of it"],
    ["a gap", (channel) => channel.gap("hole"), "subscription feed ended; pass onGap or onError to hear of it"],
  ])("that do not hear %s have it reported, with what to pass", (_, end, said) => {
    const told: unknown[] = [];
    const { channel } = opened({ report: (error, what) => void told.push(error, what) });
    channel.subscribe({ onEvent: () => {} });
    end(channel);
    expect(told).toEqual([expect.any(RpcError), said]);
  });

  it("keep their `this`", () => {
    const { channel } = opened();
    class Listener implements ChannelListener<number> {
      readonly heard: unknown[] = [];
      onEvent(event: number): void {
        this.heard.push(event);
      }
      onGap(gap: Gap): void {
        this.heard.push(gap);
      }
      onEnd(): void {
        this.heard.push("end");
      }
    }
    const listener = new Listener();
    channel.subscribe(listener);
    channel.event(1, undefined);
    channel.gap("hole");
    channel.end();
    expect(listener.heard).toEqual([1, { reason: "hole" }, "end"]);
  });

  it("may be a function, which hears the events", () => {
    const { channel, reported } = opened();
    const heard: number[] = [];
    channel.subscribe((event) => void heard.push(event));
    channel.event(1, undefined);
    channel.end();
    expect(heard).toEqual([1]);
    expect(reported).toEqual([]);
  });

  it.each([
    ["nothing", undefined],
    ["null", null],
    ["an object without them", {}],
    ["one that is misspelt", { onevent: () => {} }],
    ["one that is no function", { onEvent: () => {}, onGap: true }],
    ["one that is null", { onEvent: () => {}, onError: null }],
  ])("that are %s are refused at once, and take no event", async (_, listener) => {
    const { channel, reported } = opened();
    channel.event(1, undefined);
    expect(() => channel.subscribe(listener as never)).toThrow(
      new TypeError("subscribe expects a function, or { onEvent, onGap, onError, onEnd }"),
    );
    expect(await channel.next()).toEqual(value(1));
    expect(reported).toEqual([]);
  });

  it("stop when one of them unsubscribes", () => {
    const { channel, asked } = opened();
    const heard: number[] = [];
    const stop = channel.subscribe({
      onEvent: (event) => {
        heard.push(event);
        if (event === 2) stop();
      },
    });
    for (const event of [1, 2, 3]) channel.event(event, undefined);
    stop();
    expect(heard).toEqual([1, 2]);
    expect(asked.filter((word) => word === "cancel")).toHaveLength(1);
  });

  it("hear nothing more once the subscription was ended by hand", () => {
    const { channel } = opened();
    const heard: string[] = [];
    channel.subscribe(noting(heard))();
    channel.event(1, undefined);
    channel.end();
    expect(heard).toEqual([]);
  });
});

describe("a gap", () => {
  it("rejects the next reader where nobody listens for it, and cancels", async () => {
    const { channel, asked } = opened();
    channel.event(1, undefined);
    channel.gap("hole");
    channel.event(2, undefined);
    expect(await channel.next()).toEqual(value(1));
    await expect(channel.next()).rejects.toMatchObject({
      code: "DATA_LOSS",
      path: "feed",
      message: "events are missing: hole",
    });
    expect(await channel.next()).toEqual(done);
    expect(asked.filter((word) => word === "cancel")).toHaveLength(1);
  });

  it("comes before the end, and wins over it", async () => {
    const { channel, asked } = opened();
    channel.gap("hole");
    channel.end();
    await expect(channel.next()).rejects.toMatchObject({ code: "DATA_LOSS" });
    expect(asked).not.toContain("cancel");
  });

  it("is told in its place where somebody listens, and the stream goes on", async () => {
    const heard: string[] = [];
    const { channel, asked } = opened({ onGap: ({ reason }) => void heard.push(reason) });
    channel.event(1, undefined);
    channel.gap("hole");
    channel.event(2, undefined);
    expect(await channel.next()).toEqual(value(1));
    expect(heard).toEqual([]);
    expect(await channel.next()).toEqual(value(2));
    expect(heard).toEqual(["hole"]);
    expect(asked).toEqual(["consume 1", "consume 2"]);
  });

  it("ends callbacks that have none for it", () => {
    const { channel, asked } = opened();
    const heard: unknown[] = [];
    channel.subscribe({ onEvent: (event) => void heard.push(event), onError: ({ code }) => void heard.push(code) });
    channel.event(1, undefined);
    channel.gap("hole");
    channel.event(2, undefined);
    expect(heard).toEqual([1, "DATA_LOSS"]);
    expect(asked.filter((word) => word === "cancel")).toHaveLength(1);
  });
});
