/** `createTopic` and `topics`: shared logs of the events that a subscription of the contract declares. */
import type { Subscription } from "@trunkline/core";
import { type Clock, systemClock } from "@trunkline/core/internal";
import type { Backplane, Keep } from "./backplane.js";
import { Family } from "./family.js";
import { MemoryBackplane } from "./memory-backplane.js";
import { Topic } from "./topic.js";
import { topicName } from "./topic-name.js";

/** Options of {@link createTopic} and {@link topics}. */
export type TopicOptions = TopicBounds & (OwnLogs | LogsElsewhere);

interface TopicBounds {
  /** How much of each topic is kept. Default: 1,000 events, 1 MiB, one hour. */
  readonly keep?: Partial<Keep>;
  /** How many topics may be read at once in this process; one more is refused with `RESOURCE_EXHAUSTED`. Default 10,000. */
  readonly maxTopics?: number;
  /** How many events may wait for the backplane; one more is refused with `RESOURCE_EXHAUSTED`. Default 1,000. */
  readonly maxPending?: number;
  /** Hears what goes wrong with the backplane, whole. Default: `console.error`. */
  onError?(error: unknown): void;
  /** For tests: another clock than the platform's. */
  readonly clock?: Clock;
}

interface OwnLogs {
  readonly backplane?: undefined;
}

interface LogsElsewhere {
  /** Where the logs are. Default: a {@link MemoryBackplane} of their own. */
  readonly backplane: Backplane;
  /** What the logs are called there: the same in each process, and for this procedure alone. */
  readonly name: string;
}

/** Topics by key, as one for each room. Asking for one costs nothing and keeps nothing. */
export type Topics<P extends Subscription> = (key: string) => Topic<P>;

const defaultKeep: Keep = { events: 1_000, bytes: 1024 * 1024, ageMs: 60 * 60 * 1_000 };

/** A topic of a subscription's events. Throws a `TypeError` for events that may have bytes, and for options that make no sense. */
export function createTopic<P extends Subscription>(procedure: P, options: TopicOptions = {}): Topic<P> {
  return new Topic<P>(familyOf(procedure, options), topicName(nameOf(options), undefined));
}

/**
 * A family of topics of a subscription's events, one for each key. Throws a `TypeError` for events that may have bytes, and
 * for options that make no sense; asked for a key that is no string or longer than 256 characters, an `RpcError` `INVALID_ARGUMENT`.
 */
export function topics<P extends Subscription>(procedure: P, options: TopicOptions = {}): Topics<P> {
  const family = familyOf(procedure, options);
  const name = nameOf(options);
  return (key) => new Topic<P>(family, topicName(name, key));
}

const nameOf = (options: TopicOptions): string => (options.backplane === undefined ? "topic" : options.name);

function familyOf(procedure: Subscription, options: TopicOptions): Family {
  if (procedure?.kind !== "subscription") {
    throw new TypeError(`a topic: expected a subscription of the contract, but came ${kindOf(procedure)}`);
  }
  if (options.backplane !== undefined && (typeof options.name !== "string" || options.name === "")) {
    throw new TypeError("a topic: expected a name beside the backplane, the same in each process");
  }
  const { clock = systemClock, maxTopics = 10_000, maxPending = 1_000 } = options;
  const keep = { ...defaultKeep, ...options.keep };
  for (const [name, value] of Object.entries({ ...keep, maxTopics, maxPending })) {
    if (!(typeof value === "number" && value > 0)) {
      throw new TypeError(`a topic: expected ${name} to be a positive number, but came ${String(value)}`);
    }
  }
  const backplane = options.backplane ?? new MemoryBackplane({ topics: maxTopics, clock });
  const report = (error: unknown) =>
    options.onError === undefined ? console.error("trunkline: a topic:", error) : options.onError(error);
  return new Family(procedure, { backplane, keep, clock, maxTopics, maxPending, report });
}

const kindOf = (value: unknown): string =>
  typeof value === "object" && value !== null && "kind" in value
    ? `a ${String(value.kind)}`
    : `a value of type ${typeof value}`;
