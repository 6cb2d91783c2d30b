/**
 * What a topic's log has, as messages for whoever stands at the same place: each is encoded once. It is kept for the
 * others of the same turn and no longer, so that a topic at rest holds its log and nothing else.
 */
import type { SharedMessage } from "@trunkline/core";
import { isGap, type Portion, topicEvents, topicItem } from "@trunkline/core/internal";
import type { BoundedLog } from "./bounded-log.js";
import type { Item } from "./view.js";

/** Messages stay near this size, so that a reader can begin while more is on its way. */
const MESSAGE_BYTES = 64 * 1024;

/** A message of the topic, and what is in it. */
export interface Slice extends SharedMessage, Portion {
  readonly from: number;
  /** The log's end when it was made, and how many events it might have held. */
  readonly end: number;
  readonly room: number;
}

/** Numbers are this process's own: whatever topic has readers has one that no other has. */
export const numbering = { last: 0 };

export class Messages {
  #number = ++numbering.last;
  #latest: Slice | undefined;

  /** The topic's, on the wire. */
  get number(): number {
    return this.#number;
  }

  /** The log has begun anew: what was said under the old number is of the old log. */
  renumber(): void {
    this.#number = ++numbering.last;
    this.#latest = undefined;
  }

  /** The turn is over. */
  forget(): void {
    this.#latest = undefined;
  }

  /** What the log has after an offset, at most so many events. Undefined: no event is next. */
  slice(log: BoundedLog<Item>, from: number, room: number): Slice | undefined {
    const latest = this.#latest;
    if (latest !== undefined && latest.from === from && isStillWhole(latest, log.end, room)) return latest;
    this.#latest = this.#made(log, from, room);
    return this.#latest;
  }

  #made(log: BoundedLog<Item>, from: number, room: number): Slice | undefined {
    const items: string[] = [];
    let to = from;
    for (const { offset, item } of log.following(from, { events: room, bytes: MESSAGE_BYTES })) {
      if (isGap(item)) break;
      items.push(topicItem(item.id, item.text));
      to = offset;
    }
    if (items.length === 0) return undefined;
    const text = topicEvents(this.#number, from, to, items);
    return {
      text,
      bytes: Buffer.byteLength(text),
      framed: undefined,
      from,
      to,
      count: items.length,
      end: log.end,
      room,
    };
  }
}

/** Whether the message would be the same, were it made for this room now. */
function isStillWhole({ count, end, room: madeFor }: Slice, endNow: number, room: number): boolean {
  if (end !== endNow || count > room) return false;
  // It was not for want of room that it ended where it does.
  return count < madeFor || room === madeFor;
}
