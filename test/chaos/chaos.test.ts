/** A small storm: `npm run chaos` runs large ones. */
import { expect, test } from "vitest";
import { runStorm } from "./storm.js";
import { CallTally, StreamTally } from "./tally.js";

test("nothing is lost, doubled, reordered or left unsettled while the line is cut at random moments", async () => {
  const figures = await runStorm({ events: 2_000, calls: 300, cuts: 20, clients: 4, seed: 3 });
  expect(figures).toMatchObject({ events: 2_000, calls: 300, sessions: 4, why: undefined });
  expect(figures).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, unsettled: 0 });
}, 30_000);

test.each([
  ["what is whole", [1, 2, 3, 4], { lost: 0, duplicated: 0, reordered: 0 }],
  ["a hole", [1, 2, 4], { lost: 1, duplicated: 0, reordered: 0 }],
  ["a missing end", [1, 2], { lost: 2, duplicated: 0, reordered: 0 }],
  ["a double", [1, 2, 2, 3, 4], { lost: 0, duplicated: 1, reordered: 0 }],
  ["a late one", [1, 3, 2, 4], { lost: 0, duplicated: 0, reordered: 1 }],
])("the tally of a stream sees %s", (_, numbers, figures) => {
  const tally = new StreamTally();
  for (const number of numbers) tally.add(number);
  expect(tally.against(4)).toEqual(figures);
});

test("the tally of calls sees each flaw", () => {
  const figures = (told: string | Error | undefined, runs: number, mayRepeat = false) => {
    const calls = new CallTally();
    const token = calls.begin("spend");
    if (told instanceof Error) calls.settle(token, { ok: false, error: told });
    else if (told !== undefined) calls.settle(token, { ok: true, answer: told });
    const { firstLoss: _, ...rest } = calls.against(
      { starts: new Map([[token, runs]]), sessions: 1, failures: [] },
      { mayRepeat },
    );
    return rest;
  };
  const none = { lost: 0, duplicated: 0, unknown: 0, unsettled: 0 };
  expect(figures("spend 0", 1)).toEqual(none);
  expect(figures("spend 0", 0)).toEqual({ ...none, lost: 1 });
  expect(figures("spend 7", 1)).toEqual({ ...none, lost: 1 });
  expect(figures("spend 0", 2, true)).toEqual({ ...none, duplicated: 1 });
  expect(figures(undefined, 1)).toEqual({ ...none, unsettled: 1 });
  expect(figures(new Error("x"), 1)).toEqual({ ...none, lost: 1 });
  expect(figures(Object.assign(new Error("x"), { outcome: "unknown" }), 1)).toEqual({ ...none, unknown: 1 });
});
