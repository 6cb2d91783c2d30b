/** A socket that speaks WebSocket as badly as it likes: every byte is the attacker's. */
import { connect, type Socket } from "node:net";
import { defaultLimits } from "@trunkline/core";
import { peerLimits } from "@trunkline/core/internal";

export interface LineOptions {
  readonly path?: string;
  /** In place of the upgrade request. */
  readonly request?: string;
}

export interface FrameOptions {
  readonly fin?: boolean;
  readonly rsv?: number;
  readonly masked?: boolean;
  /** In place of the payload's own length. */
  readonly length?: bigint;
}

const MASK = Buffer.from([1, 2, 3, 4]);
const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export class Line {
  readonly #socket: Socket;
  #bytes: Buffer = Buffer.alloc(0);
  #status: string | undefined;
  #code: number | undefined;
  #ended = false;
  /** Text messages that have come. */
  readonly messages: string[] = [];
  pongs = 0;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on("data", (data) => this.#data(data));
    socket.on("error", () => {});
    socket.on("close", () => {
      this.#ended = true;
    });
  }

  /** Connects, and resolves when the server has answered the upgrade or hung up. */
  static async open(port: number, { path = "/", request = upgrade(port, path) }: LineOptions = {}): Promise<Line> {
    const line = Line.bare(port, request);
    // Half a request has no answer.
    if (!request.endsWith("\r\n\r\n")) return line;
    await line.until(() => line.#status !== undefined || line.#ended);
    return line;
  }

  /** Connects and sends these bytes, no more. */
  static bare(port: number, bytes = ""): Line {
    const line = new Line(connect(port, "127.0.0.1"));
    if (bytes !== "") line.raw(bytes);
    return line;
  }

  /** The HTTP status of the upgrade. */
  get status(): number | undefined {
    return this.#status === undefined ? undefined : Number(this.#status.split(" ")[1]);
  }

  get open(): boolean {
    return !this.#ended;
  }

  get unsentBytes(): number {
    return this.#socket.writableLength;
  }

  raw(bytes: string | Buffer): void {
    this.#socket.write(bytes);
  }

  frame(opcode: keyof typeof OPCODES | number, payload: string | Buffer = "", options?: FrameOptions): void {
    this.raw(frame(opcode, payload, options));
  }

  /** One message: a text, or a value that becomes one. */
  say(message: unknown): void {
    this.frame("text", typeof message === "string" ? message : JSON.stringify(message));
  }

  /** Says hello and waits for the answer. Returns what the welcome says, if it is one. */
  async hello(more: Readonly<Record<string, unknown>> = {}): Promise<Welcome | undefined> {
    const before = this.messages.length;
    this.say(hello(more));
    await this.until(() => this.messages.length > before || this.#ended);
    const answer = this.messages[before];
    return answer?.startsWith('["welcome"') ? (JSON.parse(answer)[1] as Welcome) : undefined;
  }

  /** How many numbered frames have come, as the last batch says. */
  get count(): number {
    const batch = this.messages.findLast((message) => message.startsWith("[["));
    if (batch === undefined) return 0;
    const [[seq], ...frames] = JSON.parse(batch) as [[number], ...unknown[]];
    return seq + frames.length - 1;
  }

  /** Forgets what has come. */
  forget(): void {
    this.messages.length = 0;
  }

  /** The frames of all batches that have come, in order. */
  get frames(): unknown[][] {
    const batches = this.messages.filter((message) => message.startsWith("[["));
    return batches.flatMap((message) => (JSON.parse(message) as unknown[][]).slice(1)) as unknown[][];
  }

  /** The close code the server gave; 1006 where it gave none. */
  async closed(withinMs = 3_000): Promise<number> {
    await this.until(() => this.#ended || this.#code !== undefined, withinMs);
    return this.#code ?? 1006;
  }

  /** Waits until the server has taken what was written, or has hung up. */
  async drained(): Promise<void> {
    await this.until(() => this.#socket.writableLength === 0 || this.#ended, 5_000);
  }

  async until(holds: () => boolean, withinMs = 3_000): Promise<void> {
    for (const end = Date.now() + withinMs; !holds(); await new Promise((resolve) => setTimeout(resolve, 2))) {
      if (Date.now() > end) throw new Error(`did not come about within ${withinMs} ms`);
    }
  }

  /** Reads no more. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Hangs up with a FIN, or with an RST. */
  destroy(how: "FIN" | "RST" = "FIN"): void {
    if (how === "RST") this.#socket.resetAndDestroy();
    else this.#socket.destroy();
  }

  #data(data: Buffer): void {
    this.#bytes = this.#bytes.length === 0 ? data : Buffer.concat([this.#bytes, data]);
    if (this.#status === undefined) {
      const end = this.#bytes.indexOf("\r\n\r\n");
      if (end < 0) return;
      this.#status = this.#bytes.subarray(0, end).toString().split("\r\n")[0];
      this.#bytes = this.#bytes.subarray(end + 4);
    }
    if (this.status === 101) this.#read();
  }

  #read(): void {
    let at = 0;
    for (;;) {
      if (this.#bytes.length - at < 2) break;
      const short = this.#bytes[at + 1]! & 127;
      const head = short === 126 ? 4 : short === 127 ? 10 : 2;
      if (this.#bytes.length - at < head) break;
      const length =
        short === 126
          ? this.#bytes.readUInt16BE(at + 2)
          : short === 127
            ? Number(this.#bytes.readBigUInt64BE(at + 2))
            : short;
      if (this.#bytes.length - at < head + length) break;
      this.#heard(this.#bytes[at]! & 15, this.#bytes.subarray(at + head, at + head + length));
      at += head + length;
    }
    this.#bytes = this.#bytes.subarray(at);
  }

  #heard(opcode: number, payload: Buffer): void {
    if (opcode === OPCODES.text) this.messages.push(payload.toString());
    else if (opcode === OPCODES.pong) this.pongs++;
    else if (opcode === OPCODES.close) this.#code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
  }
}

export interface Welcome {
  readonly session: string;
  readonly resumed: boolean;
  readonly received: number;
}

/** The bytes of one frame. */
export function frame(
  opcode: keyof typeof OPCODES | number,
  payload: string | Buffer = "",
  { fin = true, rsv = 0, masked = true, length }: FrameOptions = {},
): Buffer {
  const body = Buffer.from(payload);
  const size = length ?? BigInt(body.length);
  const short = size < 126n ? Number(size) : size < 65_536n ? 126 : 127;
  const head = Buffer.alloc(short === 126 ? 4 : short === 127 ? 10 : 2);
  head[0] = (fin ? 128 : 0) | (rsv << 4) | (typeof opcode === "number" ? opcode : OPCODES[opcode]);
  head[1] = (masked ? 128 : 0) | short;
  if (short === 126) head.writeUInt16BE(Number(size), 2);
  else if (short === 127) head.writeBigUInt64BE(size, 2);
  if (!masked) return Buffer.concat([head, body]);
  for (let i = 0; i < body.length; i++) body[i]! ^= MASK[i & 3]!;
  return Buffer.concat([head, MASK, body]);
}

/** A hello as a client says it, or with other members. */
export function hello(more: Readonly<Record<string, unknown>> = {}): unknown[] {
  const limits = peerLimits(defaultLimits);
  return ["hello", { contract: "hostile", received: 0, limits, ...more }];
}

export function upgrade(port: number, path = "/", more: readonly string[] = []): string {
  return [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    "Upgrade: websocket",
    "Connection: Upgrade",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
    "Sec-WebSocket-Protocol: trunkline.1",
    ...more,
    "",
    "",
  ].join("\r\n");
}
