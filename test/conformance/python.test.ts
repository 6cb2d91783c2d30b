/** A client in Python, written from PROTOCOL.md alone, runs the vectors and converses with a real server. */
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { openServer } from "./exercise.js";
import { Ledger } from "./ledger.js";

const PYTHON = "python3";
/** Of python/scenarios_*.py. */
const SCENARIOS = 23;
const probe = spawnSync(PYTHON, ["-c", "import sys; sys.exit(sys.version_info < (3, 9))"]);

/** Why the tests are skipped; undefined where they are not. A machine for CI must have a Python, and fails. */
const skipped = probe.status === 0 || process.env.CI ? undefined : `skipped: no ${PYTHON} of version 3.9 or newer`;

if (skipped) console.warn(`test/conformance: ${skipped}`);

/** Runs a program of `python/`: each line it prints is JSON, and what it says of a failure is the test's. */
async function run(program: string, ...args: string[]): Promise<Record<string, unknown>[]> {
  const file = fileURLToPath(new URL(`python/${program}`, import.meta.url));
  const child = spawn(PYTHON, ["-B", file, ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const exit = once(child, "close");
  let failure = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (failure += text));
  const said: Record<string, unknown>[] = [];
  for await (const line of createInterface({ input: child.stdout })) said.push(JSON.parse(line));
  const [status] = await exit;
  expect({ status, failure, last: said.at(-1) }).toEqual({ status: 0, failure: "", last: said.at(-1) });
  return said;
}

describe.skipIf(skipped)(`another language${skipped ? ` (${skipped})` : ""}`, { timeout: 60_000 }, () => {
  it("runs the vectors of messages and of values", async () => {
    const directory = fileURLToPath(new URL("../vectors", import.meta.url));
    const lists = ["messages", "encoding", "values"].map((vectors) => {
      const cases: unknown[] = JSON.parse(readFileSync(`${directory}/${vectors}.json`, "utf8"));
      return { vectors, cases: cases.length, failures: [] };
    });
    expect(await run("vectors.py", directory)).toEqual(lists);
  });

  it("converses with a server, and loses and repeats nothing where its socket is cut", async () => {
    const ledger = new Ledger();
    await using home = await openServer(ledger, {});
    await using restless = await openServer(ledger, { heartbeatMs: 150, graceMs: 250 });
    await using leaving = await openServer(ledger, {});
    const said = await run("scenarios.py", ...[home, restless, leaving].map(({ port }) => String(port)));

    expect(said).toHaveLength(SCENARIOS + 1);
    expect(said.find(({ scenario }) => scenario === "a storm of cuts")).toMatchObject({ calls: 400, cuts: 20 });
    const { sessions, transports } = said.at(-1) as { sessions: number; transports: number };
    // As the server saw it: no session ended that was not to end, and sockets came and went.
    expect(ledger.sessions).toBe(sessions);
    expect(transports).toBeGreaterThan(sessions + 50);
    expect(ledger.transports).toBeGreaterThanOrEqual(transports);
    // Every handler was started once, but for the query that had to be asked again.
    const again = [...ledger.starts].filter(([token, count]) => count !== 1 && token !== "rules");
    expect(again).toEqual([["lost query", 2]]);
    expect(ledger.starts.has("unsent")).toBe(false);
    expect([...ledger.starts.keys()].filter((token) => token.startsWith("storm"))).toHaveLength(400);
    // Each of these was one generator, whatever became of its line.
    expect([500, 2_000].map((to) => ledger.counted.get(to))).toEqual([500, 2_000]);
    expect(ledger.failures).toEqual(["Error: a secret of the server"]);
  });
});
