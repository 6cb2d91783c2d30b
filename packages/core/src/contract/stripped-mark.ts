/** Tells contracts without validators, and their procedures, from whole ones: nobody may answer with them. */

// A registered symbol, so that it is found where two copies of this module are loaded (ESM beside CommonJS).
const mark = Symbol.for("trunkline.stripped");

/** Marks a contract or a procedure, out of sight of its names. Returns it. */
export function markStripped<Part extends object>(part: Part): Part {
  return Object.defineProperty(part, mark, { value: true });
}

/** Whether validators are missing on purpose. */
export const isStripped = (part: object): boolean => mark in part;
