/**
 * Where the frames of a WebSocket begin and end, by their headers alone: how many have begun, and whether a message is
 * under way. It judges nothing, since whatever breaks RFC 6455 is noticed by who reads the same bytes.
 *
 * @see RFC 6455 section 5.2
 */
export class FrameFollower {
  /** Frames that have come so far, control frames included. */
  frames = 0;
  /** Messages that are complete. */
  messages = 0;
  /** Bytes that were part of a message, over all of them. */
  messageBytes = 0;
  /** The header that is being read. */
  readonly #header = new Uint8Array(10);
  #headerBytes = 0;
  /** Bytes of the frame's mask and payload still to come. */
  #left = 0;
  #state: "between" | "header" | "control" | "data" = "between";
  /** The first frame of a message has come, and not its last. */
  #fragmented = false;

  /** Something has begun, and is not complete: a message, or a frame of any sort. */
  get unfinished(): boolean {
    return this.#fragmented || this.#state !== "between";
  }

  follow(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; ) {
      if (this.#state === "control" || this.#state === "data") {
        const taken = Math.min(this.#left, chunk.length - at);
        this.#left -= taken;
        at += taken;
        if (this.#state === "data") this.messageBytes += taken;
      } else {
        this.#header[this.#headerBytes++] = chunk[at++] as number;
        this.#state = "header";
        if (this.#headerBytes < this.#headerSize) continue;
        this.#begin();
      }
      if (this.#left === 0) this.#end();
    }
  }

  /** Known from the second byte on. */
  get #headerSize(): number {
    if (this.#headerBytes < 2) return 2;
    const short = this.#byte(1) & 127;
    return short === 127 ? 10 : short === 126 ? 4 : 2;
  }

  #begin(): void {
    let length = this.#byte(1) & 127;
    if (length >= 126) {
      const size = this.#headerBytes;
      length = 0;
      for (let at = 2; at < size; at++) length = length * 256 + this.#byte(at);
    }
    this.#left = length + (this.#byte(1) >= 128 ? 4 : 0);
    this.#headerBytes = 0;
    this.#state = (this.#byte(0) & 8) === 0 ? "data" : "control";
    this.frames++;
  }

  #end(): void {
    if (this.#state === "data") {
      this.#fragmented = this.#byte(0) < 128;
      if (!this.#fragmented) this.messages++;
    }
    this.#state = "between";
  }

  #byte(at: number): number {
    return this.#header[at] as number;
  }
}
