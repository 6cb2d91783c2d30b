import { Random } from "@trunkline/core/simulation";
import { describe, expect, it } from "vitest";
import { Dialer, type DialerEffect, type DialerInput, type DialerState } from "./dialer.js";

const DIAL_MS = 10_000;
const STABLE_MS = 10_000;

const want: DialerInput = { type: "want" };
const welcomed: DialerInput = { type: "welcomed" };
const lost: DialerInput = { type: "lost", reason: "r", comeBack: "now" };
const later: DialerInput = { type: "lost", reason: "r", comeBack: "later" };
const fatal: DialerInput = { type: "lost", reason: "r", comeBack: "never" };
const goodbye: DialerInput = { type: "goodbye", spreadMs: 5_000 };
const finished: DialerInput = { type: "finished" };
const reconnect: DialerInput = { type: "reconnect" };
const close: DialerInput = { type: "close" };

const dialer = (chance = 0.5) => new Dialer({ dialMs: DIAL_MS, random: () => chance });

/** A dialer that has heard this, all of it at time 0. */
function after(...inputs: readonly DialerInput[]): Dialer {
  const made = dialer();
  for (const input of inputs) made.receive(input, 0);
  made.take();
  return made;
}

const states = {
  idle: () => after(),
  dialing: () => after(want),
  ready: () => after(want, welcomed),
  leaving: () => after(want, welcomed, goodbye),
  waiting: () => after(want, lost),
  stopped: () => after(want, fatal),
  closed: () => after(close),
} satisfies Record<DialerState["name"], () => Dialer>;

type Name = keyof typeof states;

/** The names of what must be done, a change of state by the state's. */
const words = (effects: readonly DialerEffect[]) =>
  effects.map((effect) => (effect.type === "changed" ? effect.state.name : effect.type));

/** Per state, what follows each input: the new state, then what else is done, in this order. `–`: nothing. */
const table: Record<Name, Record<string, string>> = {
  idle: { want: "dialing dial", reconnect: "dialing dial", close: "closed" },
  dialing: {
    welcomed: "ready",
    lost: "waiting",
    later: "waiting",
    fatal: "stopped",
    close: "abandon closed",
  },
  ready: {
    lost: "waiting",
    later: "waiting",
    fatal: "stopped",
    goodbye: "leaving",
    reconnect: "leave dialing dial",
    close: "leave closed",
  },
  leaving: {
    lost: "waiting",
    later: "waiting",
    fatal: "stopped",
    finished: "leaving",
    reconnect: "leave dialing dial",
    close: "leave closed",
  },
  waiting: { reconnect: "dialing dial", close: "closed" },
  stopped: { reconnect: "dialing dial", close: "closed" },
  closed: {},
};

const inputs = { want, welcomed, lost, later, fatal, goodbye, finished, reconnect, close };
const cells = (Object.keys(states) as Name[]).flatMap((state) =>
  Object.entries(inputs).map(([name, input]) => [state, name, table[state][name] ?? "–", input] as const),
);

describe("a dialer that is", () => {
  it.each(cells)("%s, on %s: %s", (state, _, expected, input) => {
    const made = states[state]();
    made.receive(input, 5);
    expect(words(made.take()).join(" ")).toBe(expected === "–" ? "" : expected);
    if (expected === "–") expect(made.state.name).toBe(state);
  });

  it.each([
    ["idle", Infinity, "–"],
    ["dialing", DIAL_MS, "abandon waiting"],
    ["ready", Infinity, "–"],
    ["leaving", Infinity, "–"],
    ["waiting", 500, "dialing dial"],
    ["stopped", Infinity, "–"],
    ["closed", Infinity, "–"],
  ] as const)("%s, with its deadline at %d: %s", (state, deadline, expected) => {
    const made = states[state]();
    expect(made.deadline).toBe(deadline);
    made.tick(deadline === Infinity ? 1e12 : deadline - 1);
    expect(made.take()).toEqual([]);
    expect(made.state.name).toBe(state);
    if (deadline === Infinity) return;
    made.tick(deadline);
    expect(words(made.take()).join(" ")).toBe(expected);
  });

  it.each(Object.keys(states) as Name[])("C17: %s closes once, however often it is told to", (state) => {
    const made = states[state]();
    made.receive(close, 1);
    made.take();
    for (const input of [close, want, reconnect, welcomed, lost, goodbye, finished]) made.receive(input, 2);
    made.tick(1e12);
    expect(made.take()).toEqual([]);
    expect(made.state).toEqual({ name: "closed" });
    expect(made.deadline).toBe(Infinity);
  });
});

describe("leaving", () => {
  it("waits for what is in flight, then for the moment drawn from the spread", () => {
    const made = states.leaving();
    made.tick(1e6);
    expect(made.take()).toEqual([]);
    made.receive(finished, 100);
    expect(made.deadline).toBe(2_500);
    made.tick(2_499);
    expect(words(made.take())).toEqual(["leaving"]);
    made.tick(2_500);
    expect(words(made.take())).toEqual(["leave", "dialing", "dial"]);
  });

  it("goes at once when what was in flight finishes after that moment", () => {
    const made = states.leaving();
    made.receive(finished, 4_000);
    expect(made.deadline).toBeLessThanOrEqual(4_000);
    made.tick(4_000);
    expect(made.state.name).toBe("dialing");
  });

  it("takes the moment of the first goodbye", () => {
    const made = states.leaving();
    made.receive({ type: "goodbye", spreadMs: 100_000 }, 1);
    expect(made.state).toMatchObject({ name: "leaving", leaveAt: 2_500 });
  });

  it("of a spread of nothing is as soon as nothing is in flight", () => {
    const made = states.ready();
    made.receive({ type: "goodbye", spreadMs: 0 }, 7);
    made.receive(finished, 7);
    expect(made.deadline).toBe(7);
  });
});

describe("attempts", () => {
  const attemptOf = (made: Dialer) => ("attempt" in made.state ? made.state.attempt : undefined);

  /** Welcomed at 0, lost then. The next attempt's number. */
  function attemptAfter(heldMs: number): number | undefined {
    const made = after(want, lost);
    made.tick(500);
    made.receive(lost, 500);
    made.tick(made.deadline);
    made.receive(welcomed, 2_000);
    made.receive(lost, 2_000 + heldMs);
    return attemptOf(made);
  }

  it.each([
    [0, 3],
    [STABLE_MS - 1, 3],
    [STABLE_MS, 1],
    [STABLE_MS + 1, 1],
  ])("N11: after a welcome that held %d ms the next is number %d", (heldMs, attempt) => {
    expect(attemptAfter(heldMs)).toBe(attempt);
  });

  it("N11: are counted on when a server accepts and then closes, again and again", () => {
    const made = after(want);
    let now = 0;
    for (let attempt = 1; attempt <= 8; attempt++) {
      made.receive(welcomed, now);
      made.receive(lost, now + 10);
      expect(attemptOf(made)).toBe(attempt);
      now = made.deadline;
      made.tick(now);
    }
  });

  it.each([
    [100, 2],
    [STABLE_MS, 1],
  ])("count as before when a server says goodbye after %d ms, and is lost", (heldMs, attempt) => {
    const made = after(want, lost);
    made.tick(500);
    made.receive(welcomed, 500);
    made.receive(goodbye, 500 + heldMs);
    made.receive(lost, 600 + heldMs);
    expect(attemptOf(made)).toBe(attempt);
  });

  it("count one that got no welcome in time", () => {
    const made = states.dialing();
    made.tick(DIAL_MS);
    expect(made.state).toMatchObject({ name: "waiting", attempt: 1, reason: "no welcome in time" });
  });

  it.each(["ready", "leaving", "waiting", "stopped"] as const)("begin anew when %s is told to reconnect", (state) => {
    const made = states[state]();
    made.receive(reconnect, 9);
    expect(made.state).toEqual({ name: "dialing", attempt: 0, giveUpAt: 9 + DIAL_MS });
  });

  it("waits longer where the server said later", () => {
    const made = after(want);
    made.receive(later, 0);
    expect(made.deadline).toBe(4_000);
  });
});

/** How often a dialer dials in five minutes, of transports that are lost after `upMs`. */
function dialsInFiveMinutes(upMs: number, random: () => number): number {
  const made = new Dialer({ dialMs: DIAL_MS, random });
  let dials = 0;
  made.receive(want, 0);
  for (let now = 0; now < 300_000; now = made.deadline, made.tick(now)) {
    dials += words(made.take()).filter((word) => word === "dial").length;
    if (made.state.name !== "dialing") continue;
    made.receive(welcomed, now);
    made.receive(lost, now + upMs);
  }
  return dials;
}

describe("a server that flaps", () => {
  const random = new Random(12);
  const runs = Array.from({ length: 1_000 }, () => dialsInFiveMinutes(1_000, () => random.next()));

  // Full jitter up to 30 s waits 15 s on average: that, and the five shorter waits before it, is what decides this.
  it("N12: is dialled 23 times in 5 min on average", () => {
    const average = runs.reduce((sum, dials) => sum + dials, 0) / runs.length;
    expect(average).toBeGreaterThan(22);
    expect(average).toBeLessThan(24);
  });

  it("N12: is not hammered by the unluckiest of a thousand clients", () => {
    expect(Math.max(...runs)).toBeLessThan(40);
  });

  it("N11: is dialled no oftener when it accepts and closes at once", () => {
    expect(dialsInFiveMinutes(0, () => 0.5)).toBeLessThanOrEqual(25);
  });
});
