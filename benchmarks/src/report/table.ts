/** The same table for a terminal and for a document: peers down, workloads across. */
import { FLOOR, OURS } from "../peers/peers.js";
import type { Workload } from "../workloads/workload.js";
import type { Board, Cell } from "./rounds.js";

export function tableOf(board: Board, workloads: readonly Workload[], peers: readonly string[]): string[][] {
  const head = ["", ...workloads.map(({ title }) => title)];
  const rows = peers.map((peer) => [
    peer,
    ...workloads.map((workload) => cellText(workload, board[workload.name]?.[peer], peer)),
  ]);
  return [head, ...rows];
}

function cellText(workload: Workload, cell: Cell | undefined, peer: string): string {
  if (cell?.kind !== "measured") return cell?.kind === "failed" ? "failed" : "–";
  const shown = workload.show(cell.median);
  return peer === FLOOR ? shown : `${cell.ratio.toFixed(2)} ×, ${shown}`;
}

/** In columns of equal width. */
export function asText(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ");
  return rows.map((row) => line(row).trimEnd()).join("\n");
}

/** As Markdown. */
export function asMarkdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  const line = (row: readonly string[]) => `| ${row.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/** Why there is no figure, for each failure. */
export function failuresOf(board: Board): string[] {
  return Object.entries(board).flatMap(([workload, cells]) =>
    Object.entries(cells).flatMap(([peer, cell]) =>
      cell.kind === "failed" ? [`${workload}, ${peer}: ${cell.reason}`] : [],
    ),
  );
}

/** Where another peer's median ratio is above ours, said plainly. */
export function notFirst(board: Board, workloads: readonly Workload[]): string {
  const lines = workloads.flatMap(({ name, title }) => {
    const cells = Object.entries(board[name] ?? {});
    const measured = cells.flatMap(([peer, cell]) => (cell.kind === "measured" ? [{ peer, ratio: cell.ratio }] : []));
    const ours = measured.find(({ peer }) => peer === OURS)?.ratio;
    if (ours === undefined) return [`- ${title}: not measured for ${OURS}.`];
    const ahead = measured.filter(({ ratio }) => ratio > ours).sort((a, b) => b.ratio - a.ratio);
    if (ahead.length === 0) return [];
    return [
      `- ${title}: ${OURS} ${times(ours)}, behind ${ahead.map(({ peer, ratio }) => `${peer} ${times(ratio)}`).join(", ")}.`,
    ];
  });
  return lines.length === 0
    ? `${OURS} is first in each of them.`
    : `Where ${OURS} is not first:\n\n${lines.join("\n")}`;
}

const times = (ratio: number): string => `${ratio.toFixed(2)} ×`;
