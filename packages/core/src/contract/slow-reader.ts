/**
 * What becomes of a subscriber who reads more slowly than events are published. Declared in the contract, because the
 * subscriber can tell the difference: between every event, the newest ones, and an error.
 */

/**
 * - `"block"`: nothing; who falls behind what is kept gets a gap.
 * - `"latest"`: an event replaces all before it. `{ latest: "userId" }`: those before it that have the same `userId`. So
 *   the events are a state: a subscriber gets it whole, then its changes, and never a gap.
 * - `{ dropOldest: 100 }`: who is more than 100 events behind gets a gap, and then the newest 100.
 * - `{ fail: 100 }`: who is more than 100 events behind gets a `RESOURCE_EXHAUSTED` error.
 */
export type SlowReader<Key extends string = string> =
  | "block"
  | "latest"
  | { readonly latest: Key }
  | { readonly dropOldest: number }
  | { readonly fail: number };

/** Whether each subscription begins with the whole state, so that one that was lost has lost nothing. */
export function isState(slow: SlowReader | undefined): boolean {
  return slow === "latest" || (typeof slow === "object" && "latest" in slow);
}

/** Throws a `TypeError` for what is none of the ways. Returns a frozen copy. */
export function declareSlowReader(slow: unknown): SlowReader {
  if (slow === "block" || slow === "latest") return slow;
  const [entry, ...others] = typeof slow === "object" && slow !== null ? Object.entries(slow) : [];
  if (entry === undefined || others.length > 0 || !isWay(entry)) {
    const ways = `"block", "latest", { latest: name }, { dropOldest: events } or { fail: events }`;
    throw new TypeError(`slow: expected ${ways}, but came ${printed(slow)}`);
  }
  return Object.freeze(Object.fromEntries([entry])) as unknown as SlowReader;
}

function isWay([way, value]: [string, unknown]): boolean {
  if (way === "latest") return typeof value === "string" && value !== "";
  return (way === "dropOldest" || way === "fail") && Number.isSafeInteger(value) && (value as number) > 0;
}

function printed(value: unknown): string {
  return typeof value === "object" ? (JSON.stringify(value) ?? "an object") : String(value);
}
