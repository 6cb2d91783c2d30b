/** A topic's events as text: validated and encoded when they are published, and known as events again when they come. */
import { defaultLimits, type SlowReader, type Subscription } from "@trunkline/core";
import {
  type AnySchema,
  type Codec,
  decodeWith,
  EncodedEvent,
  encodeWith,
  hasBytes,
  inputIssues,
  issuesMessage,
  isThenable,
  validate,
  wireOf,
} from "@trunkline/core/internal";

/** An event as a backplane takes it. */
export interface Encoded {
  /** Empty for an event that carries nothing. */
  readonly text: string;
  /** Under which it replaces an earlier one. */
  readonly key: string | undefined;
}

export class EventCodec {
  readonly #schema: AnySchema | undefined;
  readonly #codec: Codec | undefined;
  readonly #slow: SlowReader | undefined;
  /** Others write to the log too, so that what comes from it is validated. */
  readonly #isShared: boolean;

  /** Throws a `TypeError` for events that may have bytes. */
  constructor(subscription: Subscription, isShared: boolean) {
    const { definition } = subscription;
    const { event, plans } = wireOf(subscription);
    if (plans.event !== undefined && hasBytes(plans.event)) {
      throw new TypeError(
        "a topic: its events are kept as text, and those of this subscription may have bytes (Uint8Array): " +
          "publish where the bytes can be had, such as an address or an id",
      );
    }
    this.#schema = definition.event;
    this.#codec = event;
    this.#slow = definition.slow;
    this.#isShared = isShared;
  }

  /** Throws a `TypeError` for what is not what the contract declares. */
  encode(event: unknown): Encoded {
    const value = this.#validated(event);
    const text = this.#text(value) ?? "";
    // What the schema gives is what comes back from the log: a schema that does not take it would refuse every event.
    if (this.#isShared) this.#decoded(text);
    return { text, key: this.#keyOf(text) };
  }

  /** Throws for a text that somebody else wrote and that is not what the contract declares. */
  decode(id: string, text: string): EncodedEvent {
    const known = this.#isShared ? this.#text(this.#decoded(text)) : text;
    return new EncodedEvent(id, known === "" ? undefined : known, this.#schema, this.#codec);
  }

  #text(value: unknown): string | undefined {
    // Only bytes make it anything but text, and there are none.
    return encodeWith(this.#codec, value, defaultLimits) as string | undefined;
  }

  #decoded(text: string): unknown {
    return this.#validated(text === "" ? undefined : decodeWith(this.#codec, JSON.parse(text), undefined));
  }

  #validated(event: unknown): unknown {
    const validated = validate(this.#schema, event);
    if (isThenable(validated)) {
      Promise.resolve(validated).catch(() => {});
      throw new TypeError("the schema of a topic's events must validate synchronously, so that they stay in order");
    }
    if (!("issues" in validated) || validated.issues === undefined) {
      return (validated as { readonly value: unknown }).value;
    }
    const found = issuesMessage(inputIssues(validated.issues), "event");
    throw new TypeError(`the event is not what the contract declares: ${found}`);
  }

  /** Worked out from the text: a date or a bigint is a key too. */
  #keyOf(text: string): string | undefined {
    const slow = this.#slow;
    if (slow === "latest") return "";
    if (typeof slow !== "object" || !("latest" in slow)) return undefined;
    const value = (text === "" ? undefined : JSON.parse(text)) as Readonly<Record<string, unknown>> | null | undefined;
    const key = JSON.stringify(value?.[slow.latest]);
    if (key !== undefined) return key;
    throw new TypeError(`expected an event with the property ${slow.latest}, which the contract names as its key`);
  }
}
