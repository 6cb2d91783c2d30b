/**
 * The name of a topic in a backplane, and the ids of its events. Both go where others have a syntax (subjects, keys,
 * patterns) and come from where nobody can be trusted (a room's name, a client's last event id).
 */
import { createHash } from "node:crypto";
import { RpcError } from "@trunkline/core";
import type { Position } from "./backplane.js";

/** A key's length at most, in UTF-16 units. */
const KEY_LENGTH = 256;

/** `rooms.lobby` for the topic `lobby` of the family `rooms`. Two topics never have one name. */
export function topicName(family: string, key: string | undefined): string {
  if (key === undefined) return encoded(family);
  if (typeof key !== "string" || key.length > KEY_LENGTH) {
    throw new RpcError("INVALID_ARGUMENT", {
      message: `a topic's key is a string of at most ${KEY_LENGTH} UTF-16 units`,
    });
  }
  return `${encoded(family)}.${encoded(key)}`;
}

/** Everything but letters, digits and `_` becomes `=` and the four digits of its UTF-16 unit; the empty text is `=`. */
const encoded = (text: string): string =>
  text === ""
    ? "="
    : text.replaceAll(/[^A-Za-z0-9_]/g, (unit) => `=${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** Writes and reads the ids of one topic's events. They name their topic, so that another topic's are recognized. */
export class EventIds {
  readonly #tag: string;

  constructor(topic: string) {
    this.#tag = createHash("sha256").update(topic).digest("hex").slice(0, 12);
  }

  write({ epoch, offset }: Position): string {
    return `${epoch}-${offset}-${this.#tag}`;
  }

  /** Whatever was not written here is `undefined`. */
  read(id: unknown): Position | undefined {
    const [, epoch, digits] = (typeof id === "string" && /^(\w{1,64})-(\d{1,16})-\w+$/.exec(id)) || [];
    if (epoch === undefined) return undefined;
    const position = { epoch, offset: Number(digits) };
    return Number.isSafeInteger(position.offset) && this.write(position) === id ? position : undefined;
  }
}
