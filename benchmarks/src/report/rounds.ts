/**
 * Rounds: in each, every workload is run by every peer in turn, so that what the machine does meanwhile falls on all of
 * them. What is told is the median over the rounds, and the median of the ratios to the floor *of the same round*.
 */
import { FLOOR, loadPeer } from "../peers/peers.js";
import { measure } from "../process/measure.js";
import type { Peer } from "../process/peer.js";
import type { Figures, Workload } from "../workloads/workload.js";
import type { Options } from "./options.js";

/** What one peer did in one workload. */
export type Cell =
  | {
      readonly kind: "measured";
      readonly rounds: readonly Figures[];
      readonly median: Figures;
      /** How many times as good as the floor: above 1 is better, whether more is better or less. */
      readonly ratio: number;
      /** Server CPU per operation as a share of the floor's, where it is counted. */
      readonly serverShare: number | undefined;
      readonly clientShare: number | undefined;
    }
  | { readonly kind: "unsupported" | "failed"; readonly reason: string };

/** Workload name → peer name → cell. */
export type Board = Readonly<Record<string, Readonly<Record<string, Cell>>>>;

type Outcome = { readonly figures: Figures } | { readonly kind: "unsupported" | "failed"; readonly reason: string };

/** What was played, and how many rounds there was time for. */
export interface Played {
  readonly board: Board;
  readonly rounds: number;
}

export async function playRounds(workloads: readonly Workload[], options: Options): Promise<Played> {
  const peers = await Promise.all(options.peers.map(loadPeer));
  const outcomes = new Map<string, Outcome[]>();
  const total = options.rounds * workloads.length * peers.length;
  const began = performance.now();
  let done = 0;
  const roomFor = (round: number) =>
    round === 0 || ((performance.now() - began) / round) * (round + 1) <= options.minutes * 60_000;
  let rounds = 0;
  while (rounds < options.rounds && roomFor(rounds)) {
    rounds++;
    for (const workload of workloads) {
      for (const peer of peers) {
        const key = `${workload.name} ${peer.name}`;
        const outcome = await play(workload, peer, options);
        outcomes.set(key, [...(outcomes.get(key) ?? []), outcome]);
        const left = ((performance.now() - began) / ++done) * (total - done);
        progress(`${done}/${total}, ${Math.ceil(left / 60_000)} min left: ${key}`);
      }
    }
  }
  progress("");
  const rows = (workload: Workload, floor: readonly Outcome[]) =>
    peers.map(({ name }) => [name, cellOf(workload, outcomes.get(`${workload.name} ${name}`) ?? [], floor)]);
  const board = Object.fromEntries(
    workloads.map((workload) => {
      const floor = outcomes.get(`${workload.name} ${FLOOR}`) ?? [];
      return [workload.name, Object.fromEntries(rows(workload, floor))];
    }),
  );
  return { board, rounds };
}

async function play(workload: Workload, peer: Peer, options: Options): Promise<Outcome> {
  const lack = workload.needs && peer.lacks?.[workload.needs];
  if (lack) return { kind: "unsupported", reason: lack };
  const { seconds, node, full } = options;
  const told = await measure({
    peer: peer.name,
    workload: workload.name,
    seconds,
    warmUpSeconds: seconds / 2,
    connections: full ? 10_000 : 0,
    node,
  });
  return "figures" in told ? told : { kind: "failed", reason: told.failure };
}

function cellOf({ figure, better }: Workload, outcomes: readonly Outcome[], floor: readonly Outcome[]): Cell {
  const failure = outcomes.find((outcome) => !("figures" in outcome));
  if (failure && !("figures" in failure)) return failure;
  const rounds = outcomes.flatMap((outcome) => ("figures" in outcome ? [outcome.figures] : []));
  const names = Object.keys(rounds[0] ?? {});
  const shares = (name: string) =>
    rounds.flatMap((figures, round) => {
      const below = floor[round];
      const [ours, theirs] = [figures[name], below && "figures" in below ? below.figures[name] : undefined];
      return ours === undefined || theirs === undefined ? [] : [ours / theirs];
    });
  const ratio = medianOf(shares(figure)) ?? Number.NaN;
  return {
    kind: "measured",
    rounds,
    median: Object.fromEntries(names.map((name) => [name, medianOf(rounds.map((figures) => figures[name] ?? 0)) ?? 0])),
    ratio: better === "more" ? ratio : 1 / ratio,
    serverShare: medianOf(shares("serverUs")),
    clientShare: medianOf(shares("clientUs")),
  };
}

export function medianOf(numbers: readonly number[]): number | undefined {
  const sorted = [...numbers].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  return sorted.length % 2 === 1 || upper === undefined ? upper : (upper + (sorted[middle - 1] ?? upper)) / 2;
}

/** One line that is written over, where somebody looks. */
export function progress(text: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[K${text}`);
}
