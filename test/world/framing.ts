/** Messages in a byte stream: what a WebSocket does, reduced to a type, a length and the bytes. */

const types = ["text", "binary", "ping", "pong", "close"] as const;

export interface Framed {
  readonly type: (typeof types)[number];
  readonly bytes: Buffer;
}

const HEAD_BYTES = 5;

export function frame(type: Framed["type"], payload: string | Uint8Array = ""): Uint8Array {
  const bytes = Buffer.from(payload as string);
  const framed = Buffer.allocUnsafe(HEAD_BYTES + bytes.length);
  framed.writeUInt8(types.indexOf(type), 0);
  framed.writeUInt32BE(bytes.length, 1);
  bytes.copy(framed, HEAD_BYTES);
  return framed;
}

/** Puts messages together again. What is cut off in the middle is never given out. */
export class Unframer {
  #bytes = Buffer.alloc(0);

  push(chunks: readonly Uint8Array[]): void {
    if (chunks.length > 0) this.#bytes = Buffer.concat([this.#bytes, ...chunks]);
  }

  next(): Framed | undefined {
    if (this.#bytes.length < HEAD_BYTES) return undefined;
    const end = HEAD_BYTES + this.#bytes.readUInt32BE(1);
    if (this.#bytes.length < end) return undefined;
    const bytes = this.#bytes.subarray(HEAD_BYTES, end);
    const type = types[this.#bytes.readUInt8(0)]!;
    this.#bytes = this.#bytes.subarray(end);
    return { type, bytes };
  }
}
