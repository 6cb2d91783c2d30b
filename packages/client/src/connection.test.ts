import type { RpcError } from "@trunkline/core";
import { batch, callOnce, errorFrame, type OutgoingRequest, openChannel, resultFrame } from "@trunkline/core/internal";
import { VirtualClock } from "@trunkline/core/simulation";
import { afterEach, describe, expect, it } from "vitest";
import { type Line, limits, Switchboard, settle } from "../test/switchboard.js";
import { ClientConnection, type ClientConnectionOptions } from "./connection.js";

const opened: { connection: ClientConnection; clock: VirtualClock }[] = [];

afterEach(() => {
  for (const { connection, clock } of opened.splice(0)) {
    connection.close();
    clock.advance(0);
    expect(clock.idle, "alarms are left").toBe(true);
    expect(connection.holdings).toMatchObject({ calls: 0, handlers: 0, backlog: 0, replay: 0 });
  }
});

function setUp(options: Partial<ClientConnectionOptions> = {}) {
  const clock = new VirtualClock();
  const switchboard = new Switchboard();
  const reported: unknown[] = [];
  const connection = new ClientConnection({
    open: switchboard.open,
    limits,
    contractHash: "hash",
    clock,
    random: () => 0.5,
    contractDiffers: () => {},
    report: (error) => reported.push(error),
    ...options,
  });
  opened.push({ connection, clock });
  const seen: string[] = [];
  connection.subscribe(({ state }) => void seen.push(state));
  const ask = (kind: OutgoingRequest["kind"] = "query") => {
    const request: OutgoingRequest = { kind, path: '"p"', repeatable: kind !== "mutation", input: "1", deadline: 1e9 };
    return callOnce(connection, request).catch((error: RpcError) => error);
  };
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settle(clock);
  };
  return { clock, switchboard, connection, seen, reported, ask, pass, settled: () => settle(clock) };
}

/** With a welcome, and a call that was answered. */
async function ready(options: Partial<ClientConnectionOptions> = {}) {
  const made = setUp(options);
  const call = made.ask();
  await made.settled();
  const line = made.switchboard.last.answer();
  await made.settled();
  line.hear(batch(1, 1, [resultFrame(1, "2")]));
  expect(await call).toBe(2);
  return { ...made, line };
}

describe("a connection", () => {
  it("is idle until something is asked of it", async () => {
    const { connection, switchboard, settled } = setUp();
    await settled();
    expect(connection.status).toEqual({ state: "idle" });
    expect(switchboard.dials).toEqual([]);
  });

  it("dials once, however many calls are made", async () => {
    const { switchboard, ask, settled, connection } = setUp();
    const calls = [ask(), ask(), ask()];
    await settled();
    expect(switchboard.dials).toHaveLength(1);
    connection.close();
    await Promise.all(calls);
  });

  it("tells each change of its status", async () => {
    const { connection, seen, line, pass, switchboard } = await ready();
    expect(connection.status).toEqual({ state: "ready" });
    line.lose();
    expect(connection.status).toMatchObject({ state: "waiting", attempt: 1, reason: "the connection was lost (1006)" });
    await pass(500);
    const reason = "the connection was lost (1006)";
    expect(connection.status).toEqual({ state: "connecting", attempt: 1, reason });
    switchboard.last.answer();
    connection.close();
    expect(seen).toEqual(["connecting", "ready", "waiting", "connecting", "ready", "closed"]);
  });

  it("keeps the reason of the last failure while it tries again, until it has succeeded", async () => {
    const { connection, switchboard, pass, settled, ask } = setUp();
    void ask();
    await settled();
    expect(connection.status).toEqual({ state: "connecting", attempt: 0 });
    switchboard.last.fail({ reason: "refused", fatal: false });
    connection.reconnect();
    expect(connection.status).toEqual({ state: "connecting", attempt: 0, reason: "refused" });
    await settled();
    switchboard.last.fail({ reason: "refused again", fatal: false });
    await pass(1_000);
    expect(connection.status).toEqual({ state: "connecting", attempt: 1, reason: "refused again" });
    switchboard.last.answer();
    connection.reconnect();
    expect(connection.status).toEqual({ state: "connecting", attempt: 0 });
  });

  it("says when it tries again as a time of the day", async () => {
    const { connection, clock, line } = await ready();
    line.lose();
    const { status } = connection;
    expect(status.state === "waiting" && status.retryAt - clock.wallNow()).toBe(500);
  });

  it("waits longer where the server said later", async () => {
    const { switchboard, line, pass } = await ready();
    line.lose(1013);
    await pass(3_999);
    expect(switchboard.dials).toHaveLength(1);
    await pass(1);
    expect(switchboard.dials).toHaveLength(2);
  });

  it("N1: takes a silence beyond heartbeat and grace for a loss", async () => {
    const { connection, pass, line } = await ready();
    await pass(34_999);
    expect(connection.status.state).toBe("ready");
    await pass(1);
    expect(connection.status).toMatchObject({ state: "waiting", reason: "heard nothing in time" });
    expect(line.closedWith).toBe(4418);
  });
});

describe("the session", () => {
  it("is resumed with the latest token, and with what has been received", async () => {
    const { line, switchboard, pass } = await ready();
    line.lose();
    await pass(500);
    const second = switchboard.last.answer({ session: "token-2", resumed: true, received: 1 });
    expect(second.hello).toMatchObject({ session: "token-1", received: 1 });
    second.lose();
    await pass(1_000);
    expect(switchboard.last.open().hello).toMatchObject({ session: "token-2", received: 1 });
  });

  it.each([
    ["the server breaks the rules", "nonsense"],
    ["the server acknowledges what was never sent", batch(2, 99, [])],
  ])("is given up when %s", async (_, text) => {
    const { line, switchboard, pass, connection } = await ready();
    line.hear(text);
    expect(line.closedWith).toBe(4400);
    expect(connection.status).toMatchObject({ state: "waiting", reason: "protocol violation" });
    await pass(500);
    expect(switchboard.last.open().hello).toMatchObject({ received: 0 });
    expect(switchboard.last.line.hello).not.toHaveProperty("session");
  });

  it("is given up when the server has closed it", async () => {
    const { line, switchboard, pass } = await ready();
    line.lose(4410);
    await pass(500);
    expect(switchboard.last.open().hello).not.toHaveProperty("session");
  });

  it.each([
    ["the server has closed it", (line: Line) => line.lose(4410)],
    ["this end has to close it", (line: Line) => line.hear("nonsense")],
  ])("is over for its calls as soon as %s: no welcome is waited for", async (_, close) => {
    const { line, switchboard, pass, ask, settled } = await ready();
    const query = ask();
    const mutation = ask("mutation");
    await settled();
    close(line);
    const unsent = ask("mutation");
    expect(await mutation).toMatchObject({ code: "UNAVAILABLE", outcome: "unknown" });
    expect(switchboard.dials).toHaveLength(1);
    await pass(500);
    const second = switchboard.last.answer();
    await settled();
    second.hear(batch(1, 2, [resultFrame(7, "7"), resultFrame(9, "9")]));
    expect(await Promise.all([query, unsent])).toEqual([7, 9]);
  });

  it("C5: that a server claims to resume and cannot is lost, once, and dialled anew", async () => {
    const { line, switchboard, pass, connection } = await ready();
    line.lose();
    await pass(500);
    const second = switchboard.last.answer({ resumed: true, received: 99 });
    expect(second.closedWith).toBe(4400);
    expect(connection.status.state).toBe("waiting");
  });

  it("goes on after an attempt that got no welcome in time: that transport is not closed as finished", async () => {
    const { line, switchboard, pass, connection } = await ready();
    line.lose();
    await pass(500);
    const second = switchboard.last.open();
    await pass(limits.helloMs);
    expect(second.closedWith).toBe(4418);
    expect(connection.status).toMatchObject({ state: "waiting", reason: "no welcome in time" });
    await pass(1_000);
    expect(switchboard.last.open().hello).toMatchObject({ session: "token-1" });
  });

  it("N10: goes on when the program reconnects, on another transport", async () => {
    const { line, switchboard, connection, settled } = await ready();
    connection.reconnect();
    expect(line.closedWith).toBe(4412);
    await settled();
    expect(switchboard.last.open().hello).toMatchObject({ session: "token-1" });
  });

  it("ends when the program closes", async () => {
    const { line, connection } = await ready();
    connection.close();
    expect(line.closedWith).toBe(1000);
  });

  it("ends when the program closes after hello", async () => {
    const { line, connection, switchboard, pass } = await ready();
    line.lose();
    await pass(500);
    const second = switchboard.last.open();
    connection.close();
    expect(second.closedWith).toBe(1000);
  });
});

describe("a goodbye", () => {
  const goodbye = '["goodbye",{"spreadMs":2000}]';

  it("is followed by another connection at the moment drawn, and only then by the end of this one", async () => {
    const { line, ask, settled, connection, switchboard, pass } = await ready();
    const call = ask();
    await settled();
    line.hear(goodbye);
    expect(connection.status).toEqual({ state: "leaving" });
    await pass(1_000);
    const second = switchboard.last.answer({ session: "token-2" });
    expect(second.hello).toMatchObject({ received: 0 });
    expect(second.hello).not.toHaveProperty("session");
    await settled();
    expect(connection.status).toEqual({ state: "ready" });
    expect(line.closedWith).toBeUndefined();
    line.hear(batch(2, 2, [resultFrame(3, '"late"')]));
    expect(await call).toBe("late");
    await settled();
    expect(line.closedWith).toBe(1000);
  });

  it("does not hold calls: they go where there is a connection", async () => {
    const { line, ask, settled, pass, switchboard } = await ready();
    line.hear(goodbye);
    ask().catch(() => {});
    await settled();
    expect(line.frames).toHaveLength(2);
    await pass(1_000);
    const second = switchboard.last.answer({ session: "token-2" });
    const call = ask();
    await settled();
    expect(second.frames).toHaveLength(1);
    second.hear(batch(1, 1, [resultFrame(1, "3")]));
    expect(await call).toBe(3);
  });

  it("with nobody else to go to lets what is in flight finish, and waits", async () => {
    const { line, ask, settled, connection, switchboard, pass } = await ready();
    const call = ask();
    await settled();
    line.hear(goodbye);
    await pass(1_000);
    switchboard.last.fail();
    await settled();
    expect(connection.status).toMatchObject({ state: "waiting" });
    line.hear(batch(2, 2, [resultFrame(3, '"late"')]));
    expect(await call).toBe("late");
    await settled();
    expect(line.closedWith).toBe(1000);
  });
});

describe("stopped", () => {
  it.each([
    [4401, "UNAUTHENTICATED", "unauthenticated"],
    [4403, "PERMISSION_DENIED", "forbidden"],
    [4406, "FAILED_PRECONDITION", "no common protocol version"],
  ])("by %d, what waits and what comes fails as %s, not sent", async (code, expected, reason) => {
    const { connection, switchboard, ask, settled } = setUp();
    const waiting = ask("mutation");
    await settled();
    switchboard.last.open().lose(code);
    expect(connection.status).toEqual({ state: "stopped", code: expected, reason });
    for (const call of [waiting, ask()]) {
      expect(await call).toMatchObject({ code: expected, outcome: "not-sent" });
    }
  });

  it("by a fatal dial, calls fail with its reason", async () => {
    const { switchboard, ask, settled } = setUp();
    const call = ask();
    await settled();
    switchboard.last.fail({ reason: "bad URL", fatal: true });
    expect(await call).toMatchObject({ code: "FAILED_PRECONDITION", message: "the connection has stopped: bad URL" });
  });

  it("fails what was sent as unknown", async () => {
    const { line, ask, settled } = await ready();
    const call = ask("mutation");
    await settled();
    line.lose(4401);
    expect(await call).toMatchObject({ code: "UNAUTHENTICATED", outcome: "unknown" });
  });

  it("begins a new session when the program reconnects", async () => {
    const { line, connection, ask, settled, switchboard } = await ready();
    line.lose(4401);
    connection.reconnect();
    const call = ask();
    await settled();
    const second = switchboard.last.answer({ session: "token-9" });
    expect(second.hello).not.toHaveProperty("session");
    await settled();
    second.hear(batch(1, 1, [resultFrame(1, "4")]));
    expect(await call).toBe(4);
  });
});

describe("listeners", () => {
  it("C13: that throw, or reject, are reported and keep nothing from the others", async () => {
    const { connection, reported, settled } = setUp();
    const heard: string[] = [];
    connection.subscribe(() => {
      throw "thrown";
    });
    const rejecting = async () => {
      throw "rejected";
    };
    connection.subscribe(rejecting as () => void);
    connection.subscribe(({ state }) => void heard.push(state));
    connection.reconnect();
    await settled();
    expect(heard).toEqual(["connecting"]);
    expect(reported).toEqual(["thrown", "rejected"]);
  });

  it("hear nothing once they have unsubscribed, even from within", async () => {
    const { connection } = setUp();
    const heard: string[] = [];
    const unsubscribe = connection.subscribe(({ state }) => {
      heard.push(state);
      unsubscribe();
    });
    connection.reconnect();
    connection.close();
    expect(heard).toEqual(["connecting"]);
  });

  it("subscribed twice are two", () => {
    const { connection } = setUp();
    const heard: string[] = [];
    const listener = ({ state }: { state: string }) => void heard.push(state);
    connection.subscribe(listener)();
    const unsubscribe = connection.subscribe(listener);
    connection.subscribe(listener);
    unsubscribe();
    connection.close();
    expect(heard).toEqual(["closed"]);
  });

  it("S18: that reconnect let every listener hear every change, in order", async () => {
    const { connection, switchboard, settled } = setUp();
    const heard: string[] = [];
    let once = true;
    connection.subscribe(({ state }) => {
      if (state === "stopped" && once) {
        once = false;
        connection.reconnect();
      }
    });
    connection.subscribe(({ state }) => void heard.push(state));
    connection.reconnect();
    await settled();
    switchboard.last.fail({ reason: "r", fatal: true });
    await settled();
    expect(heard).toEqual(["connecting", "stopped", "connecting"]);
    expect(switchboard.dials).toHaveLength(2);
  });

  it("S18: that close let every listener hear every change, in order", async () => {
    const { connection, line, seen } = await ready();
    const heard: string[] = [];
    connection.subscribe(({ state }) => {
      if (state === "waiting") connection.close();
    });
    connection.subscribe(({ state }) => void heard.push(state));
    line.lose();
    expect(heard).toEqual(["waiting", "closed"]);
    expect(seen.slice(2)).toEqual(["waiting", "closed"]);
    expect(connection.status).toEqual({ state: "closed" });
  });
});

describe("C17: closing", () => {
  const states = {
    idle: async () => setUp(),
    dialing: async () => {
      const made = setUp();
      made.connection.reconnect();
      await made.settled();
      return made;
    },
    greeting: async () => {
      const made = setUp();
      made.connection.reconnect();
      await made.settled();
      made.switchboard.last.open();
      return made;
    },
    ready: () => ready(),
    leaving: async () => {
      const made = await ready();
      made.line.hear('["goodbye",{"spreadMs":9}]');
      return made;
    },
    waiting: async () => {
      const made = await ready();
      made.line.lose();
      return made;
    },
    stopped: async () => {
      const made = await ready();
      made.line.lose(4401);
      return made;
    },
  };

  it.each(Object.entries(states))("while %s, twice, leaves nothing behind and dials no more", async (_, make) => {
    const { connection, clock, switchboard, ask, settled } = await make();
    connection.close();
    connection.close();
    expect(connection.status).toEqual({ state: "closed" });
    clock.advance(0);
    expect(clock.idle).toBe(true);
    const dials = switchboard.dials.length;
    connection.reconnect();
    expect(await ask()).toMatchObject({ outcome: "not-sent" });
    await settled();
    expect(switchboard.dials).toHaveLength(dials);
    expect(clock.idle).toBe(true);
  });

  it("fails every later call", async () => {
    const { connection, ask } = await ready();
    connection.close();
    expect(await ask()).toMatchObject({ code: "CANCELLED", outcome: "not-sent", message: "the client was closed" });
  });

  it("fails what is open: not sent, or unknown", async () => {
    const { connection, ask, settled, line } = await ready();
    const sent = ask("mutation");
    await settled();
    line.lose();
    const waiting = ask("mutation");
    connection.close();
    expect(await sent).toMatchObject({ code: "CANCELLED", outcome: "unknown" });
    expect(await waiting).toMatchObject({ code: "CANCELLED", outcome: "not-sent" });
  });
});

it("C12: a thousand calls that nobody awaits reject no internal promise", async () => {
  const { connection, settled } = await ready();
  let failed = 0;
  for (let call = 0; call < 1_000; call++) {
    const request = { kind: "query", path: '"p"', repeatable: true, input: undefined, deadline: Infinity } as const;
    openChannel(connection, { ...request, credit: { events: 1, maxEvents: 1 } }, { path: "feed", report: () => {} });
    callOnce(connection, request).catch(() => failed++);
  }
  await settled();
  connection.close();
  await settled();
  expect(failed).toBe(1_000);
});

it("C15: one attempt asks for credentials once, for all calls that wait", async () => {
  let asked = 0;
  const { ask, settled, switchboard, connection } = setUp({ auth: () => ++asked });
  const calls = Array.from({ length: 200 }, () => ask());
  await settled();
  switchboard.last.answer();
  await settled();
  expect(asked).toBe(1);
  connection.close();
  await Promise.all(calls);
});

it("C4: answers to calls that were never made are dropped, or break the session, and settle nothing", async () => {
  const { line, connection } = await ready();
  line.hear(batch(2, 1, [resultFrame(999, "1"), errorFrame(2, { code: "X", message: "" }), resultFrame(1, "5")]));
  expect(connection.status).toEqual({ state: "ready" });
});

it("takes no string for a list of tags to forget", async () => {
  const { connection } = await ready();
  expect(() => connection.invalidate("room:1" as never)).toThrow("invalidate: expected an array of strings");
  expect(() => connection.invalidate([1] as never)).toThrow(TypeError);
  connection.invalidate(["room:1"]);
  connection.invalidate();
});
