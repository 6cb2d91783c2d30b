import { defineContract, mutation, query, RpcError, subscription } from "@trunkline/core";
import type { ClientCall, Interceptor } from "@trunkline/core/internal";
import { batch, eventFrame, resultFrame, safe } from "@trunkline/core/internal";
import { VirtualClock } from "@trunkline/core/simulation";
import { afterEach, describe, expect, it, vi } from "vitest";
import { Switchboard, settle } from "../test/switchboard.js";
import type { ClientOptions } from "./client-options.js";
import { createClient } from "./create-client.js";

const contract = defineContract({
  ping: query({}),
  rooms: { send: mutation({}), messages: subscription({}) },
});

afterEach(() => vi.restoreAllMocks());

function setUp(options: Partial<ClientOptions> = {}, { printed = false } = {}) {
  const clock = new VirtualClock();
  const switchboard = new Switchboard();
  const errors: unknown[] = [];
  const client = createClient(contract, {
    url: "memory:",
    transport: switchboard.open,
    clock,
    random: () => 0.5,
    ...(printed ? {} : { onError: (error) => void errors.push(error) }),
    onContractMismatch: () => {},
    ...options,
  });
  /** Answers the first dial; what is asked of another contract's server is not this file's business. */
  const welcomed = async () => {
    await settle(clock);
    const line = switchboard.last.answer();
    await settle(clock);
    return line;
  };
  return { client, clock, switchboard, errors, welcomed, settled: () => settle(clock) };
}

/** Frames of calls, without the question for the contract's difference. */
const calls = (frames: unknown[][]) => frames.filter(([, , path]) => path !== "$contract");

describe("a client", () => {
  it.runIf("captureStackTrace" in Error)(
    "says in an error's stack who awaited the call, or read the stream",
    async () => {
      const { client, welcomed } = setUp();
      async function sendsAnOrder() {
        await client.rooms.send();
      }
      async function readsMessages() {
        for await (const _message of client.rooms.messages()) throw new Error("nothing comes");
      }
      const failures = [sendsAnOrder(), readsMessages()].map((failure) => failure.catch((error: RpcError) => error));
      (await welcomed()).lose(4410);
      const [order, messages] = await Promise.all(failures);
      expect(order).toMatchObject({ path: "rooms.send", stack: expect.stringMatching(/at (async )?sendsAnOrder/) });
      expect(messages).toMatchObject({
        path: "rooms.messages",
        stack: expect.stringMatching(/at (async )?readsMessages/),
      });
      client.$connection.close();
    },
  );

  it("leaves the stack of a call that fails at once, which leads to its caller", async () => {
    const { client } = setUp();
    function asksInVain() {
      return client.ping(undefined, { signal: AbortSignal.abort() });
    }
    const error = await asksInVain().catch((failure: RpcError) => failure);
    expect((error as RpcError).stack).toContain("asksInVain");
  });

  it("connects when the first call is made, and not before", async () => {
    const { client, switchboard, settled } = setUp();
    await settled();
    expect(switchboard.dials).toEqual([]);
    client.ping().catch(() => {});
    await settled();
    expect(switchboard.dials).toHaveLength(1);
    client.$connection.close();
  });

  it("resolves a call with its result", async () => {
    const { client, welcomed } = setUp();
    const ping = client.ping();
    const line = await welcomed();
    const [, id] = calls(line.frames)[0]!;
    line.hear(batch(1, 1, [resultFrame(Number(id), '"pong"')]));
    expect(await ping).toBe("pong");
    client.$connection.close();
  });

  it("reads a subscription", async () => {
    const { client, welcomed } = setUp();
    const stream = client.rooms.messages();
    const line = await welcomed();
    const [, id] = calls(line.frames)[0]!;
    line.hear(batch(1, 1, [eventFrame(Number(id), "e1", '"hello"')]));
    expect(await stream.next()).toEqual({ done: false, value: "hello" });
    expect(stream.lastEventId).toBe("e1");
    client.$connection.close();
  });

  it("tells its status, and nothing else about itself", () => {
    const { client } = setUp();
    expect(client.$connection.status).toEqual({ state: "idle" });
    expect(Object.isFrozen(client.$connection)).toBe(true);
  });

  it("C17: is closed by await using", async () => {
    const { client, clock, switchboard } = setUp();
    {
      await using used = client;
      used.ping().catch(() => {});
      await settle(clock);
    }
    expect(client.$connection.status).toEqual({ state: "closed" });
    expect(switchboard.last.aborted).toBe(true);
    clock.advance(0);
    expect(clock.idle).toBe(true);
  });

  it("C2: its connection can be shown", () => {
    const { client } = setUp();
    expect(JSON.stringify(client.$connection)).toBe('{"status":{"state":"idle"}}');
  });

  it("refuses what is no contract, and limits that do not exist", () => {
    expect(() => createClient({}, { url: "memory:" })).toThrow("defineContract");
    expect(() => setUp({ limits: { helloMs: -1 } })).toThrow("limits.helloMs");
  });

  it("C14: takes an address that throws for a failed attempt", async () => {
    const clock = new VirtualClock();
    const url = () => {
      throw new Error("no address");
    };
    const client = createClient(contract, { url, clock, random: () => 0.5 });
    client.$connection.reconnect();
    await settle(clock);
    expect(client.$connection.status).toMatchObject({ state: "waiting", reason: "opening failed: no address" });
    client.$connection.close();
  });
});

describe("C13: onError", () => {
  it("hears what a listener threw", () => {
    const { client, errors } = setUp();
    client.$connection.subscribe(() => {
      throw "thrown";
    });
    client.$connection.close();
    expect(errors).toEqual(["thrown"]);
  });

  it("may throw, or reject, itself: that is printed and harms nobody", async () => {
    const printed = vi.spyOn(console, "error").mockReturnValue();
    const hooks = [
      (): unknown => {
        throw new Error("hook");
      },
      async (): Promise<unknown> => {
        throw new Error("hook");
      },
    ];
    for (const onError of hooks) {
      const { client, settled } = setUp({ onError: onError as () => void });
      client.$connection.subscribe(() => {
        throw new Error("listener");
      });
      client.$connection.close();
      await settled();
      expect(client.$connection.status).toEqual({ state: "closed" });
    }
    expect(printed).toHaveBeenCalledTimes(2);
  });

  it("hears nobody who is no function: that is thrown at once", () => {
    const { client } = setUp();
    for (const listener of [undefined, {}, { onStatus: () => {} }]) {
      expect(() => client.$connection.subscribe(listener as never)).toThrow("expects a function");
    }
  });

  it("is console.error where there is none", () => {
    const printed = vi.spyOn(console, "error").mockReturnValue();
    const client = createClient(contract, { url: "memory:", clock: new VirtualClock() });
    client.$connection.subscribe(() => {
      throw "thrown";
    });
    client.$connection.close();
    expect(printed).toHaveBeenCalledWith("trunkline: a callback failed:", "thrown");
  });

  it("hears once that there are no credentials, however many attempts there are", async () => {
    const failure = new Error("no token");
    const onError = vi.fn();
    const auth = vi.fn(() => Promise.reject(failure));
    const { client, settled } = setUp({ auth, onError });
    for (const _ of [1, 2]) {
      client.$connection.reconnect();
      await settled();
    }
    expect(auth).toHaveBeenCalledTimes(2);
    expect(onError.mock.calls).toEqual([[failure, undefined]]);
    client.$connection.close();
  });

  it("prints that credentials cannot be sent", async () => {
    const printed = vi.spyOn(console, "error").mockReturnValue();
    const { client, switchboard, settled } = setUp({ auth: () => 1n }, { printed: true });
    client.$connection.reconnect();
    await settled();
    switchboard.last.open();
    expect(printed.mock.calls).toEqual([["trunkline: auth failed:", expect.any(TypeError)]]);
    client.$connection.close();
  });

  it("hears nothing of a server that is down", async () => {
    const { client, switchboard, errors, settled } = setUp();
    client.$connection.reconnect();
    await settled();
    switchboard.last.fail({ reason: "refused", fatal: false });
    expect(client.$connection.status).toMatchObject({ state: "waiting", reason: "refused" });
    expect(errors).toEqual([]);
    client.$connection.close();
  });

  describe("of a subscription that fails unheard", () => {
    const failure = new RpcError("PERMISSION_DENIED");
    const refuse: Interceptor = () => {
      throw failure;
    };

    it("hears why", () => {
      const onError = vi.fn();
      const { client } = setUp({ interceptors: [refuse], onError });
      client.rooms.messages().subscribe({ onEvent: () => {} });
      expect(onError.mock.calls).toEqual([[failure, undefined]]);
    });

    it("prints which it was, and that it has no onError", () => {
      const printed = vi.spyOn(console, "error").mockReturnValue();
      const client = createClient(contract, { url: "memory:", clock: new VirtualClock(), interceptors: [refuse] });
      client.rooms.messages().subscribe({ onEvent: () => {} });
      const said = "trunkline: subscription rooms.messages ended; pass onError to hear of it:";
      expect(printed.mock.calls).toEqual([[said, failure]]);
    });
  });
});

describe("an outage", () => {
  /** A client whose attempts fail as often as it is told to. */
  function away(options: Partial<ClientOptions> = {}) {
    const warned = vi.spyOn(console, "warn").mockReturnValue();
    const made = setUp({ url: "wss://ada:secret@example.com/rpc?token=secret#secret", ...options });
    const { clock, switchboard, settled } = made;
    const wait = () => {
      const { status } = made.client.$connection;
      if (status.state === "waiting") clock.advance(status.retryAt - clock.wallNow());
    };
    const fail = async (times: number) => {
      for (let time = 0; time < times; time++) {
        await settled();
        switchboard.last.fail({ reason: "refused", fatal: false });
        wait();
      }
      await settled();
    };
    made.client.$connection.reconnect();
    return { ...made, warned, fail, wait };
  }

  it("is told once, after the second attempt, with the address and without its secrets", async () => {
    const { client, warned, fail } = away();
    await fail(1);
    expect(warned).not.toHaveBeenCalled();
    await fail(20);
    expect(warned.mock.calls).toEqual([
      ["trunkline: no connection to wss://example.com/rpc: refused (option onOutage)"],
    ]);
    client.$connection.close();
  });

  it("is told again when there was a connection meanwhile", async () => {
    const { client, warned, fail, welcomed, wait } = away();
    await fail(2);
    (await welcomed()).lose();
    wait();
    await fail(1);
    expect(warned).toHaveBeenCalledTimes(1);
    await fail(1);
    expect(warned).toHaveBeenCalledTimes(2);
    client.$connection.close();
  });

  it("is one, however often the program dials by itself", async () => {
    const { client, warned, switchboard, settled } = away();
    for (let time = 0; time < 20; time++) {
      await settled();
      switchboard.last.fail({ reason: "refused", fatal: false });
      client.$connection.reconnect();
    }
    expect(warned).toHaveBeenCalledTimes(1);
    client.$connection.close();
  });

  it("counts attempts that never end", async () => {
    const { client, warned, clock, settled } = away();
    for (let time = 0; time < 4; time++) {
      await settled();
      clock.advance(10_000);
    }
    expect(warned.mock.calls).toEqual([[expect.stringContaining("no welcome in time")]]);
    client.$connection.close();
  });

  it("is not printed for a program that watches its connection, until it does no more", async () => {
    const { client, warned, fail, welcomed, wait } = away();
    const leave = client.$connection.subscribe(() => {});
    await fail(3);
    expect(warned).not.toHaveBeenCalled();
    leave();
    (await welcomed()).lose();
    wait();
    await fail(2);
    expect(warned).toHaveBeenCalledTimes(1);
    client.$connection.close();
  });

  it("is heard by onOutage instead, which may be silent, or throw", async () => {
    const heard: unknown[] = [];
    const onOutage = vi.fn((outage) => {
      heard.push(outage);
      throw "thrown";
    });
    const { client, warned, fail, errors } = away({ onOutage });
    client.$connection.subscribe(() => {});
    await fail(3);
    expect(heard).toEqual([{ state: "waiting", attempt: 2, reason: "refused", retryAt: expect.any(Number) }]);
    expect(errors).toEqual(["thrown"]);
    expect(warned).not.toHaveBeenCalled();
    client.$connection.close();
  });

  it("that is for good is told at once, where no call fails of it", async () => {
    const { client, warned, switchboard, settled } = away({ url: () => "ws://here" });
    await settled();
    switchboard.last.fail({ reason: "bad address", fatal: true });
    expect(warned.mock.calls).toEqual([["trunkline: no connection: bad address (option onOutage)"]]);
    client.$connection.close();
  });

  it("is not told beside a call that fails of it", async () => {
    const { client, warned, switchboard, settled } = away();
    const ping = client.ping();
    await settled();
    switchboard.last.fail({ reason: "bad address", fatal: true });
    await expect(ping).rejects.toMatchObject({ message: "the connection has stopped: bad address" });
    expect(warned).not.toHaveBeenCalled();
  });
});

describe("interceptors", () => {
  it("see every call, the first of them outermost, and what comes back in reverse", async () => {
    const order: string[] = [];
    const layer =
      (name: string): Interceptor =>
      async (call, next) => {
        order.push(`${name} ${call.path} ${call.procedure.kind}`);
        const result = await next(call);
        order.push(`${name} ${String(result)}`);
        return `${result}${name}`;
      };
    const { client, welcomed } = setUp({ interceptors: [layer("a"), layer("b")] });
    const ping = client.ping();
    const line = await welcomed();
    line.hear(batch(1, 1, [resultFrame(Number(calls(line.frames)[0]![1]), '"pong"')]));
    expect(await ping).toBe("pongba");
    expect(order).toEqual(["a ping query", "b ping query", "b pong", "a pongb"]);
    client.$connection.close();
  });

  it("may change input and options", async () => {
    const change: Interceptor = (call, next) =>
      next({ ...call, input: "changed", options: { ...call.options, meta: { trace: "t" }, timeoutMs: 5_000 } });
    const { client, welcomed } = setUp({ interceptors: [change] });
    client.ping().catch(() => {});
    const line = await welcomed();
    expect(calls(line.frames)[0]?.slice(2)).toEqual(["ping", 5_000, { trace: "t" }, "changed"]);
    client.$connection.close();
  });

  it("are given options even where the caller gave none", async () => {
    const seen: ClientCall[] = [];
    const { client } = setUp({
      interceptors: [
        (call) => {
          seen.push(call);
          return Promise.resolve();
        },
      ],
    });
    await client.ping();
    expect(seen).toEqual([{ path: "ping", procedure: contract.ping, input: undefined, options: {} }]);
  });

  it("may answer by themselves: nothing is dialled", async () => {
    const { client, switchboard } = setUp({ interceptors: [() => Promise.resolve("cached")] });
    expect(await client.ping()).toBe("cached");
    expect(switchboard.dials).toEqual([]);
  });

  it("may refuse a call, which fails then and does not throw at once", async () => {
    const refuse: Interceptor = () => {
      throw new RpcError("UNAVAILABLE", { outcome: "not-sent" });
    };
    const { client } = setUp({ interceptors: [refuse] });
    expect(await safe(client.ping())).toMatchObject({ ok: false, error: { code: "UNAVAILABLE" } });
    await expect(client.rooms.messages().next()).rejects.toMatchObject({ code: "UNAVAILABLE" });
  });

  it("see how a call failed, the caller's mistakes too", async () => {
    const codes: unknown[] = [];
    const watch: Interceptor = (call, next) =>
      (next(call) as Promise<unknown>).catch((error: RpcError) => {
        codes.push(error.code);
        throw error;
      });
    const { client } = setUp({ interceptors: [watch] });
    expect(await safe(client.ping(undefined, { timeoutMs: -1 }))).toMatchObject({ ok: false });
    expect(codes).toEqual(["INVALID_ARGUMENT"]);
  });

  it("see the stream of a subscription, and may watch it", async () => {
    const streams: unknown[] = [];
    const watch: Interceptor = (call, next) => {
      const stream = next(call);
      streams.push(stream);
      return stream;
    };
    const { client } = setUp({ interceptors: [watch] });
    const stream = client.rooms.messages();
    expect(streams).toEqual([stream]);
    client.$connection.close();
    await expect(stream.next()).rejects.toMatchObject({ code: "CANCELLED" });
  });
});
