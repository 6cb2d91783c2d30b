/** On what figures were measured, and of which versions. */
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { availableParallelism, cpus } from "node:os";
import { loadPeer } from "../peers/peers.js";
import type { Options } from "./options.js";

export interface Environment {
  readonly node: string;
  readonly processor: string;
  readonly cores: number;
  /** Package → version. */
  readonly versions: Readonly<Record<string, string>>;
}

export async function environmentOf({ node, peers }: Options): Promise<Environment> {
  return environmentFor(
    (await Promise.all(peers.map(loadPeer))).flatMap((peer) => peer.packages),
    node,
  );
}

/** `node`: the path of the Node that runs both ends, if it is not this one. */
export function environmentFor(packages: readonly string[], node?: string): Environment {
  return {
    node: node === undefined ? process.version : execFileSync(node, ["--version"], { encoding: "utf8" }).trim(),
    processor: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    versions: Object.fromEntries([...new Set(packages)].map((name) => [name, versionOf(name)])),
  };
}

/** What is installed under a name, found as Node finds it. Not every package lets its package.json be imported. */
export function versionOf(name: string): string {
  const folders = createRequire(import.meta.url).resolve.paths(name) ?? [];
  for (const folder of folders) {
    try {
      return (JSON.parse(readFileSync(`${folder}/${name}/package.json`, "utf8")) as { version: string }).version;
    } catch {
      // Not in this folder: the next one is further out.
    }
  }
  throw new Error(`${name} is not installed`);
}

export function sentenceOf({ node, processor, cores, versions }: Environment): string {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `Node ${node}, ${cores} cores of ${processor}. ${list.join(", ")}.`;
}
