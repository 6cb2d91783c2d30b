/** The options that the commands share. */
import { spawnSync } from "node:child_process";
import { parseArgs } from "node:util";
import { FLOOR, peerNames } from "../peers/peers.js";

export interface Options {
  /** Names of workloads; empty: all. */
  readonly only: readonly string[];
  /** The floor is always among them. */
  readonly peers: readonly string[];
  readonly rounds: number;
  readonly seconds: number;
  /** No round begins that would not end within them. */
  readonly minutes: number;
  /** Path of the Node that runs both ends, or undefined for this one. */
  readonly node: string | undefined;
  /** Keep the figures, and rewrite the document that quotes them. */
  readonly write: boolean;
  /** Go to the sizes that take long. */
  readonly full: boolean;
}

export interface Defaults {
  readonly peers?: readonly string[];
  readonly rounds: number;
  readonly seconds: number;
}

/** What a round of everything may take: three of them, and what has to be installed before, end within 25 minutes. */
const MINUTES_PER_ROUND = 7;

export function readOptions(defaults: Defaults): Options {
  const { values } = parseArgs({
    options: {
      only: { type: "string" },
      peers: { type: "string" },
      rounds: { type: "string" },
      seconds: { type: "string" },
      minutes: { type: "string" },
      node: { type: "string" },
      write: { type: "boolean", default: false },
      full: { type: "boolean", default: false },
    },
  });
  const asked = list(values.peers) ?? defaults.peers ?? peerNames;
  const strangers = asked.filter((name) => !peerNames.includes(name));
  if (strangers.length > 0)
    throw new Error(`no peer ${strangers.join(", ")}: expected some of ${peerNames.join(", ")}`);
  const rounds = positive("rounds", values.rounds, defaults.rounds);
  return {
    only: list(values.only) ?? [],
    peers: peerNames.filter((name) => name === FLOOR || asked.includes(name)),
    rounds,
    minutes: positive("minutes", values.minutes, rounds * MINUTES_PER_ROUND),
    seconds: positive("seconds", values.seconds, defaults.seconds),
    node: values.node === undefined ? undefined : nodeAt(values.node),
    write: values.write,
    full: values.full,
  };
}

const list = (text: string | undefined): string[] | undefined => text?.split(",").filter((name) => name !== "");

function positive(name: string, text: string | undefined, otherwise: number): number {
  const value = text === undefined ? otherwise : Number(text);
  if (!(value > 0)) throw new Error(`--${name} expects a positive number, not ${text}`);
  return value;
}

/** A path as it is; a version is fetched by npm, which keeps it. */
function nodeAt(asked: string): string {
  if (!/^v?\d+(\.\d+)*$/.test(asked)) return asked;
  const wanted = ["exec", "--yes", `--package=node@${asked.replace("v", "")}`, "--"];
  const { status, stdout } = spawnSync("npm", [...wanted, "node", "-p", "process.execPath"], { encoding: "utf8" });
  if (status !== 0) throw new Error(`npm has no node@${asked}: name the path of one`);
  return stdout.trim();
}
