/**
 * What a subscription's handler may yield beside plain events: an event that can be resumed from, and a reported hole.
 */

import type { AnySchema } from "../../contract/schema.js";
import type { Codec } from "../../contract/wire/codec.js";
import type { Json } from "../../protocol/encode.js";
import type { Gap } from "../../runtime/channel.js";
import { decodeWith } from "../../runtime/conversion.js";

// Makes both types nominal: an event that has members `data` and `id`, or a `reason`, of its own stays a plain event.
// Registered, so that it is the same where two copies of this module are loaded (ESM beside CommonJS).
const item: unique symbol = /* @__PURE__ */ Symbol.for("trunkline.item");

/** An event with an id. A subscriber that lost its session comes back with the last id it saw, as `lastEventId`. */
export interface IdentifiedEvent<Data> {
  readonly [item]: "event";
  readonly data: Data;
  readonly id: string;
}

/** A hole in a stream: events were lost that cannot be replayed. The subscriber is told, in its place in the stream. */
export interface ReportedGap extends Gap {
  readonly [item]: "gap";
}

/** An event of a topic: validated and encoded when it was published, once for all its subscribers. */
export interface TopicEvent<Published, Data> extends AlreadyPublished<Published> {
  readonly id: string;
  /** What a subscriber sees of it. Parsed anew each time it is read. */
  readonly data: Data;
}

/** What the type of a topic's event is compared by: what `publish` was given. */
interface AlreadyPublished<Published> {
  readonly [item]: "encoded";
  readonly [published]?: Published;
}

declare const published: unique symbol;

/** What a subscription's handler may yield for events that carry `Data`. */
export type SubscriptionItem<Data> = Data | IdentifiedEvent<Data> | AlreadyPublished<Data> | ReportedGap;

/** An event that a subscriber can resume from. Throws a `TypeError` when the id is not a string, or empty.
 * Give every event of a stream an id, or none: a stream continues after the last one that has one. */
export function event<Data>(data: Data, { id }: { readonly id: string }): IdentifiedEvent<Data> {
  if (typeof id !== "string" || id === "") {
    throw new TypeError(`event: expected an id that is a string and not empty, but came ${JSON.stringify(id)}`);
  }
  return { [item]: "event", data, id };
}

/** Reports that events were lost that cannot be replayed; yield it where they are missing. `reason` is for people. */
export function gap({ reason }: Gap): ReportedGap {
  if (typeof reason !== "string")
    throw new TypeError(`gap: expected a reason that is a string, but came ${typeof reason}`);
  return Object.freeze({ [item]: "gap" as const, reason });
}

/** A topic's event with what the answer needs of it: its text, and the schema the text is known to fit. */
export class EncodedEvent implements TopicEvent<unknown, unknown> {
  // Assigned below: a bundler keeps a class with a computed member whether it is used or not.
  declare readonly [item]: "encoded";

  constructor(
    readonly id: string,
    readonly text: Json,
    readonly schema: AnySchema | undefined,
    readonly codec?: Codec | undefined,
  ) {
    this[item] = "encoded";
  }

  get data(): unknown {
    return this.text === undefined ? undefined : decodeWith(this.codec, JSON.parse(this.text), undefined);
  }
}

/** Whether a yielded item is a topic's event. */
export function isEncodedEvent(value: unknown): value is EncodedEvent {
  return kindOf(value) === "encoded";
}

/** Whether a yielded item was made by {@link event}. */
export function isIdentifiedEvent(value: unknown): value is IdentifiedEvent<unknown> {
  return kindOf(value) === "event";
}

/** Whether a yielded item was made by {@link gap}. */
export function isGap(value: unknown): value is ReportedGap {
  return kindOf(value) === "gap";
}

const kindOf = (value: unknown): unknown =>
  typeof value === "object" && value !== null ? (value as { readonly [item]?: unknown })[item] : undefined;
