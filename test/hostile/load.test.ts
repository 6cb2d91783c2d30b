import { defaultLimits } from "@trunkline/core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Victim } from "./keeper.js";
import type { Line } from "./line.js";

const MiB = 1024 * 1024;

/** Too much of what is allowed. */
let victim: Victim;
beforeAll(async () => {
  victim = await Victim.open({ limits: { resumeMs: 100, outboundHardMs: 1_000, valueBytes: 4 * MiB } });
});
afterAll(() => victim[Symbol.asyncDispose]());

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Says batches of frames, numbered as they should be; each frame is made for the next id. */
class Speaker {
  #sent = 0;
  #id = 1;

  constructor(
    readonly line: Line,
    readonly ack = () => 0,
  ) {}

  async say(count: number, make: (id: number) => string): Promise<void> {
    const frames: string[] = [];
    for (; frames.length < count; this.#id += 2) frames.push(make(this.#id));
    await this.batch(frames.join(",").split(/,(?=\[)/));
  }

  async batch(frames: readonly string[]): Promise<void> {
    this.line.say(`[[${this.#sent + 1},${this.ack()}],${frames.join(",")}]`);
    this.#sent += frames.length;
    await this.line.drained();
  }
}

const call =
  (path: string, input = "null") =>
  (id: number) =>
    `[1,${id},"${path}",0,null,${input}]`;
const subscribe =
  (path: string, credit: number, input = "null") =>
  (id: number) =>
    `[2,${id},"${path}",0,null,${credit},null,${input}]`;

/** How much the victim holds while an attack is on. */
const held = async () => (await victim.condition()).heldBytes;

describe("calls", () => {
  test("R5, R8: above the bound are refused, and handlers that ignore everything keep their slots", () =>
    victim.survives(async () => {
      const line = await victim.welcomed();
      const speaker = new Speaker(line, () => line.frames.length);
      const before = (await victim.condition()).started.never ?? 0;
      for (let round = 0; round < 10; round++) await speaker.say(500, (id) => `${call("never")(id)},[3,${id}]`);
      // Of each batch 256 had a slot, until they were cancelled.
      await line.until(() => line.count === 2_440);
      await pause(50);
      const { started, running } = await victim.condition();
      // A cancel in the same batch comes before the handler: then it never starts.
      expect((started.never ?? 0) - before).toBe(0);
      expect(running).toBe(0);
      await speaker.say(500, call("never"));
      await pause(50);
      expect((await victim.condition()).running).toBe(256);
      expect(line.frames.every(([op, , error]) => op === 6 && (error as { refused: boolean }).refused)).toBe(true);
    }));

  test("R5, R10: whose refusals nobody reads end with 4429, at a bounded size", () =>
    victim.survives(async () => {
      const line = await victim.welcomed();
      line.pause();
      const speaker = new Speaker(line);
      const before = await held();
      for (let round = 0; round < 20; round++) await speaker.say(1_000, call("never"));
      // What may wait, its strings and lists, and what the collector has not found yet.
      expect((await held()) - before).toBeLessThan(20 * MiB);
      line.resume();
      expect(await line.closed()).toBe(4429);
    }));

  test("R10: with large answers that nobody reads are refused, and closed with 4430", () =>
    victim.survives(async () => {
      const line = await victim.welcomed();
      line.pause();
      const speaker = new Speaker(line);
      const before = await held();
      for (let round = 0; round < 100 && line.open; round++) await speaker.say(1, call("big", '{"size":1000000}'));
      await pause(50);
      // Of 100 MB that were asked for: what may wait in parts, and what the collector has not found yet.
      expect((await held()) - before).toBeLessThan(60 * MiB);
      await pause(1_100);
      line.resume();
      expect(await line.closed()).toBe(4430);
    }));

  test("S1: opened and cancelled in a storm start no more handlers than there are slots", () =>
    victim.survives(async () => {
      const line = await victim.welcomed();
      const speaker = new Speaker(line, () => line.frames.length);
      const before = (await victim.condition()).started.soon ?? 0;
      const began = Date.now();
      for (let round = 0; round < 20; round++) {
        await speaker.say(400, call("soon"));
        await speaker.batch(Array.from({ length: 400 }, (_, index) => `[3,${2 * (round * 400 + index) + 1}]`));
      }
      await pause(30);
      const started = ((await victim.condition()).started.soon ?? 0) - before;
      // 256 at a time, each for at least 20 ms.
      expect(started).toBeLessThanOrEqual(256 * (Math.ceil((Date.now() - began) / 20) + 1));
    }));

  test("R7: a thousand tiny batches in one packet, and a hundred packets of them, are answered", () =>
    victim.survives(async () => {
      const line = await victim.welcomed();
      for (let round = 0; round < 100; round++) {
        for (let index = 0; index < 100; index++) line.say("[[1,0]]");
        await line.drained();
      }
      line.say('[[1,0],[1,1,"echo",0,null,{"text":"a"}]]');
      await line.until(() => line.frames.length === 1);
    }));
});

describe("streams", () => {
  test("R6: above the bound are refused", () =>
    victim.survives(async () => {
      const line = await victim.welcomed();
      await new Speaker(line).say(1_000, subscribe("quiet", 1));
      await line.until(() => line.frames.length === 744);
      expect((await victim.condition()).running).toBe(256);
    }));

  test("R9: at which nobody reads stop being pulled at a bounded size", () =>
    victim.survives(async () => {
      const line = await victim.welcomed();
      line.pause();
      const before = await held();
      await new Speaker(line).say(256, subscribe("hot", 1_024, '{"size":1000}'));
      await pause(200);
      const { replayBytes, outboundSoftBytes } = defaultLimits;
      expect((await held()) - before).toBeLessThan(replayBytes + outboundSoftBytes + 3 * MiB);
    }));

  test("S14: that never wait, with all the credit there is, hold up nobody for long", () =>
    victim.survives(
      async () => {
        const line = await victim.welcomed();
        const speaker = new Speaker(line, () => line.frames.length);
        await speaker.say(256, subscribe("hot", 1_024, '{"size":1}'));
        for (let round = 0; round < 20; round++) {
          await pause(10);
          line.say(`[[257,${line.frames.length}]]`);
        }
      },
      { loopMs: 1_000 },
    ));

  test("S2, S13: whose generators throw when they are closed free their slots", () =>
    victim.survives(async () => {
      const line = await victim.welcomed();
      const speaker = new Speaker(line, () => line.frames.length);
      for (let round = 0; round < 4; round++) {
        await speaker.say(256, subscribe("spiteful", 1));
        await line.until(() => line.frames.length === 256 * (round + 1));
        await speaker.batch(Array.from({ length: 256 }, (_, index) => `[3,${2 * (round * 256 + index) + 1}]`));
        await pause(20);
        expect((await victim.condition()).running).toBe(0);
      }
    }));
});

describe("nothing is kept", () => {
  test("of 20,000 calls on one connection", () =>
    victim.survives(
      async () => {
        const line = await victim.welcomed();
        const speaker = new Speaker(line, () => line.count);
        for (let sent = 0; sent < 20_000; sent += 250) {
          await speaker.say(250, call("echo", '{"text":"a"}'));
          await line.until(() => line.count >= sent + 250);
        }
        line.forget();
        expect((await held()) / MiB).toBeLessThan(40);
      },
      { heldMiB: 2 },
    ));

  test("of 5,000 streams that were cancelled", () =>
    victim.survives(
      async () => {
        const line = await victim.welcomed();
        const speaker = new Speaker(line, () => line.count);
        for (let round = 0; round < 20; round++) {
          await speaker.say(250, subscribe("quiet", 1));
          await speaker.batch(Array.from({ length: 250 }, (_, index) => `[3,${2 * (round * 250 + index) + 1}]`));
        }
      },
      { heldMiB: 2 },
    ));

  test("of 500 connections that called and left", () =>
    victim.survives(
      async () => {
        for (let round = 0; round < 25; round++) {
          const lines = await Promise.all(Array.from({ length: 20 }, () => victim.welcomed()));
          for (const line of lines) line.say('[[1,0],[1,1,"echo",0,null,{"text":"a"}]]');
          await Promise.all(lines.map((line) => line.until(() => line.frames.length === 1)));
          for (const line of lines) line.destroy(round % 2 === 0 ? "FIN" : "RST");
        }
      },
      { heldMiB: 3 },
    ));
});
