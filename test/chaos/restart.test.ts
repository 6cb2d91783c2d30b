/** Small rolling restarts: `npm run chaos:restart` runs large ones. */
import { expect, test } from "vitest";
import { type RollingOptions, runRolling } from "./rolling.js";

const small = { clients: 20, servers: 2, callsPerSecond: 400, spreadMs: 200, lullMs: 200, seed: 1 };

test.each<[string, RollingOptions["how"], object]>([
  ["with a drain fails nothing at all", "drain", { failed: 0, unknown: 0, duplicated: 0, gaps: 0, unsettled: 0 }],
  ["by SIGKILL fails only plain mutations in flight", "kill", { failed: 0, duplicated: 0, gaps: 0, unsettled: 0 }],
])(
  "a rolling restart %s",
  async (_, how, figures) => {
    const result = await runRolling({ ...small, how });
    expect(result).toMatchObject({ restarts: 2, why: undefined, ...figures });
    expect(result.calls).toBeGreaterThan(small.clients);
  },
  60_000,
);
