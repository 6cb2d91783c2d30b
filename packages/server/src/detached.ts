/**
 * Connections without a transport, and what they hold for clients that may come back. Each waits `resumeMs`; in all they
 * are at most `detachedSessions` and hold at most `detachedBytes`. Above the one the longest absent gives way, above the
 * other whoever holds most.
 */
import type { Limits } from "@trunkline/core";
import type { Alarm, Clock } from "@trunkline/core/internal";
import type { ServerConnection } from "./connection.js";

/** What bounds connections that wait. */
export type DetachedBounds = Pick<Limits, "resumeMs" | "detachedSessions" | "detachedBytes">;

/** Handlers finish while their clients are away: what is held is weighed anew so often. */
const WEIGH_MS = 1_000;

export class Detached {
  readonly #bounds: DetachedBounds;
  readonly #clock: Clock;
  readonly #alarm: Alarm;
  /** When each connection ends; in order, as all wait equally long. */
  readonly #endsAt = new Map<ServerConnection, number>();
  /** What each was found to hold. */
  readonly #held = new Map<ServerConnection, number>();
  #total = 0;

  constructor(bounds: DetachedBounds, clock: Clock) {
    this.#bounds = bounds;
    this.#clock = clock;
    this.#alarm = clock.alarm(() => this.#look());
  }

  add(connection: ServerConnection): void {
    this.#endsAt.set(connection, this.#clock.now() + this.#bounds.resumeMs);
    this.#weigh(connection);
    this.#makeRoom();
    this.#setAlarm();
  }

  /** It came back, or has ended. */
  remove(connection: ServerConnection): void {
    if (!this.#endsAt.delete(connection)) return;
    this.#total -= this.#held.get(connection) ?? 0;
    this.#held.delete(connection);
    if (this.#endsAt.size === 0) this.#alarm.clear();
  }

  #look(): void {
    const now = this.#clock.now();
    for (const [connection, endsAt] of this.#endsAt) {
      if (endsAt > now) break;
      connection.end({ close: "sessionGone", detail: "not resumed in time (limits.resumeMs)" });
    }
    for (const connection of this.#endsAt.keys()) this.#weigh(connection);
    this.#makeRoom();
    this.#setAlarm();
  }

  #weigh(connection: ServerConnection): void {
    const held = connection.held;
    this.#total += held - (this.#held.get(connection) ?? 0);
    this.#held.set(connection, held);
  }

  #makeRoom(): void {
    if (this.#endsAt.size > this.#bounds.detachedSessions) {
      const [oldest] = this.#endsAt.keys();
      oldest?.end({
        close: "sessionGone",
        detail: "too many sessions wait for their clients (limits.detachedSessions)",
      });
    }
    if (this.#total <= this.#bounds.detachedBytes) return;
    for (const [connection] of [...this.#held].sort(([, one], [, other]) => other - one)) {
      if (this.#total <= this.#bounds.detachedBytes) return;
      connection.end({ close: "sessionGone", detail: "waiting sessions hold too much (limits.detachedBytes)" });
    }
  }

  #setAlarm(): void {
    const [first] = this.#endsAt.values();
    if (first !== undefined) this.#alarm.set(Math.min(first, this.#clock.now() + WEIGH_MS));
  }
}
