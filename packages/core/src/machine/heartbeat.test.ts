import { describe, expect, it } from "vitest";
import { Heartbeat } from "./heartbeat.js";

const beat = { type: "beat" } as const;
const dead = { type: "dead" } as const;

/** Watching from time 0: beats every 100, a silence of 1,000 is death. */
function watching(): Heartbeat {
  const heartbeat = new Heartbeat();
  heartbeat.receive({ type: "start", beatMs: 100, silenceMs: 1_000 }, 0);
  return heartbeat;
}

/** As the end that listens: no beats of its own. */
function listening(): Heartbeat {
  const heartbeat = new Heartbeat();
  heartbeat.receive({ type: "start", beatMs: undefined, silenceMs: 1_000 }, 0);
  return heartbeat;
}

/** A tick at 2,001 came 1,001 late: a verdict at 4,001. */
function doubting(): Heartbeat {
  const heartbeat = listening();
  heartbeat.tick(2_001);
  return heartbeat;
}

function tick(heartbeat: Heartbeat, now: number) {
  heartbeat.tick(now);
  return heartbeat.take();
}

describe("quiet", () => {
  const quiet = () => new Heartbeat();

  it("needs no tick", () => expect(quiet().deadline).toBe(Infinity));

  it.each([
    ["heard", (heartbeat: Heartbeat) => heartbeat.heard(5)],
    ["a tick", (heartbeat: Heartbeat) => heartbeat.tick(1e9)],
    ["stop", (heartbeat: Heartbeat) => heartbeat.receive({ type: "stop" }, 5)],
  ])("stays so on %s", (_, event) => {
    const heartbeat = quiet();
    event(heartbeat);
    expect(heartbeat.deadline).toBe(Infinity);
    expect(tick(heartbeat, 1e9)).toEqual([]);
  });

  it("watches on start", () => expect(watching().deadline).toBe(100));
});

describe("watching", () => {
  it.each([
    [99, []],
    [100, [beat]],
    [101, [beat]],
  ])("at %d, with a beat due at 100", (now, effects) => {
    expect(tick(watching(), now)).toEqual(effects);
  });

  it("beats once for each interval, counted from the beat before", () => {
    const heartbeat = watching();
    expect(tick(heartbeat, 130)).toEqual([beat]);
    expect(heartbeat.deadline).toBe(230);
    expect(tick(heartbeat, 229)).toEqual([]);
    expect(tick(heartbeat, 230)).toEqual([beat]);
  });

  it.each([
    [999, []],
    [1_000, [dead]],
    [1_001, [dead]],
    [2_000, [dead]],
  ])("at %d, with silence since 0 and death at 1,000", (now, effects) => {
    expect(tick(listening(), now)).toEqual(effects);
  });

  it("is quiet after death", () => {
    const heartbeat = watching();
    expect(tick(heartbeat, 1_000)).toEqual([beat, dead]);
    expect(heartbeat.deadline).toBe(Infinity);
    expect(tick(heartbeat, 9_000)).toEqual([]);
  });

  it.each([
    ["heard", (heartbeat: Heartbeat) => heartbeat.heard(600)],
    ["heard, as an input", (heartbeat: Heartbeat) => heartbeat.receive({ type: "heard" }, 600)],
    ["start", (heartbeat: Heartbeat) => heartbeat.receive({ type: "start", beatMs: undefined, silenceMs: 1_000 }, 600)],
  ])("waits anew on %s", (_, event) => {
    const heartbeat = listening();
    event(heartbeat);
    expect(heartbeat.deadline).toBe(1_600);
    expect(tick(heartbeat, 1_599)).toEqual([]);
    expect(tick(heartbeat, 1_600)).toEqual([dead]);
  });

  it("doubts when its tick comes more than 1,000 late", () => {
    const heartbeat = listening();
    expect(tick(heartbeat, 2_001)).toEqual([]);
    expect(heartbeat.deadline).toBe(4_001);
  });

  it("is quiet on stop", () => {
    const heartbeat = watching();
    heartbeat.receive({ type: "stop" }, 1);
    expect(heartbeat.deadline).toBe(Infinity);
    expect(tick(heartbeat, 5_000)).toEqual([]);
  });
});

describe("doubting", () => {
  it("watches again when something is heard", () => {
    const heartbeat = doubting();
    heartbeat.heard(2_500);
    expect(heartbeat.deadline).toBe(3_500);
    expect(tick(heartbeat, 3_500)).toEqual([dead]);
  });

  it("beats when a beat is due", () => {
    const heartbeat = watching();
    expect(tick(heartbeat, 2_001)).toEqual([beat]);
    expect(tick(heartbeat, 2_100)).toEqual([]);
    expect(tick(heartbeat, 2_101)).toEqual([beat]);
    expect(tick(heartbeat, 4_001)).toEqual([beat, dead]);
  });

  it.each([
    [4_000, []],
    [4_001, [dead]],
    [9_999, [dead]],
  ])("at %d, with a verdict at 4,001: it doubts once", (now, effects) => {
    expect(tick(doubting(), now)).toEqual(effects);
  });

  it("is quiet on stop", () => {
    const heartbeat = doubting();
    heartbeat.receive({ type: "stop" }, 2_100);
    expect(heartbeat.deadline).toBe(Infinity);
    expect(tick(heartbeat, 9_000)).toEqual([]);
  });

  it("watches from the beginning on start", () => {
    const heartbeat = doubting();
    heartbeat.receive({ type: "start", beatMs: undefined, silenceMs: 1_000 }, 2_100);
    expect(heartbeat.deadline).toBe(3_100);
  });
});
