import { batch, closeCodes, type Welcome } from "@trunkline/core/internal";
import { VirtualClock } from "@trunkline/core/simulation";
import { describe, expect, it } from "vitest";
import { limits, Switchboard, settle, welcome } from "../test/switchboard.js";
import { type ConnectOptions, connect } from "./connect.js";
import type { OpenTransport } from "./open-transport.js";

const clock = new VirtualClock();

/** An attempt, and what is heard of it. */
async function attempt(options: Partial<ConnectOptions> & { session?: string; received?: number } = {}) {
  const switchboard = new Switchboard();
  const heard: unknown[] = [];
  const { session, received = 0, ...rest } = options;
  const giveUp = connect(
    { open: switchboard.open, limits, contractHash: "hash", ...rest },
    () => ({ session, received }),
    {
      welcomed: (_, { type, session: token }: Welcome) => heard.push([type, token]),
      lost: ({ reason, comeBack }) => heard.push(["lost", reason, comeBack]),
    },
  );
  await settle(clock);
  return { switchboard, heard, giveUp };
}

describe("an attempt", () => {
  it("says hello with the contract, the limits and no more than there is", async () => {
    const { switchboard } = await attempt();
    const { hello } = switchboard.last.open();
    expect(Object.keys(hello).sort()).toEqual(["contract", "limits", "received"]);
    expect(hello).toMatchObject({ contract: "hash", received: 0 });
  });

  it("names the session it resumes, what it has received, and its credentials", async () => {
    const { switchboard } = await attempt({ session: "t", received: 7, auth: async () => ({ token: "secret" }) });
    expect(switchboard.last.open().hello).toMatchObject({ session: "t", received: 7, auth: { token: "secret" } });
  });

  it("is over with a welcome", async () => {
    const { switchboard, heard } = await attempt();
    const line = switchboard.last.answer();
    line.lose();
    expect(heard).toEqual([["welcome", "token-1"]]);
    expect(line.closedWith).toBeUndefined();
  });

  it("is lost when no transport opens", async () => {
    const { switchboard, heard } = await attempt();
    switchboard.last.fail({ reason: "refused", fatal: false });
    expect(heard).toEqual([["lost", "refused", "now"]]);
  });

  it("R3: is lost for a while when the server has no room", async () => {
    const { switchboard, heard } = await attempt();
    switchboard.last.fail({ reason: "busy", fatal: false, later: true });
    expect(heard).toEqual([["lost", "busy", "later"]]);
  });

  it.each([
    [4401, "signed out elsewhere", "signed out elsewhere", "never"],
    [4401, "", "unauthenticated", "never"],
    [1013, "come on Monday", "come on Monday", "later"],
    [1011, "whatever", "the connection was lost (1011)", "now"],
  ])("is lost with what the server says: %d %j", async (code, said, reason, comeBack) => {
    const { switchboard, heard } = await attempt();
    switchboard.last.open().lose(code, said);
    expect(heard).toEqual([["lost", reason, comeBack]]);
  });

  it("W6: is lost for good when no transport ever can open", async () => {
    const { switchboard, heard } = await attempt();
    switchboard.last.fail({ reason: "bad URL", fatal: true });
    expect(heard).toEqual([["lost", "bad URL", "never"]]);
  });

  it.each([
    ["a batch", batch(1, 0, [])],
    ["a goodbye", '["goodbye",{"spreadMs":1}]'],
    ["a hello", '["hello",{}]'],
    ["what is not JSON", "<html>"],
    ["a welcome that is not whole", '["welcome",{}]'],
    ["a session resumed that was never named", welcome({ resumed: true })],
  ])("C5: closes with 4400 when the answer is %s", async (_, text) => {
    const { switchboard, heard } = await attempt();
    const line = switchboard.last.open();
    line.hear(text);
    expect(line.closedWith).toBe(closeCodes.protocol.code);
    expect(heard).toHaveLength(1);
    expect(heard[0]).toEqual(["lost", expect.any(String), "now"]);
  });

  it("takes a resumed session that it named", async () => {
    const { switchboard, heard } = await attempt({ session: "t" });
    switchboard.last.answer({ resumed: true });
    expect(heard).toEqual([["welcome", "token-1"]]);
  });

  it.each([
    [4401, "unauthenticated", "never"],
    [4403, "forbidden", "never"],
    [4406, "no common protocol version", "never"],
    [4408, "no hello in time", "now"],
    [1012, "server restarts", "now"],
    [1013, "server cannot take this client now", "later"],
    [1006, "the connection was lost (1006)", "now"],
    [4999, "the connection was lost (4999)", "now"],
  ])("W9: closed with %d is lost: %s, and comes back %s", async (code, reason, comeBack) => {
    const { switchboard, heard } = await attempt();
    switchboard.last.open().lose(code);
    expect(heard).toEqual([["lost", reason, comeBack]]);
  });
});

const hostile = {
  "an Error": new Error("no token"),
  "a string": "no token",
  undefined,
  null: null,
  "an object without a prototype": Object.create(null),
  "a revoked proxy": (() => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  })(),
  "an error whose message throws": Object.defineProperty(new Error(), "message", {
    get() {
      throw new Error("no");
    },
  }),
};

describe("C14: credentials", () => {
  it.each(Object.entries(hostile))("that throw %s count as a failed attempt", async (_, thrown) => {
    const auth = () => {
      throw thrown;
    };
    const { switchboard, heard } = await attempt({ auth });
    expect(switchboard.dials).toEqual([]);
    expect(heard).toEqual([["lost", expect.stringMatching(/^auth failed/), "now"]]);
  });

  it.each(Object.entries(hostile))("that reject with %s count as a failed attempt", async (_, thrown) => {
    const { heard } = await attempt({ auth: () => Promise.reject(thrown) });
    expect(heard).toEqual([["lost", expect.stringMatching(/^auth failed/), "now"]]);
  });

  it("say why, where it can be said", async () => {
    const { heard } = await attempt({ auth: () => Promise.reject(new Error("no token")) });
    expect(heard).toEqual([["lost", "auth failed: no token", "now"]]);
  });

  it.each([
    ["a bigint", 1n],
    [
      "a cycle",
      Object.assign([], {
        get 0() {
          return this;
        },
      }),
    ],
  ])("that have no JSON (%s) count as a failed attempt, and no hello is said", async (_, auth) => {
    const { switchboard, heard } = await attempt({ auth: () => auth });
    const line = switchboard.last.open();
    expect(line.sent).toEqual([]);
    expect(line.closedWith).toBeDefined();
    expect(heard).toEqual([["lost", expect.stringMatching(/^auth/), "now"]]);
  });

  it("that hang are given up with the attempt, and not waited for", async () => {
    let answer: (auth: unknown) => void = () => {};
    const { switchboard, heard, giveUp } = await attempt({ auth: () => new Promise((resolve) => (answer = resolve)) });
    giveUp("silent");
    answer({ token: 1 });
    await settle(clock);
    expect(switchboard.dials).toEqual([]);
    expect(heard).toEqual([]);
  });

  it("that reject after the attempt was given up are not heard of", async () => {
    let reject: (error: unknown) => void = () => {};
    const { heard, giveUp } = await attempt({ auth: () => new Promise((_, fail) => (reject = fail)) });
    giveUp("silent");
    reject(new Error("late"));
    await settle(clock);
    expect(heard).toEqual([]);
  });
});

it("C14: an address that throws is told from credentials that do", async () => {
  const open: OpenTransport = () => {
    throw new Error("no address");
  };
  const { heard } = await attempt({ open, auth: () => 1 });
  expect(heard).toEqual([["lost", "opening failed: no address", "now"]]);
});

describe("C17: given up", () => {
  it("while it opens, an attempt aborts that and hears nothing more", async () => {
    const { switchboard, heard, giveUp } = await attempt();
    giveUp("normal");
    expect(switchboard.last.aborted).toBe(true);
    switchboard.last.open();
    giveUp("normal");
    expect(heard).toEqual([]);
  });

  it.each([
    ["normal", 1000],
    ["silent", 4418],
  ] as const)("after hello, it closes the transport as %s and hears nothing more", async (close, code) => {
    const { switchboard, heard, giveUp } = await attempt();
    const line = switchboard.last.open();
    giveUp(close);
    expect(line.closedWith).toBe(code);
    line.hear(welcome());
    giveUp(close);
    expect(heard).toEqual([]);
  });

  it("after the welcome, it leaves the transport to its owner", async () => {
    const { switchboard, giveUp } = await attempt();
    const line = switchboard.last.answer();
    giveUp("normal");
    expect(line.closedWith).toBeUndefined();
  });
});
