/** Measures of a text before it is parsed or sent. Each is one pass without recursion. */

const QUOTE = 34;
const BACKSLASH = 92;
/** `{` and `[` differ in one bit alone, as `}` and `]` do. */
const [OPENING, CLOSING, CASE] = [123, 125, 32];

/** How many bytes a text takes as UTF-8. Lone surrogates count 3, as they become U+FFFD. */
export function utf8Bytes(text: string): number {
  let bytes = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) bytes += 1;
    else if (isHighSurrogate(unit) && isLowSurrogate(text.charCodeAt(i + 1))) {
      bytes += 2;
      i++;
    } else bytes += 2;
  }
  return bytes;
}

/** Whether a text is larger than `limit` bytes. Reads it only where its length leaves a doubt. */
export function exceedsBytes(text: string, limit: number): boolean {
  if (text.length > limit) return true;
  return text.length * 3 > limit && utf8Bytes(text) > limit;
}

/** Whether arrays and objects of a JSON text nest deeper than `limit`. Brackets inside strings do not count. */
export function exceedsDepth(text: string, limit: number): boolean {
  if (text.length <= limit || !opensMoreThan(text, limit)) return false;
  let depth = 0;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit === QUOTE) i = endOfString(text, i);
    else if ((unit | CASE) === OPENING && ++depth > limit) return true;
    else if ((unit | CASE) === CLOSING) depth--;
  }
  return false;
}

/** Whether a text has more than so many opening brackets, those inside strings too. Most have few: a native search. */
export function opensMoreThan(text: string, limit: number): boolean {
  let left = limit;
  for (const bracket of ["{", "["]) {
    for (let at = text.indexOf(bracket); at !== -1; at = text.indexOf(bracket, at + 1)) if (--left < 0) return true;
  }
  return false;
}

/** Whether a JSON text may hold an object key `__proto__`, written out or escaped. May be wrong only on the safe side. */
export function mayHoldProto(text: string): boolean {
  return text.includes("__proto__") || (text.includes("\\u") && /\\u00(?:5f|7[0-4]|6f)/i.test(text));
}

/** Index of the quote that ends the string opened at `open`, or the text's length if nothing ends it. */
function endOfString(text: string, open: number): number {
  for (let close = text.indexOf('"', open + 1); close !== -1; close = text.indexOf('"', close + 1)) {
    let slashes = close;
    while (text.charCodeAt(slashes - 1) === BACKSLASH) slashes--;
    if ((close - slashes) % 2 === 0) return close;
  }
  return text.length;
}

const isHighSurrogate = (unit: number) => unit >= 0xd800 && unit < 0xdc00;
const isLowSurrogate = (unit: number) => unit >= 0xdc00 && unit < 0xe000;
