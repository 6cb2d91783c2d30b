/** A small line, untimed: `npm run chaos:line` measures a large one. */
import { expect, test } from "vitest";
import { runHeadOfLine } from "./head-of-line.js";

test("small calls are answered while a large answer is under way, and all of it arrives", async () => {
  const figures = await runHeadOfLine({
    valueBytes: 1_000_000,
    smallCalls: 200,
    everyMs: 5,
    bytesPerSecond: 1_250_000,
  });
  expect(figures.losses).toBe(0);
  expect(figures.besideBefore).toBeGreaterThan(figures.beside / 2);
}, 30_000);
