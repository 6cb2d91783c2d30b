import { describe, expect, it } from "vitest";
import { RpcError } from "../error/rpc-error.js";
import type { OutgoingCall, OutgoingRequest } from "../machine/outgoing-call.js";
import { ItemSource } from "./item-source.js";
import { type Caller, callOnce, openChannel } from "./outgoing.js";
import type { Sink } from "./sink.js";

const request: OutgoingRequest = { kind: "query", path: '"p"', repeatable: true, input: undefined, deadline: Infinity };
const stream: OutgoingRequest = { ...request, kind: "subscription", credit: { events: 4, maxEvents: 4 } };
const report = (error: unknown) => {
  throw error;
};

/** Notes what is asked of it; a cancel settles, as the machine does it. */
class NotingCaller implements Caller {
  readonly asked: string[] = [];
  call: OutgoingCall<Sink> | undefined;

  open(call: OutgoingCall<Sink>): void {
    this.asked.push("open");
    this.call = call;
  }

  cancel(call: OutgoingCall<Sink>): void {
    this.asked.push("cancel");
    this.settle();
    call.sink.failure(new RpcError("CANCELLED", { outcome: "unknown" }));
  }

  consume(_: OutgoingCall<Sink>, count: number): void {
    this.asked.push(`consume ${count}`);
  }

  settle(): void {
    if (this.call !== undefined) this.call.state = { name: "settled" };
  }
}

/** A signal that counts who listens to it. */
class CountingSignal {
  readonly #controller = new AbortController();
  listeners = 0;
  readonly signal: AbortSignal;

  constructor() {
    const { signal } = this.#controller;
    this.signal = signal;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = ((type: string, listener: () => void, options?: AddEventListenerOptions) => {
      this.listeners++;
      add(type, listener, options);
    }) as typeof signal.addEventListener;
    signal.removeEventListener = ((type: string, listener: () => void) => {
      this.listeners--;
      remove(type, listener);
    }) as typeof signal.removeEventListener;
  }

  abort(): void {
    this.#controller.abort();
  }
}

describe("a call", () => {
  it.each([
    ["its result", (sink: Sink) => sink.result(7), { status: "fulfilled", value: 7 }],
    [
      "its error",
      (sink: Sink) => sink.failure(new RpcError("ABORTED")),
      { status: "rejected", reason: new RpcError("ABORTED") },
    ],
  ] as const)("settles with %s, once, and leaves no listener", async (_, answer, settled) => {
    const caller = new NotingCaller();
    const counting = new CountingSignal();
    const promise = callOnce(caller, request, counting.signal);
    expect(counting.listeners).toBe(1);
    caller.settle();
    answer(caller.call!.sink);
    expect(counting.listeners).toBe(0);
    counting.abort();
    expect(await Promise.allSettled([promise])).toEqual([settled]);
    expect(caller.asked).toEqual(["open"]);
  });

  it("is cancelled when its signal fires, and leaves no listener", async () => {
    const caller = new NotingCaller();
    const counting = new CountingSignal();
    const promise = callOnce(caller, request, counting.signal);
    counting.abort();
    await expect(promise).rejects.toMatchObject({ code: "CANCELLED" });
    expect(counting.listeners).toBe(0);
    expect(caller.asked).toEqual(["open", "cancel"]);
  });

  it("is never made when its signal has fired already", async () => {
    const caller = new NotingCaller();
    await expect(callOnce(caller, request, AbortSignal.abort())).rejects.toMatchObject({
      code: "CANCELLED",
      outcome: "not-sent",
    });
    expect(caller.asked).toEqual([]);
  });

  it("that is refused at once does not listen to its signal", async () => {
    const caller = new NotingCaller();
    const counting = new CountingSignal();
    caller.open = (call) => {
      call.state = { name: "settled" };
      call.sink.failure(new RpcError("RESOURCE_EXHAUSTED", { outcome: "not-sent" }));
    };
    await expect(callOnce(caller, request, counting.signal)).rejects.toMatchObject({ code: "RESOURCE_EXHAUSTED" });
    expect(counting.listeners).toBe(0);
  });
});

describe("a channel", () => {
  it("asks its call for what it needs", async () => {
    const caller = new NotingCaller();
    const channel = openChannel<number>(caller, stream, { path: "feed", report });
    caller.call!.sink.event(1, "a");
    expect(await channel.next()).toEqual({ done: false, value: 1 });
    await channel.return();
    expect(caller.asked).toEqual(["open", "consume 1", "cancel"]);
  });

  it("tells what was taken of it when that allows the next events, and all of it together", async () => {
    const caller = new NotingCaller();
    const channel = openChannel<number>(caller, stream, { path: "feed", report });
    const { sink, window } = caller.call!;
    const granted: (number | undefined)[] = [window!.open(4)];
    caller.consume = (_, count) => void granted.push(window!.consume(count, true));
    for (let event = 1; event <= 5; event++) {
      window!.arrive();
      sink.event(event, undefined);
      await channel.next();
    }
    expect(granted).toEqual([4, 6, 8]);
  });

  it.each([
    ["its end", (sink: Sink) => sink.end()],
    ["its error", (sink: Sink) => sink.failure(new RpcError("ABORTED"))],
  ])("leaves no listener on its signal after %s", (_, answer) => {
    const caller = new NotingCaller();
    const counting = new CountingSignal();
    openChannel<number>(caller, stream, { path: "feed", report, signal: counting.signal });
    expect(counting.listeners).toBe(1);
    caller.settle();
    answer(caller.call!.sink);
    expect(counting.listeners).toBe(0);
  });

  it("leaves no listener on its signal when its reader leaves", async () => {
    const caller = new NotingCaller();
    const counting = new CountingSignal();
    const channel = openChannel<number>(caller, stream, { path: "feed", report, signal: counting.signal });
    await channel.return();
    expect(counting.listeners).toBe(0);
  });

  it("rejects its reader when its signal fires", async () => {
    const caller = new NotingCaller();
    const counting = new CountingSignal();
    const reader = openChannel<number>(caller, stream, { path: "feed", report, signal: counting.signal }).next();
    counting.abort();
    await expect(reader).rejects.toMatchObject({ code: "CANCELLED" });
    expect(counting.listeners).toBe(0);
    expect(caller.asked).toEqual(["open", "cancel"]);
  });

  it("is never opened when its signal has fired already", async () => {
    const caller = new NotingCaller();
    const channel = openChannel<number>(caller, stream, { path: "feed", report, signal: AbortSignal.abort() });
    await expect(channel.next()).rejects.toMatchObject({ code: "CANCELLED", outcome: "not-sent" });
    expect(await channel.return()).toEqual({ done: true, value: undefined });
    expect(caller.asked).toEqual([]);
  });
});

describe("what the source of an upstream threw", () => {
  /** A source that has thrown this. */
  const faulty = (error: unknown) => {
    const source = new ItemSource([], { encode: () => undefined, report });
    source.blame = () => error;
    return source;
  };

  it.each(["a call", "a stream"])("reaches the caller of %s with the stack it had", async (what) => {
    const caller = new NotingCaller();
    const thrown = Object.freeze(new RpcError("ABORTED"));
    const before = thrown.stack;
    const source = faulty(thrown);
    const failure =
      what === "a call"
        ? callOnce(caller, request, undefined, { source })
        : openChannel(caller, stream, { path: "p", report, source }).next();
    const told = failure.catch((error: unknown) => error);
    caller.call?.sink.failure(new RpcError("CANCELLED", { outcome: "unknown" }));
    expect(await told).toBe(thrown);
    expect(thrown.stack).toBe(before);
  });
});
