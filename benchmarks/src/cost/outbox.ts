/** In place of core's outbox: counts what is sent, and keeps none of it. */
import type * as core from "@trunkline/core/internal";

export class Outbox implements Pick<core.Outbox, keyof core.Outbox> {
  sent = 0;
  acknowledged = 0;
  readonly size = 0;

  push(): void {
    this.sent++;
  }

  acknowledge(count: number): boolean {
    this.acknowledged = count;
    return true;
  }

  at(): never {
    throw new Error("nothing is kept");
  }

  keepApart(): void {}

  clear(): void {
    this.sent = 0;
  }
}
