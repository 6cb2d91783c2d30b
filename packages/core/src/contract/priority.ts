/**
 * Which goes first, where frames wait to be sent. `"high"`: what is said for the call goes before everything else that is
 * small. `"low"`: as large values do, between what others have to say. The order within a call is never changed.
 */
export type Priority = "high" | "normal" | "low";

/** Throws a `TypeError` for what is none. */
export function checkPriority(priority: unknown): void {
  if (priority === "high" || priority === "normal" || priority === "low") return;
  throw new TypeError(
    `priority: expected "high", "normal" or "low", but came ${JSON.stringify(priority) ?? "nothing"}`,
  );
}
