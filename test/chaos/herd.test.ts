/** The herd: many clients lose one server at once, and come back spread out. The client's real dialer, no sockets. */
import { Dialer } from "@trunkline/client/internal";
import { Random } from "@trunkline/core/simulation";
import { describe, expect, test } from "vitest";

const CLIENTS = 10_000;
const BIN_MS = 100;
const LOST_AT = 60_000;

interface Herd {
  /** What the server announced: over how long its clients are spread. */
  readonly spreadMs: number;
  /** For how long after the loss every attempt fails. */
  readonly downMs: number;
  readonly how: "lost" | "goodbye";
}

describe.each<[string, Herd]>([
  ["lose a server, and another one is there", { how: "lost", spreadMs: 1_000, downMs: 0 }],
  ["lose a server that announced a longer spread", { how: "lost", spreadMs: 10_000, downMs: 0 }],
  ["lose a server, and nobody is there for 5 s", { how: "lost", spreadMs: 1_000, downMs: 5_000 }],
  ["lose a server, and nobody is there for a minute", { how: "lost", spreadMs: 1_000, downMs: 60_000 }],
  ["are asked to leave", { how: "goodbye", spreadMs: 5_000, downMs: 0 }],
])("10,000 clients that %s", (_, herd) => {
  const attempts = attemptsOf(herd);

  test("never come at more than twice the rate of the spread", () => {
    const ideal = (CLIENTS * BIN_MS) / herd.spreadMs;
    const bins = new Map<number, number>();
    for (const at of attempts) bins.set(Math.floor(at / BIN_MS), (bins.get(Math.floor(at / BIN_MS)) ?? 0) + 1);
    expect(Math.max(...bins.values())).toBeLessThanOrEqual(2 * ideal);
  });

  test("all come back", () => {
    const back = attempts.filter((at) => at >= LOST_AT + herd.downMs);
    expect(back.length).toBe(CLIENTS);
  });
});

/** When the clients dial after the loss. They do not know of each other, so each lives its life alone. */
function attemptsOf({ spreadMs, downMs, how }: Herd): number[] {
  const random = new Random(1);
  const attempts: number[] = [];
  for (let client = 0; client < CLIENTS; client++) {
    const dialer = new Dialer({ dialMs: 10_000, random: () => random.next() });
    dialer.receive({ type: "want" }, 0);
    dialer.receive({ type: "welcomed", spreadMs }, 0);
    dialer.take();
    if (how === "lost") dialer.receive({ type: "lost", reason: "", comeBack: "now" }, LOST_AT);
    else dialer.receive({ type: "goodbye", spreadMs }, LOST_AT);
    for (let now = dialer.deadline; now < Infinity && dialer.state.name !== "ready"; now = dialer.deadline) {
      dialer.tick(now);
      if (!dialer.take().some(({ type }) => type === "dial")) continue;
      attempts.push(now);
      if (now < LOST_AT + downMs) dialer.receive({ type: "failed", reason: "", comeBack: "now" }, now);
      else dialer.receive({ type: "welcomed", spreadMs }, now);
    }
  }
  return attempts;
}
