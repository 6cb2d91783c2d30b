/** Bugs in what clients keep: when it is forgotten, and when they are told to. */
import { QueryCache } from "@trunkline/client/internal";
import { Invalidations } from "@trunkline/server/internal";
import { patch } from "./plant.js";

/** What was kept over one transport is given over the next. */
export function keepAcrossTransports(): void {
  patch(QueryCache.prototype, "clear", () => () => {});
}

export function ignoreInvalidations(): void {
  patch(QueryCache.prototype, "invalidate", () => () => {});
}

/** An invalidation is said when the next one is due. */
export function sayInvalidationsLate(): void {
  const late = new WeakMap<Invalidations, Parameters<Invalidations["say"]>>();
  patch(Invalidations.prototype, "say", (say) => {
    return function (this: Invalidations, ...said) {
      const before = late.get(this);
      late.set(this, said);
      if (before !== undefined) say.apply(this, before);
    };
  });
}

export function neverGrowOld(): void {
  patch(QueryCache.prototype, "read", (read) => {
    return function (this: QueryCache, key) {
      return read.call(this, key, -Infinity);
    };
  });
}
