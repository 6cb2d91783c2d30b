/** A room: its log, who sits in it, and who is typing. One person in two windows takes one seat. */
import type { SubscriptionItem } from "@trunkline/server";
import type { Message, Room as RoomFacts } from "../contract.js";
import { Changes } from "./changes.js";
import { MessageLog } from "./message-log.js";

/** Somebody who said to be typing and was not heard of again is not. */
const TYPING_MS = 6_000;

export class Room {
  readonly facts: RoomFacts;
  readonly log = new MessageLog();
  /** Name → in how many windows. */
  readonly #seats = new Map<string, number>();
  /** Name → what ends it. */
  readonly #typing = new Map<string, NodeJS.Timeout>();
  readonly #typingChanges = new Changes();
  readonly #seatsChanged: () => void;

  constructor(facts: RoomFacts, seatsChanged: () => void) {
    this.facts = facts;
    this.#seatsChanged = seatsChanged;
  }

  seats(name: string): boolean {
    return this.#seats.has(name);
  }

  /** Whether there is a seat for this person, who may sit in it already. */
  admits(name: string): boolean {
    return this.#seats.has(name) || this.#seats.size < this.facts.capacity;
  }

  /** Sits somebody down who was admitted. Returns what makes them rise, to be called once. */
  enter(name: string): () => void {
    this.#seat(name, +1);
    return () => this.#seat(name, -1);
  }

  say(said: Pick<Message, "author" | "key" | "text">): Message {
    return this.log.append({ ...said, sentAt: new Date() });
  }

  setTyping(name: string, typing: boolean): void {
    const known = this.#typing.get(name);
    if (known === undefined && !typing) return;
    clearTimeout(known);
    if (typing) this.#typing.set(name, setTimeout(() => this.setTyping(name, false), TYPING_MS).unref());
    else this.#typing.delete(name);
    if ((known !== undefined) !== typing) this.#typingChanges.announce();
  }

  /** Who is typing, now and at each change. */
  typing(signal: AbortSignal): AsyncIterable<SubscriptionItem<string[]>> {
    return this.#typingChanges.snapshots(() => [...this.#typing.keys()], signal);
  }

  #seat(name: string, change: 1 | -1): void {
    const before = this.#seats.get(name) ?? 0;
    const windows = before + change;
    if (windows > 0) this.#seats.set(name, windows);
    else {
      this.#seats.delete(name);
      this.setTyping(name, false);
    }
    if (before === 0 || windows === 0) this.#seatsChanged();
  }
}
