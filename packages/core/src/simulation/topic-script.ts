/**
 * The topics of both ends, written by the seed: each stream that is joined has a log of its own, whose events are known
 * to all. Some of them are trimmed before anybody had them.
 */
import type { IncomingCall } from "../machine/incoming-call.js";
import { topicEvents, topicItem } from "../protocol/encode.js";
import { utf8Bytes } from "../protocol/text.js";
import type { CallRecord } from "./call-record.js";
import type { Random } from "./random.js";

/** What is to be said to a stream next. */
export type TopicTurn =
  | { readonly type: "join"; readonly offset: number; readonly gap: string | undefined }
  | {
      readonly type: "feed";
      readonly to: number;
      readonly count: number;
      readonly text: string;
      readonly bytes: number;
    };

/** The number of an event is its offset; the stream's id is its topic's number. */
export function topicTurn(
  call: IncomingCall<{ readonly record: CallRecord; next: number }>,
  room: number,
  random: Random,
  produce: (number: number) => { readonly eventId: string; readonly value: string },
): TopicTurn | undefined {
  const work = call.work!;
  const { events } = work.record.plan;
  const offset = work.next - 1;
  if (call.standing === undefined || call.standing.fed !== offset) return { type: "join", offset, gap: undefined };
  if (offset >= events) return undefined;
  if (random.chance(0.1)) {
    const trimmed = random.between(1, events - offset);
    work.next += trimmed;
    return { type: "join", offset: offset + trimmed, gap: "the log was trimmed" };
  }
  const count = random.between(1, Math.min(room, events - offset));
  const items = Array.from({ length: count }, (_, index) => produce(work.next + index));
  work.next += count;
  const to = offset + count;
  const text = topicEvents(
    call.id,
    offset,
    to,
    items.map(({ eventId, value }) => topicItem(eventId, value)),
  );
  return { type: "feed", to, count, text, bytes: utf8Bytes(text) };
}
