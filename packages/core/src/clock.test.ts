import { afterEach, describe, expect, it, vi } from "vitest";
import { systemClock } from "./clock.js";

/** An alarm that counts its wakings, and resolves `woken` at the first. */
function countingAlarm() {
  let wakings = 0;
  let resolve: (at: number) => void;
  const woken = new Promise<number>((done) => {
    resolve = done;
  });
  const alarm = systemClock.alarm(() => {
    wakings++;
    resolve(systemClock.now());
  });
  return { alarm, woken, wakings: () => wakings };
}

/** Long enough for an alarm that should not have been set to have gone off. */
const aFewMs = (ms = 15) => new Promise((resolve) => setTimeout(resolve, ms));

afterEach(() => vi.restoreAllMocks());

describe("the system's alarm", () => {
  it("wakes once, and not before its time", async () => {
    const { alarm, woken, wakings } = countingAlarm();
    const at = systemClock.now() + 5;
    alarm.set(at);
    expect(await woken).toBeGreaterThanOrEqual(at);
    await aFewMs();
    expect(wakings()).toBe(1);
  });

  it("wakes soon for a time that has passed, but never within set", async () => {
    const { alarm, woken, wakings } = countingAlarm();
    alarm.set(systemClock.now() - 1_000);
    expect(wakings()).toBe(0);
    await woken;
  });

  it("wakes earlier when it is moved to earlier", async () => {
    const { alarm, woken } = countingAlarm();
    alarm.set(systemClock.now() + 60_000);
    alarm.set(systemClock.now() + 2);
    await woken;
  });

  it("wakes later, and once, when it is moved to later", async () => {
    const { alarm, woken, wakings } = countingAlarm();
    alarm.set(systemClock.now() + 2);
    const at = systemClock.now() + 12;
    alarm.set(at);
    expect(await woken).toBeGreaterThanOrEqual(at);
    expect(wakings()).toBe(1);
  });

  it("starts no timer when it is moved to later", () => {
    const { alarm } = countingAlarm();
    const start = vi.spyOn(globalThis, "setTimeout");
    for (let i = 0; i < 100; i++) alarm.set(systemClock.now() + 1_000 + i);
    expect(start).toHaveBeenCalledTimes(1);
    alarm.clear();
  });

  it("does not wake when it is moved to Infinity", async () => {
    const { alarm, wakings } = countingAlarm();
    alarm.set(systemClock.now() + 2);
    alarm.set(Infinity);
    await aFewMs();
    expect(wakings()).toBe(0);
  });

  it("starts no timer for Infinity", () => {
    const start = vi.spyOn(globalThis, "setTimeout");
    const { alarm } = countingAlarm();
    alarm.set(Infinity);
    expect(start).not.toHaveBeenCalled();
  });

  it("does not wake when it is cleared, and can be set again", async () => {
    const { alarm, woken, wakings } = countingAlarm();
    alarm.set(systemClock.now() + 2);
    alarm.clear();
    alarm.clear();
    await aFewMs();
    expect(wakings()).toBe(0);
    alarm.set(systemClock.now() + 2);
    await woken;
  });

  it.each([2 ** 31 - 1, 2 ** 31, 2 ** 40, Number.MAX_SAFE_INTEGER])(
    "does not wake at once for %d ms",
    async (delay) => {
      const start = vi.spyOn(globalThis, "setTimeout");
      const { alarm, wakings } = countingAlarm();
      alarm.set(systemClock.now() + delay);
      expect(start.mock.calls[0]?.[1]).toBeLessThanOrEqual(2 ** 31 - 1);
      vi.restoreAllMocks();
      await aFewMs();
      expect(wakings()).toBe(0);
      alarm.clear();
    },
  );

  it("can be set within its own waking", async () => {
    let wakings = 0;
    await new Promise<void>((resolve) => {
      const alarm = systemClock.alarm(() => {
        if (++wakings === 3) resolve();
        else alarm.set(systemClock.now() + 1);
      });
      alarm.set(systemClock.now());
    });
    expect(wakings).toBe(3);
  });
});

describe("the system's clock", () => {
  it("runs what is deferred after the turn, in order", async () => {
    const order: number[] = [];
    systemClock.defer(() => order.push(2));
    systemClock.defer(() => order.push(3));
    order.push(1);
    await Promise.resolve();
    expect(order).toEqual([1, 2, 3]);
  });

  it("never goes back", () => {
    const first = systemClock.now();
    expect(systemClock.now()).toBeGreaterThanOrEqual(first);
  });
});
