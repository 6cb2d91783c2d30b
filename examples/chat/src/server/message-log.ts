/**
 * What was said in a room, as far back as is kept. Each message has a place, which only grows; its id is the log's
 * epoch and that place, so an id from before a restart is recognized as a stranger. Readers hold a place and not a
 * queue: whoever is slow, or comes back, reads on from there, and hears of a gap where that is no longer kept.
 */
import { randomBytes } from "node:crypto";
import { event, gap, type SubscriptionItem } from "@trunkline/server";
import type { Message } from "../contract.js";
import { Changes } from "./changes.js";

export interface LogBounds {
  readonly messages: number;
  /** Of their texts, in UTF-16 units. */
  readonly length: number;
}

/** What one answer carries at most. */
const PAGE: LogBounds = { messages: 50, length: 250_000 };

export interface Page {
  readonly messages: Message[];
  readonly cursor: string;
  readonly more: boolean;
}

export class MessageLog {
  readonly #epoch = randomBytes(6).toString("base64url");
  readonly #bounds: LogBounds;
  readonly #changes = new Changes();
  readonly #byKey = new Map<string, Message>();
  #messages: Message[] = [];
  /** The place of the first message that is kept; the first ever has place 1. */
  #first = 1;
  #length = 0;

  constructor(bounds: LogBounds = { messages: 1_000, length: 4_000_000 }) {
    this.#bounds = bounds;
  }

  /** The message this author sent under this key, while it is kept. */
  find(author: string, key: string): Message | undefined {
    return this.#byKey.get(keyOf({ author, key }));
  }

  append(said: Omit<Message, "id">): Message {
    const message = { id: this.#id(this.#next), ...said };
    this.#messages.push(message);
    this.#byKey.set(keyOf(message), message);
    this.#length += message.text.length;
    while (this.#messages.length > this.#bounds.messages || this.#length > this.#bounds.length) this.#dropFirst();
    this.#changes.announce();
    return message;
  }

  /** The latest messages, or the latest before an id. */
  page(before?: string): Page {
    const end = Math.max(0, (before === undefined ? this.#next : (this.#place(before) ?? 0)) - this.#first);
    let [start, length] = [end, 0];
    while (start > 0 && end - start < PAGE.messages) {
      length += this.#messages[start - 1]!.text.length;
      if (length > PAGE.length && start < end) break;
      start--;
    }
    return { messages: this.#messages.slice(start, end), cursor: this.#id(this.#next - 1), more: start > 0 };
  }

  /** Everything after an id, then what comes, until the signal fires. Without an id: what comes. */
  async *follow(lastEventId: string | undefined, signal: AbortSignal): AsyncGenerator<SubscriptionItem<Message>, void> {
    const last = lastEventId === undefined ? this.#next - 1 : this.#place(lastEventId);
    if (last === undefined) yield gap({ reason: "the server has started anew" });
    let next = (last ?? this.#first - 1) + 1;
    while (!signal.aborted) {
      const { version } = this.#changes;
      if (next < this.#first) {
        yield gap({ reason: `${this.#first - next} messages are no longer kept` });
        next = this.#first;
      }
      const message = this.#messages[next - this.#first];
      if (message === undefined) await this.#changes.after(version, signal);
      else {
        next++;
        yield event(message, { id: message.id });
      }
    }
  }

  get #next(): number {
    return this.#first + this.#messages.length;
  }

  #id(place: number): string {
    return `${this.#epoch}.${place}`;
  }

  /** The place an id of this log names; undefined for any other text. */
  #place(id: string): number | undefined {
    const place = Number(id.slice(this.#epoch.length + 1));
    return this.#id(place) === id && place >= 0 && place < this.#next ? place : undefined;
  }

  #dropFirst(): void {
    const message = this.#messages.shift()!;
    this.#byKey.delete(keyOf(message));
    this.#length -= message.text.length;
    this.#first++;
  }
}

const keyOf = ({ author, key }: Pick<Message, "author" | "key">) => JSON.stringify([author, key]);
