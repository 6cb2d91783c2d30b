/**
 * Connections that have a transport: how many each identity has, and what all hold together for clients that do not take
 * it. Above `attachedBytes` no new client is let in; where that does not help within a second, whoever holds most goes.
 * Those that have had theirs for long are asked to find another, where somebody has said what is long.
 */
import type { Limits } from "@trunkline/core";
import type { Alarm, Clock } from "@trunkline/core/internal";
import type { ServerConnection } from "./connection.js";
import { LoopLag } from "./loop-lag.js";

/** What is held changes with every frame: it is weighed so often. */
const WEIGH_MS = 1_000;
/** A connection is asked to leave this part of its age early, and leaves at random within twice that. */
const AGE_SPREAD = 0.1;

/** What bounds them; `maxConnectionAgeMs` may be `Infinity`. */
export interface AttachedBounds extends Pick<Limits, "attachedBytes" | "lagMs"> {
  readonly maxConnectionAgeMs: number;
}

interface Place {
  readonly identity: string | undefined;
  readonly since: number;
}

export class Attached {
  readonly #bounds: AttachedBounds;
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  readonly #lag: LoopLag;
  /** When the alarm should wake. */
  #lookAt = 0;
  /** In the order in which they were attached. */
  readonly #places = new Map<ServerConnection, Place>();
  /** Were asked to leave, and so do not count for their identity: their successors do. */
  readonly #leaving = new Set<ServerConnection>();
  /** Bounded by the connections: an identity without one is forgotten. */
  readonly #counts = new Map<string, number>();
  #state: "room" | "full" = "room";

  constructor(bounds: AttachedBounds, clock: Clock) {
    this.#bounds = bounds;
    this.#clock = clock;
    this.#lag = new LoopLag(bounds.lagMs);
    this.#alarm = clock.alarm(() => this.#look());
  }

  /** So much is held that there is no room for anybody new. */
  get full(): boolean {
    return this.#state === "full";
  }

  /** The process does not keep up with those it has. */
  get lagging(): boolean {
    return this.#lag.lasts;
  }

  /** How many of an identity there are. */
  of(identity: string): number {
    return this.#counts.get(identity) ?? 0;
  }

  /** It has a transport, perhaps another than before. */
  add(connection: ServerConnection, identity: string | undefined): void {
    if (this.#places.has(connection)) return;
    if (this.#places.size === 0) this.#lookLater();
    this.#places.set(connection, { identity, since: this.#clock.now() });
    if (identity !== undefined) this.#counts.set(identity, this.of(identity) + 1);
  }

  /** It has none, or has ended. */
  remove(connection: ServerConnection): void {
    const place = this.#places.get(connection);
    if (place === undefined) return;
    this.#places.delete(connection);
    if (!this.#leaving.delete(connection)) this.#uncount(place);
    if (this.#places.size > 0) return;
    this.#alarm.clear();
    this.#lag.reset();
    this.#state = "room";
  }

  #uncount({ identity }: Place): void {
    if (identity === undefined) return;
    const left = this.of(identity) - 1;
    if (left === 0) this.#counts.delete(identity);
    else this.#counts.set(identity, left);
  }

  #lookLater(): void {
    this.#lookAt = this.#clock.now() + WEIGH_MS;
    this.#alarm.set(this.#lookAt);
  }

  #look(): void {
    this.#lag.came(this.#clock.now() - this.#lookAt);
    let total = 0;
    for (const connection of this.#places.keys()) total += connection.held;
    if (total <= this.#bounds.attachedBytes) this.#state = "room";
    else if (this.#state === "room") this.#state = "full";
    else this.#makeRoom(total);
    this.#dismiss();
    if (this.#places.size > 0) this.#lookLater();
  }

  /** Those that have been here for long are asked to leave as those of a drained server are, each once. */
  #dismiss(): void {
    const { maxConnectionAgeMs } = this.#bounds;
    if (maxConnectionAgeMs === Infinity) return;
    const before = this.#clock.now() - maxConnectionAgeMs * (1 - AGE_SPREAD);
    for (const [connection, place] of this.#places) {
      if (place.since > before) return;
      if (this.#leaving.has(connection)) continue;
      this.#leaving.add(connection);
      this.#uncount(place);
      connection.goodbye(Math.ceil(2 * AGE_SPREAD * maxConnectionAgeMs));
    }
  }

  #makeRoom(total: number): void {
    const weighed = [...this.#places.keys()].map((connection) => ({ connection, held: connection.held }));
    weighed.sort((one, other) => other.held - one.held);
    let left = total;
    for (const { connection, held } of weighed) {
      if (left <= this.#bounds.attachedBytes) return;
      left -= held;
      connection.end({ close: "slowReader", detail: "connections hold too much together (limits.attachedBytes)" });
    }
  }
}
