/** A connection between two processes, seen from above: its two sockets, the pipes between them, and harm done to it. */
import type { Random, VirtualClock } from "@trunkline/core/simulation";
import { type Manners, Pipe } from "./pipe.js";
import type { Process } from "./process.js";
import { Socket } from "./socket.js";

/** 0: the client's, who dialled. 1: the server's. */
export type Side = 0 | 1;

export interface LinkWatch {
  said(link: Link, side: Side, message: string | Uint8Array): void;
  /** In the order in which it was said, whatever of it is heard. `late`: by a program that has closed its end. */
  heard(link: Link, side: Side, late: boolean): void;
  /** This side's program closes it. */
  closing(link: Link, side: Side, code: number, reason: string): void;
  /** This side's program has been told that it is over. */
  over(link: Link, side: Side): void;
}

export interface LinkOptions {
  readonly name: string;
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly manners: Manners;
  readonly processes: readonly [Process, Process];
  readonly highBytes: number;
  readonly hearsLate: boolean;
  readonly watch: LinkWatch;
}

export class Link {
  readonly name: string;
  readonly manners: Manners;
  readonly processes: readonly [Process, Process];
  readonly sockets: readonly [Socket, Socket];
  /** What each side says. */
  readonly #pipes: readonly [Pipe, Pipe];
  readonly #over = new Set<Side>();

  constructor({ name, clock, random, manners, processes, highBytes, hearsLate, watch }: LinkOptions) {
    this.name = name;
    this.manners = manners;
    this.processes = processes;
    const socket = (side: Side) =>
      new Socket({
        process: processes[side],
        highBytes,
        hearsLate,
        watch: {
          said: (message) => watch.said(this, side, message),
          heard: (late) => watch.heard(this, side, late),
          closing: (code, reason) => watch.closing(this, side, code, reason),
          over: () => {
            watch.over(this, side);
            this.#finished(side);
          },
        },
      });
    const sockets = [socket(0), socket(1)] as const;
    const pipe = (from: Side, to: Side) =>
      new Pipe(clock, random.fork(), manners, {
        readable: () => sockets[to].readable(),
        taken: () => sockets[from].taken(),
      });
    this.#pipes = [pipe(0, 1), pipe(1, 0)];
    sockets[0].plug(this.#pipes[0], this.#pipes[1]);
    sockets[1].plug(this.#pipes[1], this.#pipes[0]);
    this.sockets = sockets;
  }

  /** Whether it is whole: neither harmed nor closed. */
  get whole(): boolean {
    return this.sockets.every(({ open }) => open) && this.#pipes.every(({ open }) => open);
  }

  /** Since when something that this side has said has not been read. */
  busySince(side: Side): number {
    return this.#pipes[side].busySince;
  }

  /** RST in both directions. `unaware`: the side that never hears of it. */
  reset({ unaware, lateMs = 0 }: { readonly unaware?: Side; readonly lateMs?: number } = {}): void {
    this.#pipes[0].cut(unaware === 1 ? undefined : "reset", lateMs);
    this.#pipes[1].cut(unaware === 0 ? undefined : "reset", lateMs);
  }

  /** Something in between ends it in good order: what was sent is delivered, and then both find it closed. */
  finish(lateMs: number): void {
    for (const pipe of this.#pipes) pipe.cut("fin", lateMs);
  }

  /** What this side says vanishes from now on. */
  blackhole(side: Side): void {
    this.#pipes[side].blackhole();
  }

  /** Nothing arrives anywhere, until it flows again. */
  stall(): void {
    for (const pipe of this.#pipes) pipe.stall();
  }

  flow(): void {
    for (const pipe of this.#pipes) pipe.flow();
  }

  /** A side's process has died. `told`: its kernel still says so to the other end. */
  died(side: Side, told: boolean): void {
    this.#pipes[side].cut(told ? "reset" : undefined);
    this.#pipes[1 - side]!.blackhole();
    this.#over.add(side);
    this.#releaseIfOver();
  }

  /** A side is done with it; the other end finds that out if it can. */
  #finished(side: Side): void {
    this.#pipes[side].cut("fin");
    this.#over.add(side);
    this.#releaseIfOver();
  }

  get over(): boolean {
    return this.#over.size === 2;
  }

  #releaseIfOver(): void {
    if (this.over) for (const pipe of this.#pipes) pipe.release();
  }
}
