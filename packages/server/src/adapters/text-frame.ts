/** A text message as the bytes of one WebSocket frame, as a server sends it: final, and not masked. */

const FINAL_TEXT = 0x81;
/** From these sizes on the length takes two, or eight, more bytes. */
const MEDIUM = 126;
const LARGE = 65_536;

/** @see RFC 6455 section 5.2 */
export function textFrame(text: string, bytes: number): Buffer {
  const start = bytes < MEDIUM ? 2 : bytes < LARGE ? 4 : 10;
  const frame = Buffer.allocUnsafe(start + bytes);
  frame[0] = FINAL_TEXT;
  if (bytes < MEDIUM) frame[1] = bytes;
  else if (bytes < LARGE) {
    frame[1] = 126;
    frame.writeUInt16BE(bytes, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(bytes), 2);
  }
  frame.write(text, start);
  return frame;
}
