/**
 * A short fingerprint of a text. Not cryptographic: it tells versions apart, it does not resist anybody.
 */

/**
 * 16 hexadecimal digits, the same on every platform. Two 32-bit lanes with different multipliers, each step mixing in
 * one UTF-16 unit, and a last mix of each lane into the other so that short texts spread over all digits.
 */
export function digest(text: string): string {
  let left = 0x6c8e9cf5;
  let right = 0x1b56c4e9 ^ text.length;
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    left = Math.imul(left ^ unit, 0x2c1b3c6d);
    right = Math.imul(right ^ (unit + (left >>> 17)), 0x297a2d39);
  }
  left = spread(left ^ (right >>> 15));
  right = spread(right ^ left);
  return hexadecimal(left) + hexadecimal(right);
}

/** Lets each bit reach every other. */
function spread(lane: number): number {
  const first = Math.imul(lane ^ (lane >>> 16), 0x45d9f3b);
  const second = Math.imul(first ^ (first >>> 13), 0x119de1f3);
  return second ^ (second >>> 16);
}

const hexadecimal = (lane: number): string => (lane >>> 0).toString(16).padStart(8, "0");
