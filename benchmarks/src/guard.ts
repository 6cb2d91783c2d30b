/**
 * `npm run bench:guard`: fails when a call or an event costs more CPU than it did, measured as a share of what the floor
 * takes in the same round, because that is what stays the same from machine to machine. `--write` sets the figures that
 * are compared with.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { FLOOR, OURS } from "./peers/peers.js";
import { readOptions } from "./report/options.js";
import { type Board, playRounds } from "./report/rounds.js";
import { asText } from "./report/table.js";
import { workloadOf } from "./workloads/workloads.js";

interface Guarded {
  /** By how much a share may be above its figure: what the same program varies by between two runs. */
  readonly room: number;
  /** Workload → CPU per operation of our server and our client, as shares of the floor's. */
  readonly shares: Readonly<Record<string, { readonly server: number; readonly client: number }>>;
}

const file = new URL("../guard.json", import.meta.url);
const guarded = JSON.parse(readFileSync(file, "utf8")) as Guarded;
const options = readOptions({ peers: [FLOOR, OURS], rounds: 7, seconds: 1.5 });
const names = Object.keys(guarded.shares);
const { board } = await playRounds(names.map(workloadOf), options);

const rows = names.flatMap((name) => {
  const now = sharesOf(board, name);
  const before = guarded.shares[name] ?? { server: 0, client: 0 };
  return (["server", "client"] as const).map((end) => {
    const most = before[end] * (1 + guarded.room);
    return { name, end, before: before[end], now: now[end], most, holds: now[end] <= most };
  });
});

console.log(
  asText([
    ["", "end", "committed", "at most", "now", ""],
    ...rows.map(({ name, end, before, most, now, holds }) => {
      return [name, end, share(before), share(most), share(now), holds ? "" : "worse"];
    }),
  ]),
);

if (options.write) {
  const shares = Object.fromEntries(names.map((name) => [name, rounded(sharesOf(board, name))]));
  writeFileSync(file, `${JSON.stringify({ ...guarded, shares }, null, 2)}\n`);
} else if (rows.some(({ holds }) => !holds)) {
  console.log(`a share of ${FLOOR}'s CPU is above its figure by more than ${guarded.room * 100} %`);
  process.exitCode = 1;
}

function sharesOf(board: Board, name: string): { server: number; client: number } {
  const cell = board[name]?.[OURS];
  if (cell?.kind !== "measured") throw new Error(`${name} was not measured: ${cell?.reason}`);
  return { server: cell.serverShare ?? Number.NaN, client: cell.clientShare ?? Number.NaN };
}

function rounded({ server, client }: { server: number; client: number }) {
  return { server: Number(server.toFixed(3)), client: Number(client.toFixed(3)) };
}

function share(of: number): string {
  return `${of.toFixed(2)} ×`;
}
