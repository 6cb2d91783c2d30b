import type { Clock } from "@trunkline/core/internal";
import { VirtualClock } from "@trunkline/core/simulation";
import { describe, expect, it } from "vitest";
import type { ServerConnection } from "./connection.js";
import type { Ending } from "./household.js";
import { Sessions } from "./sessions.js";

function setUp({
  resumeMs = 1_000,
  detachedSessions = 3,
  detachedBytes = 100,
  attachedBytes = 100,
  connectionsPerIdentity = 2,
  maxConnectionAgeMs = Infinity,
  lateBy = (): number => 0,
} = {}) {
  const clock = new VirtualClock();
  const late: Clock = {
    now: () => clock.now(),
    wallNow: () => clock.wallNow(),
    defer: (task) => clock.defer(task),
    later: (task) => clock.later(task),
    alarm: (wake) => {
      const alarm = clock.alarm(wake);
      return { set: (at) => alarm.set(at + lateBy()), clear: () => alarm.clear() };
    },
  };
  const sessions = new Sessions(
    {
      resumeMs,
      detachedSessions,
      detachedBytes,
      attachedBytes,
      connectionsPerIdentity,
      maxConnectionAgeMs,
      lagMs: 500,
    },
    late,
  );
  const ended: string[] = [];
  /** Who was asked to leave, when, and within what time. */
  const dismissed: string[] = [];
  /** What each connection holds for its client. */
  const held = new Map<string, number>();
  /** Who has no transport. */
  const away = new Set<string>();
  /** Enters a connection of this name. */
  const enter = (id: string, identity?: string) => {
    const made: ServerConnection = {
      id,
      get attached() {
        return !away.has(id);
      },
      get held() {
        return held.get(id) ?? 0;
      },
      goodbye: (spreadMs: number) => void dismissed.push(`${id} at ${clock.now()} within ${spreadMs}`),
      end: ({ close, detail }: Ending) => {
        ended.push(`${id} ${close}: ${detail}`);
        sessions.leave(made);
      },
    } as ServerConnection;
    return { connection: made, token: sessions.enter(made, identity) };
  };
  const leave = (connection: ServerConnection) => {
    away.add(connection.id);
    sessions.wait(connection);
  };
  return { clock, sessions, ended, dismissed, held, enter, leave };
}

describe("a token", () => {
  it("M1: is 256 bits of chance, never the same", () => {
    const { enter } = setUp();
    const tokens = Array.from({ length: 100 }, (_, index) => enter(String(index)).token);
    expect(new Set(tokens).size).toBe(100);
    for (const token of tokens) expect(token).toMatch(/^[\w-]{43}$/);
  });

  it("resumes its connection, and is followed by another", () => {
    const { sessions, enter } = setUp();
    const { connection, token } = enter("a");
    const resumed = sessions.resume(token, undefined);
    expect(resumed?.connection).toBe(connection);
    expect(resumed?.token).not.toBe(token);
  });

  it.each([
    ["an empty one", ""],
    ["a word", "guess"],
    ["one of the right length", "a".repeat(43)],
    ["__proto__", "__proto__"],
    ["constructor", "constructor"],
    ["NUL", "\u0000"],
    ["a long one", "x".repeat(100_000)],
  ])("M1, M3: that was not issued (%s) resumes nothing", (_, token) => {
    const { sessions, enter } = setUp();
    enter("a");
    expect(sessions.resume(token, undefined)).toBeUndefined();
  });

  it.each([
    ["ada", "eve"],
    ["ada", undefined],
    [undefined, "eve"],
    ["ada", ""],
  ])("M2: of %s resumes nothing for %s, and still does for whom it was issued", (owner, thief) => {
    const { sessions, enter } = setUp();
    const { connection, token } = enter("a", owner);
    expect(sessions.resume(token, thief)).toBeUndefined();
    expect(sessions.resume(token, owner)?.connection).toBe(connection);
  });

  it("M2: stays valid until the next one is used, because a welcome can be lost", () => {
    const { sessions, enter } = setUp();
    const { connection, token: first } = enter("a");
    const lost = sessions.resume(first, undefined)!.token;
    const second = sessions.resume(first, undefined)!.token;
    expect(sessions.resume(lost, undefined)).toBeUndefined();
    expect(sessions.resume(second, undefined)?.connection).toBe(connection);
    expect(sessions.resume(first, undefined)).toBeUndefined();
  });

  it("M2: at most two of a connection are valid at a time", () => {
    const { sessions, enter } = setUp();
    const tokens = [enter("a").token];
    for (let use = 0; use < 10; use++) tokens.push(sessions.resume(tokens.at(-1)!, undefined)!.token);
    for (const old of tokens.slice(0, -2)) expect(sessions.resume(old, undefined)).toBeUndefined();
  });

  it("M4: used twice at once leads to the same connection, one after the other", () => {
    const { sessions, enter } = setUp();
    const { connection, token } = enter("a");
    const [one, other] = [sessions.resume(token, undefined), sessions.resume(token, undefined)];
    expect(one?.connection).toBe(connection);
    expect(other?.connection).toBe(connection);
    expect(sessions.resume(one!.token, undefined)).toBeUndefined();
    expect(sessions.size).toBe(1);
  });

  it("resumes nothing once its connection has left", () => {
    const { sessions, enter } = setUp();
    const { connection, token } = enter("a");
    const { token: next } = sessions.resume(token, undefined)!;
    sessions.leave(connection);
    expect(sessions.resume(token, undefined)).toBeUndefined();
    expect(sessions.resume(next, undefined)).toBeUndefined();
    expect(sessions.size).toBe(0);
  });
});

const lateEnding = "sessionGone: not resumed in time (limits.resumeMs)";

describe("a connection that waits", () => {
  it("M12: is resumed until the last moment of resumeMs", () => {
    const { clock, sessions, ended, enter } = setUp();
    const { connection, token } = enter("a");
    sessions.wait(connection);
    clock.advance(999);
    expect(sessions.resume(token, undefined)?.connection).toBe(connection);
    clock.advance(10_000);
    expect(ended).toEqual([]);
    sessions.leave(connection);
    expect(clock.idle).toBe(true);
  });

  it("M12: ends when resumeMs are over, and its token with it", () => {
    const { clock, sessions, ended, enter } = setUp();
    const { connection, token } = enter("a");
    sessions.wait(connection);
    clock.advance(1_000);
    expect(ended).toEqual([`a ${lateEnding}`]);
    expect(sessions.resume(token, undefined)).toBeUndefined();
    expect(sessions.size).toBe(0);
    expect(clock.idle).toBe(true);
  });

  it("ends in its turn, by one alarm for all", () => {
    const { clock, sessions, ended, enter } = setUp();
    sessions.wait(enter("a").connection);
    clock.advance(400);
    sessions.wait(enter("b").connection);
    clock.advance(600);
    expect(ended).toEqual([`a ${lateEnding}`]);
    clock.advance(399);
    expect(ended).toHaveLength(1);
    clock.advance(1);
    expect(ended).toHaveLength(2);
    expect(clock.idle).toBe(true);
  });

  it("waits anew each time it is detached", () => {
    const { clock, sessions, ended, enter } = setUp();
    const { connection, token } = enter("a");
    sessions.wait(connection);
    clock.advance(900);
    sessions.resume(token, undefined);
    sessions.wait(connection);
    clock.advance(999);
    expect(ended).toEqual([]);
    clock.advance(1);
    expect(ended).toHaveLength(1);
  });

  it("leaves no alarm behind when it leaves", () => {
    const { clock, sessions, enter } = setUp();
    const { connection } = enter("a");
    sessions.wait(connection);
    sessions.leave(connection);
    sessions.leave(connection);
    expect(clock.idle).toBe(true);
  });

  it("M6: at detachedSessions − 1, at it, and at one more, the longest detached gives way", () => {
    const { sessions, ended, enter } = setUp({ detachedSessions: 3 });
    const first = enter("a");
    for (const { connection } of [first, enter("b"), enter("c")]) sessions.wait(connection);
    expect(ended).toEqual([]);
    // One that came back and left again has not been detached longest any more.
    sessions.resume(first.token, undefined);
    sessions.wait(first.connection);
    sessions.wait(enter("d").connection);
    expect(ended).toEqual(["b sessionGone: too many sessions wait for their clients (limits.detachedSessions)"]);
    expect(sessions.size).toBe(3);
  });

  it.each([
    [99, []],
    [100, []],
    [101, ["big"]],
  ])("M6: in all they hold at most detachedBytes: at %d of 100, %j gives way, the largest first", (total, gone) => {
    const { sessions, ended, held, enter } = setUp();
    for (const [id, bytes] of Object.entries({ small: 20, big: total - 50, middle: 30 })) {
      held.set(id, bytes);
      sessions.wait(enter(id).connection);
    }
    expect(ended.map((text) => text.split(" ")[0])).toEqual(gone);
  });

  it("M6: what is held is weighed anew while handlers finish", () => {
    const { clock, sessions, ended, held, enter } = setUp({ resumeMs: 60_000 });
    sessions.wait(enter("a").connection);
    held.set("a", 101);
    clock.advance(1_000);
    expect(ended).toEqual(["a sessionGone: waiting sessions hold too much (limits.detachedBytes)"]);
    expect(clock.idle).toBe(true);
  });

  it("M6: the attached do not count against that bound", () => {
    const { sessions, ended, enter } = setUp({ detachedSessions: 1 });
    for (let index = 0; index < 50; index++) enter(String(index));
    sessions.wait(enter("last").connection);
    expect(ended).toEqual([]);
    expect(sessions.size).toBe(51);
    expect([...sessions]).toHaveLength(51);
  });
});

describe("R3: an identity", () => {
  it.each([
    [1, true],
    [2, false],
    [3, false],
  ])("that has %d of two connections and wants one more: %s", (has, expected) => {
    const { sessions, enter } = setUp();
    for (let each = 0; each < has; each++) enter(`ada ${each}`, "ada");
    expect(sessions.hasRoom(undefined, "ada")).toBe(expected);
    // R25: of nobody else's business.
    expect(sessions.hasRoom(undefined, "bob")).toBe(true);
    expect(sessions.hasRoom(undefined, undefined)).toBe(true);
  });

  it("at its bound may take over what it has, and come back once something has left", () => {
    const { sessions, enter, leave } = setUp();
    const first = enter("first", "ada");
    const second = enter("second", "ada");
    expect(sessions.hasRoom(first.token, "ada")).toBe(true);
    leave(second.connection);
    const third = enter("third", "ada");
    expect(sessions.hasRoom(second.token, "ada")).toBe(false);
    sessions.leave(third.connection);
    expect(sessions.hasRoom(second.token, "ada")).toBe(true);
    sessions.resume(second.token, "ada");
    expect(sessions.hasRoom(undefined, "ada")).toBe(false);
  });
});

describe("R14: what connections hold", () => {
  it.each([
    [99, true],
    [100, true],
    [101, false],
  ])("together, %d of 100, leaves room for a new one: %s", (bytes, expected) => {
    const { clock, sessions, held, enter } = setUp();
    const { token } = enter("a");
    enter("b");
    held.set("a", bytes - 40).set("b", 40);
    clock.advance(1_000);
    expect(sessions.hasRoom(undefined, undefined)).toBe(expected);
    expect(sessions.hasRoom(token, undefined)).toBe(true);
  });

  it("together, where it stays too much, costs the largest their sessions", () => {
    const { clock, sessions, held, ended, enter } = setUp();
    for (const id of ["a", "b", "c", "d"]) enter(id);
    held.set("a", 30).set("b", 60).set("c", 50).set("d", 5);
    clock.advance(1_999);
    expect(ended).toEqual([]);
    clock.advance(1);
    expect(ended).toEqual(["b slowReader: connections hold too much together (limits.attachedBytes)"]);
    expect(sessions.hasRoom(undefined, undefined)).toBe(false);
    clock.advance(1_000);
    expect(sessions.hasRoom(undefined, undefined)).toBe(true);
    expect(ended).toHaveLength(1);
  });

  it("is forgiven if it was for a moment", () => {
    const { clock, sessions, held, ended, enter } = setUp();
    enter("a");
    held.set("a", 200);
    clock.advance(1_000);
    held.set("a", 20);
    clock.advance(10_000);
    expect(ended).toEqual([]);
    expect(sessions.hasRoom(undefined, undefined)).toBe(true);
  });

  it("is not weighed when nobody is there", () => {
    const { clock, sessions, enter } = setUp();
    const { connection } = enter("a");
    sessions.leave(connection);
    expect(clock.idle).toBe(true);
  });
});

describe("R15: a process that does not keep up", () => {
  it("is known by its alarms: it takes back who has a session, and nobody new, until it keeps up", () => {
    let lateMs = 501;
    const { clock, sessions, enter } = setUp({ lateBy: () => lateMs });
    const { connection, token } = enter("a");
    const room = () => [sessions.hasRoom(token, undefined), sessions.hasRoom(undefined, undefined)];
    clock.advance(5 * 1_501 - 1);
    expect(room()).toEqual([true, true]);
    clock.advance(1);
    expect(room()).toEqual([true, false]);
    lateMs = 500;
    clock.advance(3_100);
    expect(room()).toEqual([true, true]);
    lateMs = 501;
    clock.advance(20_000);
    expect(room()).toEqual([true, false]);
    sessions.leave(connection);
    expect(room()).toEqual([true, true]);
    expect(clock.idle).toBe(true);
  });
});

describe("D6: a connection that has had its transport for long", () => {
  it("is asked to leave once, so that it is gone at its age, a tenth more or less", () => {
    const { clock, dismissed, enter } = setUp({ maxConnectionAgeMs: 20_000 });
    enter("a");
    clock.advance(5_500);
    enter("b");
    clock.advance(60_000);
    expect(dismissed).toEqual(["a at 18000 within 4000", "b at 24000 within 4000"]);
  });

  it("counts from when it came back", () => {
    const { clock, sessions, dismissed, enter, leave } = setUp({ maxConnectionAgeMs: 20_000, resumeMs: 60_000 });
    const { connection, token } = enter("a");
    clock.advance(10_000);
    leave(connection);
    clock.advance(10_000);
    sessions.resume(token, undefined);
    clock.advance(17_900);
    expect(dismissed).toEqual([]);
    clock.advance(1_000);
    expect(dismissed).toHaveLength(1);
  });

  it("makes room for its successor, and takes none from anybody when it goes", () => {
    const { clock, sessions, enter } = setUp({ maxConnectionAgeMs: 10_000 });
    const first = enter("first", "ada");
    clock.advance(5_000);
    enter("second", "ada");
    expect(sessions.hasRoom(undefined, "ada")).toBe(false);
    clock.advance(5_000);
    expect(sessions.hasRoom(undefined, "ada")).toBe(true);
    enter("third", "ada");
    sessions.leave(first.connection);
    expect(sessions.hasRoom(undefined, "ada")).toBe(false);
  });

  it("stays for as long as it likes where nobody says what is long", () => {
    const { clock, dismissed, enter } = setUp();
    enter("a");
    clock.advance(10_000_000);
    expect(dismissed).toEqual([]);
  });
});
