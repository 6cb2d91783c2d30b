import { VirtualClock } from "@trunkline/core/simulation";
import { beforeEach, describe, expect, it } from "vitest";
import { checkedRate, InboundWatch, type RateOptions } from "./inbound-watch.js";

const KiB = 1024;
const MESSAGE_MS = 30_000;

let clock: VirtualClock;
let log: string[];
beforeEach(() => {
  clock = new VirtualClock();
  log = [];
});

function watch(rate: RateOptions = {}): InboundWatch {
  const note = (what: string) => void log.push(`${clock.now()} ${what}`);
  return new InboundWatch(
    { pause: () => note("pause"), resume: () => note("resume"), giveUp: (close) => note(close) },
    { ...rate, clock, limits: { messageMs: MESSAGE_MS } },
  );
}

/** Frames without a payload: six bytes each. */
const frames = (count: number, first = 0x81) =>
  Buffer.concat(Array.from({ length: count }, () => Buffer.from([first, 128, 0, 0, 0, 0])));
/** The first part of a message that is to have more. */
const part = (bytes: number) =>
  Buffer.concat([Buffer.from([0x01, 254, bytes >> 8, bytes & 255, 0, 0, 0, 0]), Buffer.alloc(bytes)]);
const end = frames(1, 0x80);
const ping = frames(1, 0x89);

describe("a message that has begun", () => {
  it.each([
    [-1, []],
    [0, ["30000 silent"]],
  ])("F6: and is not complete %d ms after its time has come to %j", (late, expected) => {
    watch().arrived(part(10));
    clock.advance(MESSAGE_MS + late);
    expect(log).toEqual(expected);
  });

  it("F6: is not kept alive by pings", () => {
    const inbound = watch();
    inbound.arrived(part(10));
    for (let second = 0; second < 40; second++) {
      inbound.arrived(ping);
      clock.advance(1_000);
    }
    expect(log).toEqual(["30000 silent"]);
  });

  it.each([
    [16 * KiB - 1, ["30000 silent"]],
    [16 * KiB, []],
    [16 * KiB + 1, []],
  ])("F6, N5: and brings %d bytes more in its time comes to %j", (bytes, expected) => {
    const inbound = watch();
    inbound.arrived(part(10));
    clock.advance(10_000);
    // A frame's mask is no header: four bytes of it count.
    inbound.arrived(part(bytes - 4));
    clock.advance(20_000);
    expect(log).toEqual(expected);
    inbound.stop();
  });

  it("N6: may take for ever if it gets on", () => {
    const inbound = watch();
    inbound.arrived(part(10));
    for (let minute = 0; minute < 60; minute++) {
      inbound.arrived(part(20 * KiB));
      clock.advance(MESSAGE_MS);
    }
    expect(log).toEqual([]);
    inbound.arrived(end);
    expect(clock.idle).toBe(true);
  });

  it("is judged by what was unread while this process slept", () => {
    let now = 0;
    const alarms: (() => void)[] = [];
    const asleep = { now: () => now, alarm: (wake: () => void) => ({ set: () => void alarms.push(wake), clear() {} }) };
    const closed: string[] = [];
    const socket = { pause() {}, resume() {}, giveUp: (close: string) => void closed.push(close) };
    const inbound = new InboundWatch(socket, {
      clock: { ...asleep, wallNow: () => now, defer() {}, later() {} },
      limits: { messageMs: MESSAGE_MS },
    });
    inbound.arrived(part(10));
    now = 80_000;
    alarms.pop()?.();
    expect(closed).toEqual([]);
    inbound.arrived(part(16 * KiB));
    now = 82_000;
    alarms.pop()?.();
    expect(closed).toEqual([]);
    // Nothing more came, and nobody slept.
    now += MESSAGE_MS;
    alarms.pop()?.();
    expect(closed).toEqual(["silent"]);
  });

  it("costs no timer when it arrives whole", () => {
    watch().arrived(frames(100));
    expect(clock.idle).toBe(true);
  });
});

describe("a rate", () => {
  it.each([
    [99, []],
    [100, []],
    [101, ["0 pause", "100 resume"]],
  ])("R1, F17: of ten frames a second, with %d at once, comes to %j", (count, expected) => {
    watch({ messagesPerSecond: 10 }).arrived(frames(count, 0x8a));
    clock.advance(60_000);
    expect(log).toEqual(expected);
  });

  it.each([
    [200, ["0 pause", "10000 resume"]],
    [201, ["0 flood"]],
  ])(
    "R1: of ten a second, with %d in one piece, comes to %j: no pause is longer than ten seconds",
    (count, expected) => {
      watch({ messagesPerSecond: 10 }).arrived(frames(count));
      clock.advance(60_000);
      expect(log).toEqual(expected);
    },
  );

  it.each([
    [160 * KiB, []],
    [161 * KiB, ["0 pause", "62.5 resume"]],
  ])("R2: of 16 KiB a second, with %d bytes at once, comes to %j", (bytes, expected) => {
    watch({ bytesPerSecond: 16 * KiB }).arrived(Buffer.alloc(bytes, frames(1)));
    clock.advance(1_000);
    expect(log).toEqual(expected);
  });

  it("lets no more through than it says, whoever wants more", () => {
    let paused = false;
    const note = (what: boolean) => () => {
      paused = what;
    };
    const inbound = new InboundWatch(
      { pause: note(true), resume: note(false), giveUp: (close) => void log.push(close) },
      { messagesPerSecond: 100, clock, limits: { messageMs: MESSAGE_MS } },
    );
    let read = 0;
    for (let ms = 0; ms < 60_000; ms += 10) {
      if (!paused) {
        inbound.arrived(frames(50));
        read += 50;
      }
      clock.advance(10);
    }
    expect(log).toEqual([]);
    expect(read).toBeGreaterThan(6_900);
    expect(read).toBeLessThanOrEqual(7_050);
  });

  it("does not count a pause against the message that waits", () => {
    const inbound = watch({ messagesPerSecond: 1 });
    inbound.arrived(Buffer.concat([frames(19), part(10)]));
    clock.advance(10_000 + MESSAGE_MS - 1);
    expect(log).toEqual(["0 pause", "10000 resume"]);
    clock.advance(1);
    expect(log.at(-1)).toBe("40000 silent");
  });

  it("ends with its socket", () => {
    const inbound = watch({ messagesPerSecond: 1 });
    inbound.arrived(frames(15));
    inbound.stop();
    inbound.arrived(frames(1_000));
    clock.advance(60_000);
    expect(log).toEqual(["0 pause"]);
    expect(clock.idle).toBe(true);
  });

  it.each([0, -1, Number.NaN])("cannot be %d messages a second", (messagesPerSecond) => {
    expect(() => checkedRate({ messagesPerSecond })).toThrow(TypeError);
  });

  it.each([0, 16 * KiB - 1, Number.NaN])("cannot be %d bytes a second", (bytesPerSecond) => {
    expect(() => checkedRate({ bytesPerSecond })).toThrow(TypeError);
  });

  it.each([16 * KiB, 16 * KiB + 1, Infinity])("may be %d bytes a second", (bytesPerSecond) => {
    expect(checkedRate({ bytesPerSecond }).bytesPerSecond).toBe(bytesPerSecond);
  });
});
