/** Messages as the bytes of one WebSocket frame, as a server sends it: final, and not masked. */

const FINAL_TEXT = 0x81;
const FINAL_BINARY = 0x82;
/** From these sizes on the length takes two, or eight, more bytes. */
const MEDIUM = 126;
const LARGE = 65_536;

/** @see RFC 6455 section 5.2 */
export function textFrame(text: string, bytes: number): Buffer {
  const start = headerBytes(bytes);
  const frame = Buffer.allocUnsafe(start + bytes);
  writeHeader(frame, FINAL_TEXT, bytes);
  frame.write(text, start);
  return frame;
}

/** What stands before a binary message of so many bytes. */
export function binaryHeader(bytes: number): Buffer {
  const header = Buffer.allocUnsafe(headerBytes(bytes));
  writeHeader(header, FINAL_BINARY, bytes);
  return header;
}

const headerBytes = (bytes: number) => (bytes < MEDIUM ? 2 : bytes < LARGE ? 4 : 10);

function writeHeader(frame: Buffer, first: number, bytes: number): void {
  frame[0] = first;
  if (bytes < MEDIUM) frame[1] = bytes;
  else if (bytes < LARGE) {
    frame[1] = 126;
    frame.writeUInt16BE(bytes, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(bytes), 2);
  }
}
