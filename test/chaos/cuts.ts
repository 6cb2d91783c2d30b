/** The ways in which a line is cut. Each waits for nothing but the moments that belong to it. */
import { setTimeout as pause } from "node:timers/promises";
import type { Client } from "@trunkline/client";
import type { Random } from "@trunkline/core/simulation";
import type { FaultProxy } from "@trunkline/testing";
import type { contract } from "./contract.js";

export interface Scene {
  readonly proxy: FaultProxy;
  readonly client: Client<typeof contract>;
  readonly random: Random;
}

type Cut = (scene: Scene) => Promise<void> | void;

export const cuts = {
  /** RST to both ends. */
  reset: ({ proxy }) => void proxy.cut("reset"),
  /** FIN to both ends, whatever was under way. */
  end: ({ proxy }) => void proxy.cut("end"),
  /** Messages dribble in small pieces, and RST falls between two of them. */
  midMessage: async ({ proxy, random }) => {
    proxy.impair("both", { sliceBytes: random.between(1, 40) });
    await pause(random.between(1, 8));
    proxy.cut("reset");
    await proxy.heal();
  },
  /** The next attempts end at a byte of the handshake or of what follows it. */
  nextAttempts: async ({ proxy, random }) => {
    const by = random.pick(["reset", "end", "half-close"] as const);
    proxy.impair(random.pick(["up", "down"]), { endAfter: { bytes: random.between(0, 1_200), by } });
    proxy.cut("reset");
    await pause(random.between(1, 20));
    await proxy.heal();
  },
  halfCloseDown: async ({ proxy }) => {
    proxy.impair("down", { endAfter: { bytes: 0, by: "half-close" } });
    await proxy.heal();
  },
  halfCloseUp: async ({ proxy }) => {
    proxy.impair("up", { endAfter: { bytes: 0, by: "half-close" } });
    await proxy.heal();
  },
  /** Both ends believe in a line that is dead; the client dials anew and takes its session over. */
  takeover: ({ proxy, client }) => {
    proxy.cut("silence");
    client.$connection.reconnect();
  },
  /** Only one direction is dead, and what was held in it arrives after the client has moved on. */
  lateArrival: async ({ proxy, client, random }) => {
    const direction = random.pick(["up", "down"] as const);
    proxy.impair(direction, { blackhole: true });
    await pause(random.between(0, 5));
    client.$connection.reconnect();
    await proxy.heal();
  },
  /** Nobody helps: the heartbeat finds out. */
  heartbeat: ({ proxy }) => void proxy.cut("silence"),
  hangUp: async ({ proxy, random }) => {
    await proxy.admit("hang-up");
    proxy.cut();
    await pause(random.between(1, 15));
    await proxy.heal();
  },
  refuse: async ({ proxy, random }) => {
    await proxy.admit("refuse");
    proxy.cut();
    await pause(random.between(1, 15));
    await proxy.heal();
  },
  html: async ({ proxy, random }) => {
    await proxy.admit("html");
    proxy.cut();
    await pause(random.between(1, 15));
    await proxy.heal();
  },
} satisfies Record<string, Cut>;

export type CutKind = keyof typeof cuts;

const kinds = Object.keys(cuts) as CutKind[];

/** A kind of cut. The heartbeat's takes seconds, so it is rare. */
export function drawCut(random: Random): CutKind {
  const kind = random.pick(kinds);
  return kind === "heartbeat" && !random.chance(0.1) ? "reset" : kind;
}
