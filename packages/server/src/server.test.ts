import { defineContract, query, RpcError, subscription } from "@trunkline/core";
import { batch, closeCodes, parse } from "@trunkline/core/internal";
import { VirtualClock } from "@trunkline/core/simulation";
import { afterEach, describe, expect, it, vi } from "vitest";
import { z } from "zod";
import { Caller, hello, Line, limits, settle, strangers } from "../test/caller.js";
import { type FailureReport, implement } from "./define.js";
import { serve } from "./serve.js";
import { createServer, type Server } from "./server.js";
import type { ServerSetup } from "./server-options.js";

const opened: { server: Server; clock: VirtualClock }[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  for (const { server, clock } of opened.splice(0)) {
    await server.close();
    await settle(clock);
    expect(server.connections.size).toBe(0);
    expect(clock.idle, "alarms are left").toBe(true);
  }
});

const contract = defineContract({
  who: query({ output: z.string() }),
  /** Answers when the test releases it. */
  held: query({ output: z.string() }),
  ticks: subscription({ event: z.number() }),
});

/** What clients say of themselves. */
interface Context {
  readonly user: string;
}

function setUp(setup: Partial<ServerSetup<Context>> = {}) {
  const clock = new VirtualClock();
  const heard: string[] = [];
  const failures: FailureReport[] = [];
  const aborted: unknown[] = [];
  let release = () => {};
  const held = new Promise<string>((resolve) => (release = () => resolve("held")));
  const router = implement(contract)
    .context<Context>()
    .router({
      who: ({ context }) => context.user,
      held: ({ signal }) => {
        signal.addEventListener("abort", () => aborted.push(signal.reason));
        return held;
      },
      ticks: async function* ({ signal }) {
        yield 1;
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      },
    });
  const server = createServer(router, {
    clock,
    context: ({ auth }) => ({ user: String(auth) }),
    onConnect: (_, { user }) => void heard.push(`+${user}`),
    onDisconnect: (_, reason) => void heard.push(`-${reason}`),
    onError: (failure) => void failures.push(failure),
    ...setup,
  });
  opened.push({ server, clock });
  const settled = () => settle(clock);
  /** Says hello over this line, or a new one. */
  const connect = async (auth: unknown = "ada", members: Parameters<typeof hello>[0] = {}, line = new Line()) => {
    server.accept(line);
    line.hear(hello({ auth, ...members }));
    await settled();
    return line;
  };
  const caller = async (auth?: unknown) => {
    const made = new Caller();
    await connect(auth, {}, made.line);
    return made;
  };
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settled();
  };
  return { server, clock, heard, failures, aborted, release, connect, caller, settled, pass };
}

describe("a session", () => {
  it("begins with a welcome that says what the server grants", async () => {
    const { connect, server } = setUp();
    const { welcome, sent } = await connect();
    expect(welcome).toMatchObject({ resumed: false, received: 0, heartbeatMs: limits.heartbeatMs });
    expect(parse(sent[0]!, limits).type).toBe("welcome");
    expect(server.connections.size).toBe(1);
  });

  it("M3: has a token of the server's, whatever the client names", async () => {
    const { connect } = setUp();
    const { welcome } = await connect("ada", { session: "mine", received: 0 });
    expect(welcome).toMatchObject({ resumed: false });
    expect(welcome.session).not.toBe("mine");
  });

  it("is resumed by its token: one connection, one onConnect, another token", async () => {
    const { connect, heard, server } = setUp();
    const first = await connect();
    first.lose();
    const second = await connect("ada", { session: first.welcome.session });
    expect(second.welcome).toMatchObject({ resumed: true });
    expect(second.welcome.session).not.toBe(first.welcome.session);
    expect(server.connections.size).toBe(1);
    expect(heard).toEqual(["+ada"]);
  });

  it("M5: is taken over by a resume while its old transport still looks open", async () => {
    const { connect, heard, server } = setUp();
    const first = await connect();
    const second = await connect("ada", { session: first.welcome.session });
    expect(first.closedWith).toEqual({ code: closeCodes.takenOver.code, reason: closeCodes.takenOver.reason });
    expect(second.welcome).toMatchObject({ resumed: true });
    first.hear("nonsense");
    first.lose();
    expect(second.closedWith).toBeUndefined();
    expect(server.connections.size).toBe(1);
    expect(heard).toEqual(["+ada"]);
  });

  it("M4: resumed by two at once belongs to the later, and the earlier is told", async () => {
    const { connect, server, settled } = setUp();
    const first = await connect();
    first.lose();
    const session = first.welcome.session;
    const lines = [new Line(), new Line()];
    for (const line of lines) {
      server.accept(line);
      line.hear(hello({ auth: "ada", session }));
    }
    await settled();
    expect(lines[0]?.closedWith?.code).toBe(4409);
    expect(lines[1]?.closedWith).toBeUndefined();
    expect(server.connections.size).toBe(1);
  });

  it("M2: is not resumed by another identity, and is not disturbed by the attempt", async () => {
    const { connect, server } = setUp({ identity: ({ user }) => user });
    const first = await connect("ada");
    const thief = await connect("eve", { session: first.welcome.session });
    expect(thief.welcome).toMatchObject({ resumed: false });
    expect(server.connections.size).toBe(2);
    expect(first.closedWith).toBeUndefined();
    first.lose();
    expect((await connect("ada", { session: first.welcome.session })).welcome).toMatchObject({ resumed: true });
  });

  it("M13: has the context of its latest transport", async () => {
    const { caller, connect, settled } = setUp();
    const made = await caller("ada");
    const { session } = made.line.welcome;
    made.line = new Line();
    await connect("grace", { session }, made.line);
    const id = made.call("who");
    await settled();
    expect(made.answers(id)).toEqual([[5, "grace"]]);
  });

  it.each([-1, 0.5])(
    "M11: that a client resumes with an impossible count (%d) is refused before it is looked for",
    async (received) => {
      const { connect, server } = setUp();
      const first = await connect();
      const second = await connect("ada", { session: first.welcome.session, received });
      expect(second.closedWith?.code).toBe(4400);
      expect(server.connections.size).toBe(1);
    },
  );

  it("M11: that a client claims to know more of than was sent ends", async () => {
    const { connect, server, heard } = setUp();
    const first = await connect();
    const second = await connect("ada", { session: first.welcome.session, received: 99 });
    expect(second.closedWith?.code).toBe(4400);
    expect(server.connections.size).toBe(0);
    expect(heard).toHaveLength(2);
  });

  it.each([
    [1006, true],
    [1001, true],
    [1005, true],
    [4412, true],
    [4418, true],
    [1000, false],
  ])("whose client closes with %d waits: %s", async (code, waits) => {
    const { connect, server, heard, pass } = setUp();
    (await connect()).lose(code);
    expect(server.connections.size).toBe(waits ? 1 : 0);
    await pass(limits.resumeMs);
    expect(server.connections.size).toBe(0);
    expect(heard).toEqual(["+ada", waits ? "-not resumed in time (limits.resumeMs)" : "-ended by the client"]);
  });

  it("N1: waits from the moment the client has been silent too long", async () => {
    const { connect, server, pass } = setUp();
    const line = await connect();
    await pass(limits.heartbeatMs + limits.graceMs);
    expect(line.closedWith?.code).toBe(4418);
    expect(server.connections.size).toBe(1);
    await pass(limits.resumeMs);
    expect(server.connections.size).toBe(0);
  });

  it("that breaks the rules ends, its handlers are aborted, and its token is worth nothing", async () => {
    const { caller, connect, settled, server, aborted, heard } = setUp();
    const made = await caller();
    made.call("held");
    await settled();
    expect(server.running).toBe(1);
    made.line.hear("nonsense");
    expect(made.line.closedWith?.code).toBe(4400);
    expect(aborted).toHaveLength(1);
    expect(heard).toHaveLength(2);
    expect((await connect("ada", { session: made.line.welcome.session })).welcome).toMatchObject({ resumed: false });
  });

  it("F15: hears nothing more once it has ended", async () => {
    const { caller, server, heard, settled } = setUp();
    const made = await caller();
    made.line.lose(1000);
    made.call("who");
    made.line.lose();
    await settled();
    expect(server.connections.size).toBe(0);
    expect(heard).toHaveLength(2);
  });
});

describe("a connection, as the application has it", () => {
  it("is the same for as long as the session lives, and can end it, once", async () => {
    const seen: { readonly id: string; close(): void }[] = [];
    const { connect, server, heard } = setUp({ onConnect: (connection) => void seen.push(connection) });
    const line = await connect();
    expect(seen[0]?.id).toMatch(/^[\da-f-]{36}$/);
    seen[0]?.close();
    seen[0]?.close();
    expect(line.closedWith?.code).toBe(4410);
    expect(server.connections.size).toBe(0);
    expect(heard).toEqual(["-closed by the application"]);
  });

  it("may be closed in onConnect", async () => {
    const { connect, server, heard } = setUp({ onConnect: (connection) => connection.close() });
    expect((await connect()).closedWith?.code).toBe(4410);
    expect(server.connections.size).toBe(0);
    expect(heard).toHaveLength(1);
  });
});

describe("D3: a hook that throws", () => {
  const names = [...strangers.keys()];

  it.each(names)("%s in context turns one client away, and no other", async (name) => {
    const { connect, failures, server } = setUp({
      context: ({ auth }) => {
        if (auth === "bad") throw strangers.get(name);
        return { user: "ada" };
      },
    });
    const [bad, good] = [await connect("bad"), await connect("good")];
    expect(bad.closedWith).toEqual({ code: 1013, reason: closeCodes.later.reason });
    expect(good.welcome).toBeDefined();
    expect(failures).toHaveLength(1);
    expect(server.connections.size).toBe(1);
  });

  it.each(names)("%s in identity turns one client away, and leaves no transport behind", async (name) => {
    const { connect, failures, server, heard } = setUp({
      identity: () => {
        throw strangers.get(name);
      },
    });
    const line = await connect();
    expect(line.closedWith?.code).toBe(1013);
    expect(failures).toHaveLength(1);
    expect(server.connections.size).toBe(0);
    expect(heard).toEqual([]);
  });

  it("a refusal in identity is one", async () => {
    const { connect, failures } = setUp({
      identity: () => {
        throw new RpcError("UNAUTHENTICATED");
      },
    });
    expect((await connect()).closedWith?.code).toBe(4401);
    expect(failures).toEqual([]);
  });

  it.each(["onConnect", "onDisconnect"] as const)("or rejects, %s, is reported, and harms nobody", async (hook) => {
    for (const throwing of [
      (): unknown => {
        throw "canary";
      },
      async (): Promise<unknown> => {
        throw "canary";
      },
    ]) {
      const { caller, failures, settled, server } = setUp({ [hook]: throwing });
      const made = await caller();
      const id = made.call("who");
      await settled();
      expect(made.answers(id)).toEqual([[5, "ada"]]);
      made.line.lose(1000);
      await settled();
      expect(failures).toEqual([{ error: "canary" }]);
      expect(server.connections.size).toBe(0);
    }
  });

  it.each(names)("or rejects, onError itself, with %s, is printed, and harms nobody", async (name) => {
    const printed = vi.spyOn(console, "error").mockReturnValue();
    for (const onError of [
      (): unknown => {
        throw strangers.get(name);
      },
      async (): Promise<unknown> => {
        throw strangers.get(name);
      },
    ]) {
      const { connect, server, settled } = setUp({
        onError: onError as () => void,
        onConnect: () => {
          throw new Error("first");
        },
      });
      await connect();
      await settled();
      expect(server.connections.size).toBe(1);
    }
    expect(printed).toHaveBeenCalledTimes(2);
  });

  it.each(names)("nothing but %s, without onError, is printed, and harms nobody", async (name) => {
    const printed = vi.spyOn(console, "error").mockReturnValue();
    const made = setUp({
      onConnect: () => {
        throw strangers.get(name);
      },
    });
    const server = createServer(implement(defineContract({})).router({}), {
      clock: made.clock,
      onConnect: () => {
        throw strangers.get(name);
      },
    });
    const line = new Line();
    server.accept(line);
    line.hear(hello());
    await made.settled();
    expect(line.welcome).toBeDefined();
    expect(printed).toHaveBeenCalledTimes(1);
    await server.close();
  });

  it("has the server for its this, as its author wrote it", async () => {
    const hooks = {
      clock: new VirtualClock(),
      seen: [] as unknown[],
      onError(this: { seen: unknown[] }, { error }: FailureReport) {
        this.seen.push(error);
      },
      onConnect() {
        throw "thrown";
      },
    };
    const server = createServer(implement(defineContract({})).router({}), hooks);
    const line = new Line();
    server.accept(line);
    line.hear(hello());
    await settle(hooks.clock);
    expect(hooks.seen).toEqual(["thrown"]);
    await server.close();
  });
});

it("an empty context is made where the hook makes none, at once or later", async () => {
  for (const context of [undefined, () => undefined as never, async () => undefined as never]) {
    const clock = new VirtualClock();
    const seen: unknown[] = [];
    const server = createServer(implement(defineContract({})).router({}), {
      clock,
      ...(context === undefined ? {} : { context }),
      onConnect: (_, made) => void seen.push(made),
    });
    const line = new Line();
    server.accept(line);
    line.hear(hello());
    await settle(clock);
    expect(seen).toEqual([{}]);
    await server.close();
  }
});

it("a transport that has gone before it is accepted leaves nothing behind", async () => {
  const { server, clock } = setUp();
  const line = new Line();
  line.lose();
  let greeted = 0;
  server.accept(line, undefined, () => greeted++);
  expect(greeted).toBe(1);
  expect(clock.idle).toBe(true);
});

it("is told once when a handshake is over, either way", async () => {
  const { server, settled, clock } = setUp();
  const greeted: string[] = [];
  const lines = ["hello", "nonsense", "silent", "gone"].map((name) => {
    const line = new Line();
    server.accept(line, undefined, () => greeted.push(name));
    return line;
  });
  lines[0]?.hear(hello({ auth: "ada" }));
  lines[1]?.hear("nonsense");
  lines[3]?.lose();
  await settled();
  expect(greeted).toEqual(["nonsense", "gone", "hello"]);
  clock.advance(limits.helloMs);
  expect(greeted).toHaveLength(4);
});

describe("draining", () => {
  const drainWith = (made: ReturnType<typeof setUp>, options: Parameters<Server["drain"]>[0]) => {
    const drained: unknown[] = [];
    void made.server.drain(options).then((counts) => drained.push(counts));
    return drained;
  };
  const spreadOf = (line: Line) => {
    const said = line.sent.map((text) => parse(text, limits)).find(({ type }) => type === "goodbye");
    return said?.type === "goodbye" ? said.spreadMs : undefined;
  };

  it("D8: says goodbye, waits for who finishes, cuts off who does not, and counts both", async () => {
    const made = setUp();
    const [finishing, staying] = [await made.caller("ada"), await made.caller("bob")];
    staying.subscribe("ticks");
    await made.settled();
    const drained = drainWith(made, { spreadMs: 1_000, deadlineMs: 5_000 });
    expect(made.server.state).toBe("draining");
    expect([finishing, staying].map(({ line }) => spreadOf(line))).toEqual([1_000, 1_000]);
    finishing.line.lose(4412);
    await made.pass(4_900);
    expect(drained).toEqual([]);
    for (let look = 0; look < 10; look++) await made.pass(20);
    expect(drained).toEqual([{ finished: 1, away: 0, cut: 1 }]);
    expect(staying.line.closedWith?.code).toBe(1012);
    expect(made.server.state).toBe("closed");
    expect(made.server.running).toBe(0);
    expect(made.heard.slice(2)).toEqual(["-the client left while the server drained", "-the server closes"]);
  });

  it("answers what is in flight", async () => {
    const made = setUp();
    const caller = await made.caller();
    const id = caller.call("held");
    await made.settled();
    drainWith(made, {});
    made.release();
    await made.settled();
    expect(caller.answers(id)).toEqual([[5, "held"]]);
    caller.line.lose(1000);
    await made.pass(20);
  });

  it("is over as soon as everybody has left", async () => {
    const made = setUp();
    const line = await made.connect();
    const drained = drainWith(made, { deadlineMs: 60_000 });
    line.lose(4412);
    await made.pass(20);
    await made.pass(20);
    expect(drained).toEqual([{ finished: 1, away: 0, cut: 0 }]);
  });

  it("is over at once when nobody is there", async () => {
    const made = setUp();
    expect(await made.server.drain()).toEqual({ finished: 0, away: 0, cut: 0 });
    expect(made.server.state).toBe("closed");
  });

  it("ends sessions whose clients are away: they would find nobody here", async () => {
    const made = setUp();
    (await made.connect()).lose();
    expect(await made.server.drain()).toEqual({ finished: 0, away: 1, cut: 0 });
    expect(made.heard[1]).toBe("-the server drained while the client was away");
  });

  it("D9: turns away who is about to say hello, and who comes", async () => {
    const made = setUp();
    await made.connect();
    const early = new Line();
    made.server.accept(early);
    drainWith(made, { deadlineMs: 100 });
    expect(early.closedWith?.code).toBe(1012);
    const late = new Line();
    made.server.accept(late);
    expect(late.closedWith?.code).toBe(1012);
    late.hear(hello());
    for (let look = 0; look < 10; look++) await made.pass(20);
    expect(made.server.state).toBe("closed");
  });

  it.each([
    [0.2, 1],
    [2_500.4, 2_501],
    [0, 0],
    [-5, 0],
    [Number.NaN, 0],
    [Infinity, 86_400_000],
  ])("with a spread of %d says one that every client takes: %d", async (spreadMs, said) => {
    const made = setUp();
    const line = await made.connect();
    drainWith(made, { spreadMs, deadlineMs: 20 });
    expect(spreadOf(line)).toBe(said);
    line.lose(1000);
    for (let look = 0; look < 3; look++) await made.pass(20);
  });

  it("twice at once is over once, for both", async () => {
    const made = setUp();
    const line = await made.connect();
    const both = [drainWith(made, {}), drainWith(made, {})];
    line.lose(4412);
    for (let look = 0; look < 3; look++) await made.pass(20);
    expect(both.map((counts) => counts.length)).toEqual([1, 1]);
  });
});

describe("closing", () => {
  it("ends every session, attached or waiting, and every handshake; twice is once", async () => {
    const made = setUp();
    const attached = await made.connect("ada");
    (await made.connect("bob")).lose();
    const greeting = new Line();
    made.server.accept(greeting);
    await made.server.close();
    await made.server.close();
    expect(made.server.state).toBe("closed");
    expect(attached.closedWith?.code).toBe(1001);
    expect(greeting.closedWith?.code).toBe(1001);
    expect(made.heard).toEqual(["+ada", "+bob", "-the server closes", "-the server closes"]);
    expect(made.clock.idle).toBe(true);
  });

  it("aborts what runs, and forgets it when it has settled", async () => {
    const made = setUp();
    const caller = await made.caller();
    caller.call("held");
    await made.settled();
    await made.server.close();
    expect(made.aborted).toHaveLength(1);
    expect(made.server.running).toBe(0);
    made.release();
    await made.settled();
  });

  it("turns away who comes afterwards, and who was being judged", async () => {
    let accept: (context: Context) => void = () => {};
    const made = setUp({ context: () => new Promise((resolve) => (accept = resolve)) });
    const judged = await made.connect();
    await made.server.close();
    accept({ user: "late" });
    const late = new Line();
    made.server.accept(late);
    await made.settled();
    expect(judged.closedWith?.code).toBe(1001);
    expect(late.closedWith?.code).toBe(1012);
    expect(made.server.connections.size).toBe(0);
    expect(made.heard).toEqual([]);
  });

  it("is what await using does", async () => {
    const made = setUp();
    const line = await made.connect();
    {
      await using _ = made.server;
    }
    expect(line.closedWith?.code).toBe(1001);
  });
});

it("R25: a client at its limit of calls locks out nobody else", async () => {
  const { caller, settled } = setUp({ limits: { calls: 2 } });
  const [greedy, polite] = [await caller("greedy"), await caller("polite")];
  for (let call = 0; call < 2; call++) greedy.call("held");
  const refused = greedy.call("held");
  const id = polite.call("who");
  await settled();
  expect(greedy.error(refused)).toMatchObject({ code: "RESOURCE_EXHAUSTED", refused: true });
  expect(polite.answers(id)).toEqual([[5, "polite"]]);
});

it("E5: no close reason holds anything a client sent", async () => {
  const { connect } = setUp();
  const line = await connect();
  line.hear(batch(1, 0, ['["canary"]']));
  expect(line.closedWith?.reason).toBe("protocol violation");
});

it("is served without options, where an empty context will do", async () => {
  const router = implement(defineContract({ ping: query({}) })).router({ ping: () => undefined });
  await using listening = await serve(router);
  expect(listening.port).toBeGreaterThan(0);
});
