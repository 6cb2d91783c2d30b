/** A connection that is part of a page. */
import { batch, callOnce, type OutgoingRequest, resultFrame } from "@trunkline/core/internal";
import { VirtualClock } from "@trunkline/core/simulation";
import { afterEach, describe, expect, it } from "vitest";
import { FakePage } from "../test/fake-page.js";
import { limits, Switchboard, settle } from "../test/switchboard.js";
import { ClientConnection } from "./connection.js";

const opened: { connection: ClientConnection; clock: VirtualClock; page: FakePage }[] = [];

afterEach(() => {
  for (const { connection, clock, page } of opened.splice(0)) {
    connection.close();
    clock.advance(0);
    expect(page.listeners, "listeners are left").toBe(0);
    expect(clock.idle, "alarms are left").toBe(true);
    expect(connection.holdings).toMatchObject({ calls: 0, handlers: 0, backlog: 0, replay: 0 });
  }
});

function setUp({ auth }: { readonly auth?: () => unknown } = {}) {
  const clock = new VirtualClock();
  const page = new FakePage(clock);
  const switchboard = new Switchboard();
  const connection = new ClientConnection({
    open: switchboard.open,
    limits,
    contractHash: "hash",
    clock,
    page,
    random: () => 0.5,
    contractDiffers: () => {},
    report: () => {},
    ...(auth === undefined ? {} : { auth }),
  });
  const ask = (kind: OutgoingRequest["kind"] = "query") =>
    callOnce(connection, { kind, path: '"p"', repeatable: kind !== "mutation", input: "1", deadline: 1e9 });
  const pass = async (ms: number) => {
    clock.advance(ms);
    await settle(clock);
  };
  opened.push({ connection, clock, page });
  return { page, switchboard, connection, ask, pass };
}

/** With a welcome, and a mutation that waits for its answer. */
async function asking(options?: Parameters<typeof setUp>[0]) {
  const made = setUp(options);
  const answer = made.ask("mutation");
  await made.pass(0);
  const line = made.switchboard.last.answer();
  await made.pass(0);
  expect(line.frames).toHaveLength(1);
  return { ...made, line, answer };
}

const state = ({ connection }: { readonly connection: ClientConnection }) => connection.status.state;

describe("a page's connection", () => {
  it("hears nothing of its page before it dials", async () => {
    const { page, switchboard, pass, ask } = setUp();
    expect(page.listeners).toBe(0);
    page.hear("online");
    await pass(1_000);
    expect(switchboard.dials).toEqual([]);
    const answer = ask();
    expect(page.listeners).toBe(6);
    await pass(0);
    const line = switchboard.last.answer();
    await pass(0);
    line.hear(batch(1, 1, [resultFrame(1, "2")]));
    expect(await answer).toBe(2);
  });

  it("T2: dials again after a sleep, once, with fresh credentials, and resumes its session", async () => {
    let asked = 0;
    const { page, line, pass, switchboard, answer } = await asking({ auth: () => ++asked });
    page.sleep(8 * 3_600_000);
    page.show();
    expect(line.closedWith).toBe(4412);
    await pass(0);
    expect(switchboard.dials).toHaveLength(2);
    const second = switchboard.last.answer({ resumed: true, received: 1 });
    expect(second.hello).toMatchObject({ session: "token-1", auth: 2 });
    second.hear(batch(1, 1, [resultFrame(1, "2")]));
    expect(await answer).toBe(2);
    page.hear("focus");
    await pass(0);
    expect(switchboard.dials).toHaveLength(2);
  });

  it("W1: keeps its socket when it was hidden and the server was heard", async () => {
    const { page, line, pass, answer } = await asking();
    page.hide();
    for (let beat = 0; beat < 100; beat++) {
      await pass(25_000);
      line.hear(batch(1, 1, []));
    }
    page.show();
    page.resume();
    expect(line.closedWith).toBeUndefined();
    line.hear(batch(1, 1, [resultFrame(1, "2")]));
    expect(await answer).toBe(2);
  });

  it("N10: cuts a long wait short when the network is back", async () => {
    const { page, pass, switchboard, line, answer } = await asking();
    line.lose(1013);
    await pass(100);
    page.hear("online");
    await pass(500);
    switchboard.last.answer({ resumed: true, received: 1 }).hear(batch(1, 1, [resultFrame(1, "2")]));
    expect(await answer).toBe(2);
    expect(switchboard.dials).toHaveLength(2);
  });

  it("W2: holds nothing in the back/forward cache, and goes on where it was", async () => {
    const { page, pass, switchboard, line, answer, connection } = await asking();
    page.turn("pagehide", { persisted: true });
    expect([line.closedWith, state({ connection })]).toEqual([4412, "idle"]);
    await pass(20_000);
    expect(switchboard.dials).toHaveLength(1);
    for (const happen of [() => page.resume(), () => page.show()]) happen();
    page.turn("pageshow", { persisted: true });
    await pass(0);
    const second = switchboard.last.answer({ resumed: true, received: 1 });
    expect(second.hello).toMatchObject({ session: "token-1" });
    second.hear(batch(1, 1, [resultFrame(1, "2")]));
    expect(await answer).toBe(2);
    expect(switchboard.dials).toHaveLength(2);
  });

  it("W2: gives up an attempt that is under way, and makes it again", async () => {
    const { page, pass, switchboard, ask, connection } = setUp();
    const answer = ask().catch(() => {});
    await pass(0);
    page.turn("pagehide", { persisted: true });
    expect(switchboard.last.aborted).toBe(true);
    page.turn("pageshow", { persisted: true });
    await pass(0);
    expect(switchboard.dials).toHaveLength(2);
    connection.close();
    await answer;
  });

  it("W2 W12: tells of a mutation whose transport could not be resumed that its outcome is unknown", async () => {
    const { page, pass, switchboard, line, answer, connection } = await asking();
    line.hear('["goodbye",{"spreadMs":0}]');
    await pass(0);
    switchboard.last.answer({ session: "token-2" });
    await pass(0);
    // The first line finishes what is in flight, the second has the session.
    page.turn("pagehide", { persisted: true });
    await expect(answer).rejects.toMatchObject({ code: "UNAVAILABLE", outcome: "unknown" });
    expect([line.closedWith !== undefined, switchboard.last.line.closedWith]).toEqual([true, 4412]);
    page.turn("pageshow", { persisted: true });
    await pass(0);
    switchboard.last.answer({ session: "token-3", resumed: true, received: 0 });
    expect(state({ connection })).toBe("ready");
  });

  it("stays stopped, whatever the page goes through", async () => {
    const { page, pass, switchboard, ask, connection } = setUp();
    const answer = ask().catch(() => {});
    await pass(0);
    switchboard.last.fail({ reason: "r", fatal: true });
    for (const happen of [() => page.hear("online"), () => page.show(), () => page.resume()]) happen();
    page.turn("pagehide", { persisted: true });
    page.turn("pageshow", { persisted: true });
    await pass(60_000);
    expect([state({ connection }), switchboard.dials.length]).toEqual(["stopped", 1]);
    await answer;
  });
});
