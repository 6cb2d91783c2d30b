/** A small surge: `npm run chaos:overload` pours a large one, and looks at times. */
import { expect, test } from "vitest";
import { runSurge, type Scarcity } from "./surge.js";

const table: [Scarcity, { handlers?: number }][] = [
  ["compute", {}],
  ["borrow", { handlers: 25 }],
];

test.each(table)(
  "ten times what there is to %s: some are served, the rest is refused and never ran",
  async (...row) => {
    const [scarcity, limits] = row;
    const figures = await runSurge({ scarcity, clients: 8, seconds: 1, limits });
    expect(figures.goodput).toBeGreaterThan(0);
    expect(figures.refused).toBeGreaterThan(0);
    expect(figures.wrong).toBe(0);
  },
  60_000,
);
