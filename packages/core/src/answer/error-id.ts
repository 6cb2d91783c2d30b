/** Names for records of failures: 128 bits of chance, so that nobody can guess at another's. */

const DIGITS = 32;

/** 32 hexadecimal digits. Not `randomUUID`, which browsers have on https pages only. */
export function errorId(): string {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(DIGITS / 2));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
