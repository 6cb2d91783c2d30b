/** What is asked of values, wherever in a message they stand. */

/** The longest id an event may have, in UTF-16 units. */
export const EVENT_ID_LENGTH = 1_024;

/** An object whose keys are not known yet. */
export type Fields = Readonly<Record<string, unknown>>;

export const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0 && !Object.is(value, -0);
export const isPositive = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 1;
export const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);
export const isEventId = (value: unknown): value is string | null =>
  value === null || (typeof value === "string" && value.length <= EVENT_ID_LENGTH);
