import { Random } from "@trunkline/core/simulation";
import { describe, expect, it } from "vitest";
import { Dialer, type DialerEffect, type DialerInput, type DialerState } from "./dialer.js";

const DIAL_MS = 10_000;
const STABLE_MS = 10_000;

const want: DialerInput = { type: "want" };
const welcomed: DialerInput = { type: "welcomed", spreadMs: 1_000 };
const failed: DialerInput = { type: "failed", reason: "r", comeBack: "now" };
const refused: DialerInput = { type: "failed", reason: "r", comeBack: "never" };
const lost: DialerInput = { type: "lost", reason: "r", comeBack: "now" };
const later: DialerInput = { type: "lost", reason: "r", comeBack: "later" };
const fatal: DialerInput = { type: "lost", reason: "r", comeBack: "never" };
const goodbye: DialerInput = { type: "goodbye", spreadMs: 5_000 };
const suspect: DialerInput = { type: "suspect", withinMs: 900 };
const rest: DialerInput = { type: "rest" };
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

/** Its moment to leave was 0. */
function moving(): Dialer {
  const made = after(want, welcomed, { type: "goodbye", spreadMs: 0 });
  made.tick(0);
  made.take();
  return made;
}

const states = {
  idle: () => after(),
  dialing: () => after(want),
  ready: () => after(want, welcomed),
  leaving: () => after(want, welcomed, goodbye),
  moving: () => moving(),
  waiting: () => after(want, failed),
  stopped: () => after(want, refused),
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
    failed: "waiting",
    refused: "stopped",
    rest: "abandon idle",
    close: "abandon closed",
  },
  ready: {
    lost: "waiting",
    later: "waiting",
    fatal: "stopped",
    goodbye: "leaving",
    suspect: "leave waiting",
    reconnect: "leave dialing dial",
    rest: "leave idle",
    close: "leave closed",
  },
  leaving: {
    lost: "waiting",
    later: "waiting",
    fatal: "stopped",
    suspect: "leave waiting",
    reconnect: "leave dialing dial",
    rest: "leave idle",
    close: "leave closed",
  },
  moving: {
    welcomed: "ready",
    failed: "depart waiting",
    refused: "depart stopped",
    lost: "dialing",
    later: "dialing",
    fatal: "dialing",
    rest: "abandon leave idle",
    close: "abandon leave closed",
  },
  waiting: { suspect: "waiting", reconnect: "dialing dial", rest: "idle", close: "closed" },
  stopped: { reconnect: "dialing dial", close: "closed" },
  closed: {},
};

const inputs = { want, welcomed, failed, refused, lost, later, fatal, goodbye, suspect, reconnect, rest, close };
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
    ["leaving", 2_500, "moving dial"],
    ["moving", DIAL_MS, "abandon depart waiting"],
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
    for (const input of Object.values(inputs)) made.receive(input, 2);
    made.tick(1e12);
    expect(made.take()).toEqual([]);
    expect(made.state).toEqual({ name: "closed" });
    expect(made.deadline).toBe(Infinity);
  });
});

describe("leaving", () => {
  it("keeps its transport until the moment drawn from the spread, and then until another is there", () => {
    const made = states.leaving();
    made.tick(2_499);
    expect(made.take()).toEqual([]);
    made.tick(2_500);
    expect(words(made.take())).toEqual(["moving", "dial"]);
    made.receive(welcomed, 2_600);
    expect(words(made.take())).toEqual(["ready"]);
  });

  it("takes the moment of the first goodbye", () => {
    const made = states.leaving();
    made.receive({ type: "goodbye", spreadMs: 100_000 }, 1);
    expect(made.state).toMatchObject({ name: "leaving", leaveAt: 2_500 });
  });

  it("departs when there is nobody else, so that the server need not wait for it", () => {
    const made = states.moving();
    made.receive(failed, 10);
    expect(words(made.take())).toEqual(["depart", "waiting"]);
    expect(made.deadline).toBe(510);
  });

  it("goes on with the attempt under way when its transport is lost meanwhile", () => {
    const made = states.moving();
    made.receive(lost, 10);
    expect(made.state).toEqual({ name: "dialing", attempt: 0, giveUpAt: DIAL_MS, reason: "r" });
  });
});

describe("suspicion", () => {
  it.each(["ready", "leaving"] as const)("T2: leaves what it had when %s, and begins anew within the time", (state) => {
    const made = states[state]();
    made.receive(suspect, 100);
    expect(made.state).toMatchObject({ name: "waiting", attempt: 0, until: 550 });
    made.tick(550);
    expect(made.state).toMatchObject({ name: "dialing", attempt: 0 });
  });

  it("N10: shortens a wait, and the attempts count on", () => {
    const made = states.waiting();
    made.receive({ type: "suspect", withinMs: 100 }, 10);
    expect(made.state).toEqual({ name: "waiting", attempt: 1, until: 60, reason: "r" });
    made.tick(60);
    made.receive(failed, 70);
    expect(made.state).toMatchObject({ name: "waiting", attempt: 2 });
  });

  it("N10: never makes a wait longer, and then there is nothing to tell", () => {
    const made = states.waiting();
    made.receive({ type: "suspect", withinMs: 60_000 }, 10);
    expect(made.take()).toEqual([]);
    expect(made.deadline).toBe(500);
  });

  it("W4: is spread over the time by chance", () => {
    const untils = [0, 0.25, 0.999].map((chance) => {
      const made = dialer(chance);
      for (const input of [want, welcomed, { type: "suspect", withinMs: 1_000 } as const]) made.receive(input, 0);
      return made.deadline;
    });
    expect(untils).toEqual([0, 250, 999]);
  });
});

describe("rest", () => {
  it("W2: is left when somebody has something to say", () => {
    const made = states.ready();
    made.receive(rest, 1);
    made.take();
    made.receive(want, 2);
    expect(made.state).toEqual({ name: "dialing", attempt: 0, giveUpAt: 2 + DIAL_MS });
  });
});

describe("the server's wish for a spread", () => {
  it("decides the first wait after it is lost", () => {
    const made = after(want, { type: "welcomed", spreadMs: 20_000 });
    made.receive(lost, 0);
    expect(made.deadline).toBe(10_000);
  });
});

describe("attempts", () => {
  const attemptOf = (made: Dialer) => ("attempt" in made.state ? made.state.attempt : undefined);

  /** Welcomed at 0, lost then. The next attempt's number. */
  function attemptAfter(heldMs: number): number | undefined {
    const made = after(want, failed);
    made.tick(500);
    made.receive(failed, 500);
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
    const made = after(want, failed);
    made.tick(500);
    made.receive(welcomed, 500);
    made.receive(goodbye, 500 + heldMs);
    made.receive(lost, 600 + heldMs);
    expect(attemptOf(made)).toBe(attempt);
  });

  it("N11: are spaced when servers say goodbye as soon as they have welcomed, but never by more than four seconds", () => {
    const made = after(want);
    const waits: number[] = [];
    for (let now = 0; waits.length < 5; ) {
      made.receive(welcomed, now);
      made.receive({ type: "goodbye", spreadMs: 0 }, now + 1);
      waits.push(made.deadline - now - 1);
      now = made.deadline;
      made.tick(now);
    }
    // Half of 2 s, then half of 4 s.
    expect(waits).toEqual([0, 1_000, 2_000, 2_000, 2_000]);
  });

  it("count one that got no welcome in time", () => {
    const made = states.dialing();
    made.tick(DIAL_MS);
    expect(made.state).toMatchObject({ name: "waiting", attempt: 1, reason: "no welcome in time" });
  });

  it.each(["ready", "leaving", "waiting", "stopped"] as const)("begin anew when %s is told to reconnect", (state) => {
    const made = states[state]();
    made.receive(reconnect, 9);
    expect(made.state).toMatchObject({ name: "dialing", attempt: 0, giveUpAt: 9 + DIAL_MS });
  });

  it.each([
    ["waiting", "r"],
    ["stopped", "r"],
    ["ready", undefined],
  ] as const)("know why the connection was %s before: %s", (state, reason) => {
    const made = states[state]();
    made.receive(reconnect, 9);
    expect((made.state as { readonly reason?: string }).reason).toBe(reason);
  });

  it("waits longer where the server said later", () => {
    const made = after(want, welcomed);
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
