/** What is looked for in what `JSON.parse` has made: each is one walk over arrays and objects. */

/**
 * Whether arrays and objects nest deeper than `limit`. A walk takes a quarter of the time that a scan of the text does,
 * and goes no deeper than that itself.
 */
export function nestsDeeper(value: unknown, limit: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (limit === 0) return true;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === "object" && nestsDeeper(item, limit - 1)) return true;
    return false;
  }
  // Its keys are all its own: `JSON.parse` makes plain objects.
  for (const key in value) {
    const member = (value as Readonly<Record<string, unknown>>)[key];
    if (typeof member === "object" && nestsDeeper(member, limit - 1)) return true;
  }
  return false;
}

/** Whether an object with the key `__proto__` is in it. A reviver would do, and take twenty times as long as the rest. */
export function holdsProto(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return value.some(holdsProto);
  return Object.hasOwn(value, "__proto__") || Object.values(value).some(holdsProto);
}
