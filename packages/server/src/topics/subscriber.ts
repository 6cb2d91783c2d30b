/**
 * A stream that a topic feeds: a place in the log, and nothing that waits. What the reader has room for it is given when
 * its turn comes, or when it has room again; what it missed is told before it is passed.
 */
import { type Fed, isGap, type Outlet } from "@trunkline/core/internal";
import type { Cursor } from "./cursor.js";
import type { Seated } from "./seats.js";
import type { View } from "./view.js";
import type { Window } from "./window.js";

export interface SubscriberOptions {
  readonly outlet: Outlet;
  readonly window: Window;
  /** The program's own signal. It ends the stream. */
  readonly signal: AbortSignal | undefined;
}

export class Subscriber implements Fed, Seated {
  readonly #outlet: Outlet;
  /** Undefined until it is known where the stream begins. */
  #cursor: Cursor | undefined;
  readonly #window: Window;
  readonly #signal: AbortSignal | undefined;
  #unfollow: (() => void) | undefined;

  constructor({ outlet, window, signal }: SubscriberOptions) {
    this.#outlet = outlet;
    this.#window = window;
    this.#signal = signal;
  }

  /** False: its reader has a stream here already, and only one of them can be fed. */
  sit(): boolean {
    if (!this.#window.seat(this.#outlet.reader, this)) return false;
    const signal = this.#signal;
    if (signal !== undefined && signal !== this.#outlet.signal) this.#follow(signal);
    return true;
  }

  /** It is known where the stream begins. */
  begin(cursor: Cursor): void {
    this.#cursor = cursor;
    if (this.#isSeated) this.#outlet.open(this);
  }

  wake(): void {
    this.#window.served(this.serve());
  }

  placed(offset: number): void {
    this.#cursor?.place(offset);
  }

  leave(): void {
    this.#unfollow?.();
    this.#window.unseat(this.#outlet.reader, this);
  }

  /** The source is done. */
  end(): void {
    if (!this.#isSeated) return;
    this.leave();
    this.#outlet.finish();
  }

  /** The log cannot be had. */
  fail(error: unknown): void {
    if (!this.#isSeated) return;
    this.leave();
    this.#outlet.fail(error);
  }

  /** Gives the stream what it has room for, in one message. True: there is more. */
  serve(): boolean {
    const { room } = this.#outlet;
    if (room === 0 || this.#cursor === undefined) return false;
    try {
      const view = this.#window.look();
      return view !== undefined && this.#give(this.#cursor, view, room);
    } catch (error) {
      this.fail(error);
      return false;
    }
  }

  get #isSeated(): boolean {
    return this.#window.seats(this.#outlet.reader, this);
  }

  #give(cursor: Cursor, view: View, room: number): boolean {
    const { messages } = this.#window;
    const missed = cursor.settle(view);
    if (missed !== undefined || !this.#outlet.standsAt(messages.number, cursor.offset)) {
      this.#outlet.join({ topic: messages.number, offset: cursor.offset, gap: missed });
      return false;
    }
    let slice = messages.slice(view.log, cursor.offset, room);
    while (slice !== undefined && slice.count > 1 && slice.bytes > this.#outlet.messageBytes) {
      slice = messages.slice(view.log, cursor.offset, slice.count >> 1);
    }
    if (slice === undefined) return this.#passGap(cursor, view);
    cursor.place(slice.to);
    this.#outlet.feed(slice, slice);
    return slice.to < view.log.end;
  }

  /** What could not be read is a hole of the log's own. */
  #passGap(cursor: Cursor, view: View): boolean {
    const item = cursor.next(view);
    if (item === undefined || !isGap(item)) return false;
    this.#outlet.join({ topic: this.#window.messages.number, offset: cursor.offset, gap: item.reason });
    return false;
  }

  #follow(signal: AbortSignal): void {
    const end = () => this.end();
    if (signal.aborted) return end();
    signal.addEventListener("abort", end, { once: true });
    this.#unfollow = () => signal.removeEventListener("abort", end);
  }
}
