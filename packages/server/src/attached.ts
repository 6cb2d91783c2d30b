/**
 * Connections that have a transport: how many each identity has, and what all hold together for clients that do not take
 * it. Above `attachedBytes` no new client is let in; where that does not help within a second, whoever holds most goes.
 */
import type { Limits } from "@trunkline/core";
import type { Alarm, Clock } from "@trunkline/core/internal";
import type { ServerConnection } from "./connection.js";

/** What is held changes with every frame: it is weighed so often. */
const WEIGH_MS = 1_000;

export class Attached {
  readonly #bounds: Pick<Limits, "attachedBytes">;
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  readonly #identities = new Map<ServerConnection, string | undefined>();
  /** Bounded by the connections: an identity without one is forgotten. */
  readonly #counts = new Map<string, number>();
  #state: "room" | "full" = "room";

  constructor(bounds: Pick<Limits, "attachedBytes">, clock: Clock) {
    this.#bounds = bounds;
    this.#clock = clock;
    this.#alarm = clock.alarm(() => this.#look());
  }

  /** So much is held that there is no room for anybody new. */
  get full(): boolean {
    return this.#state === "full";
  }

  /** How many of an identity there are. */
  of(identity: string): number {
    return this.#counts.get(identity) ?? 0;
  }

  /** It has a transport, perhaps another than before. */
  add(connection: ServerConnection, identity: string | undefined): void {
    if (this.#identities.has(connection)) return;
    if (this.#identities.size === 0) this.#alarm.set(this.#clock.now() + WEIGH_MS);
    this.#identities.set(connection, identity);
    if (identity !== undefined) this.#counts.set(identity, this.of(identity) + 1);
  }

  /** It has none, or has ended. */
  remove(connection: ServerConnection): void {
    const identity = this.#identities.get(connection);
    if (!this.#identities.delete(connection)) return;
    if (identity !== undefined) {
      const left = this.of(identity) - 1;
      if (left === 0) this.#counts.delete(identity);
      else this.#counts.set(identity, left);
    }
    if (this.#identities.size > 0) return;
    this.#alarm.clear();
    this.#state = "room";
  }

  #look(): void {
    let total = 0;
    for (const connection of this.#identities.keys()) total += connection.held;
    if (total <= this.#bounds.attachedBytes) this.#state = "room";
    else if (this.#state === "room") this.#state = "full";
    else this.#makeRoom(total);
    if (this.#identities.size > 0) this.#alarm.set(this.#clock.now() + WEIGH_MS);
  }

  #makeRoom(total: number): void {
    const weighed = [...this.#identities.keys()].map((connection) => ({ connection, held: connection.held }));
    weighed.sort((one, other) => other.held - one.held);
    let left = total;
    for (const { connection, held } of weighed) {
      if (left <= this.#bounds.attachedBytes) return;
      left -= held;
      connection.end({ close: "slowReader", detail: "connections hold too much together (limits.attachedBytes)" });
    }
  }
}
