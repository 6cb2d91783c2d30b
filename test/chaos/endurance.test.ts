/** A small slow reader and a small soak: `npm run chaos:slow` and `npm run chaos:soak` run large ones. */
import { expect, test } from "vitest";
import { runSlowReader } from "./slow-reader.js";
import { runSoak } from "./soak.js";

const MiB = 1024 * 1024;

test("a reader that stops costs the server a bounded number of bytes, and the others read on", async () => {
  const figures = await runSlowReader({ subscribers: 20, eventsPerSecond: 100, seconds: 1 });
  expect(figures.growthBytes).toBeLessThan(50 * MiB);
  expect(figures.reading).toBe(18);
  expect(figures.failures).toEqual([]);
}, 60_000);

test("clients that come and go leave no handle, no timer and no session", async () => {
  expect(await runSoak(200)).toMatchObject({ cycles: 200, resources: 0, sessions: 0 });
}, 30_000);
