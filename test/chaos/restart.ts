/**
 * `npm run chaos:restart -- --clients 1000 --rate 2000`: servers are restarted in turn, first with a drain, then by
 * SIGKILL, while every client calls and listens. The last line has the figures of both; exit code 1 where a drain fails
 * anything, or a kill fails more than plain mutations in flight.
 */
import { option } from "./options.js";
import { type RollingOptions, runRolling } from "./rolling.js";

const clients = option("clients", 1_000);
const servers = option("servers", 3);
const callsPerSecond = option("rate", 2_000);
const spreadMs = option("spread", 2_000);
const seed = option("seed", 1);

const lines: string[] = [];
for (const how of ["drain", "kill"] as const satisfies readonly RollingOptions["how"][]) {
  const figures = await runRolling({ how, clients, servers, callsPerSecond, spreadMs, lullMs: 2_000, seed });
  const { calls, events, restarts, handshakePeak, failed, unknown, duplicated, gaps, unsettled, why } = figures;
  if (why !== undefined) console.log(`${how}, first: ${why}`);
  lines.push(
    `${how}: restarts ${restarts} calls ${calls} events ${events} handshake peak ${handshakePeak.toFixed(2)} of the spread's rate ` +
      `failed ${failed} unknown ${unknown} duplicated ${duplicated} gaps ${gaps} unsettled ${unsettled}`,
  );
  const mayNotBe = failed + duplicated + gaps + unsettled + (how === "drain" ? unknown : 0);
  if (mayNotBe > 0 || why !== undefined) process.exitCode = 1;
}
console.log(`clients ${clients} servers ${servers} calls/s ${callsPerSecond} ${lines.join("; ")}`);
