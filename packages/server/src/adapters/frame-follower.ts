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
  /** Of the header that is being read, or was read last: how much has come, how long it is, and its first byte. */
  #headerBytes = 0;
  #headerSize = 2;
  #first = 0;
  #masked = false;
  /** Bytes of the frame's mask and payload still to come; the payload's length alone as long as its header is read. */
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
        this.#read(chunk[at++] as number);
        this.#state = "header";
        if (this.#headerBytes < this.#headerSize) continue;
        this.#begin();
      }
      if (this.#left === 0) this.#end();
    }
  }

  /** The next byte of a header. Its second says how many there are. */
  #read(byte: number): void {
    const at = this.#headerBytes++;
    if (at === 0) {
      this.#first = byte;
      this.#headerSize = 2;
    } else if (at === 1) {
      const short = byte & 127;
      this.#masked = byte >= 128;
      this.#headerSize = short === 127 ? 10 : short === 126 ? 4 : 2;
      this.#left = short < 126 ? short : 0;
    } else this.#left = this.#left * 256 + byte;
  }

  #begin(): void {
    if (this.#masked) this.#left += 4;
    this.#headerBytes = 0;
    this.#state = (this.#first & 8) === 0 ? "data" : "control";
    this.frames++;
  }

  #end(): void {
    if (this.#state === "data") {
      this.#fragmented = this.#first < 128;
      if (!this.#fragmented) this.messages++;
    }
    this.#state = "between";
  }
}
