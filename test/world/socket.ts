/**
 * One end of a link as the product sees it: a transport. It frames messages into its pipe and reads the other one, in
 * its own process, so that a process that stands still reads nothing. It closes as a WebSocket does: it says so, waits
 * two seconds for the other end to say it too, and then is gone.
 */
import type { Transport, TransportListener } from "@trunkline/core";
import type { Alarm } from "@trunkline/core/internal";
import { type Framed, frame, Unframer } from "./framing.js";
import type { Pipe } from "./pipe.js";
import type { Process } from "./process.js";

/** Who watches what is said. */
interface SocketWatch {
  said(message: string | Uint8Array): void;
  /** `late`: by a program that has closed it. */
  heard(late: boolean): void;
  /** The program closes it. */
  closing(code: number, reason: string): void;
  /** The program has been told that it is over, or never will be. */
  over(): void;
}

export interface SocketOptions {
  readonly process: Process;
  readonly watch: SocketWatch;
  /** Unsent bytes above which `send` returns false; at half of that there is room again. */
  readonly highBytes: number;
  /** Whether its program still hears what arrives between its own close and the other end's, which it should not. */
  readonly hearsLate: boolean;
}

type State =
  | { readonly name: "open" }
  | { readonly name: "congested" }
  | { readonly name: "closing"; readonly code: number; readonly reason: string }
  | { readonly name: "closed" };

const CLOSE_MS = 2_000;
const ABNORMAL = 1006;

export class Socket implements Transport {
  bytesReceived = 0;
  #state: State = { name: "open" };
  #listener: TransportListener | undefined;
  #out: Pipe | undefined;
  #in: Pipe | undefined;
  readonly #unframer = new Unframer();
  readonly #options: SocketOptions;
  readonly #alarm: Alarm;

  constructor(options: SocketOptions) {
    this.#options = options;
    this.#alarm = options.process.alarm(() => this.#closed(ABNORMAL, ""));
  }

  plug(out: Pipe, incoming: Pipe): void {
    this.#out = out;
    this.#in = incoming;
  }

  get open(): boolean {
    return this.#state.name === "open" || this.#state.name === "congested";
  }

  send(message: string | Uint8Array): boolean {
    if (!this.open) return true;
    this.#options.watch.said(message);
    this.#out?.write(frame(typeof message === "string" ? "text" : "binary", message));
    if ((this.#out?.buffered ?? 0) <= this.#options.highBytes) return true;
    this.#state = { name: "congested" };
    return false;
  }

  ping(): void {
    if (this.open) this.#out?.write(frame("ping"));
  }

  close(code: number, reason: string): void {
    if (!this.open) return;
    this.#options.watch.closing(code, reason);
    this.#state = { name: "closing", code, reason };
    this.#out?.write(frame("close", JSON.stringify([code, reason])));
    this.#alarm.set(this.#options.process.now() + CLOSE_MS);
  }

  listen(listener: TransportListener): void {
    this.#listener = listener;
  }

  /** Something has arrived: it is read when the process has its turn. */
  readable(): void {
    this.#options.process.run(() => this.#read());
  }

  /** The kernel has taken some of what was written. */
  taken(): void {
    if (this.#state.name === "congested") this.#options.process.run(() => this.#look());
  }

  #look(): void {
    if (this.#state.name !== "congested" || (this.#out?.buffered ?? 0) > this.#options.highBytes / 2) return;
    this.#state = { name: "open" };
    this.#listener?.drained();
  }

  #read(): void {
    if (this.#state.name === "closed" || this.#in === undefined) return;
    const { chunks, end } = this.#in.read();
    for (const { length } of chunks) this.bytesReceived += length;
    this.#unframer.push(chunks);
    for (let framed = this.#unframer.next(); framed !== undefined; framed = this.#unframer.next()) this.#hear(framed);
    if (end !== undefined) this.#closed(ABNORMAL, "");
  }

  #hear({ type, bytes }: Framed): void {
    if (type === "close") {
      const [code, reason] = JSON.parse(bytes.toString()) as [number, string];
      if (this.open) this.#out?.write(frame("close", bytes));
      return this.#closed(code, reason);
    }
    if (!this.open && !this.#options.hearsLate) return;
    if (type === "ping") this.#out?.write(frame("pong", bytes));
    else if (type === "pong") this.#listener?.alive();
    else {
      this.#options.watch.heard(!this.open);
      this.#listener?.message(type === "text" ? bytes.toString() : bytes);
    }
  }

  /** What we said stands; otherwise what the other end said. */
  #closed(code: number, reason: string): void {
    if (this.#state.name === "closed") return;
    const said = this.#state.name === "closing" ? this.#state : { code, reason };
    this.#state = { name: "closed" };
    this.#alarm.clear();
    this.#options.watch.over();
    this.#listener?.closed(said.code, said.reason);
  }
}
