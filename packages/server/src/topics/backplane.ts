/**
 * Where the logs of topics live: in this process, or in an engine that many processes share. A log is a list of entries
 * at positions. It is bounded, so its beginning moves; it may begin anew, and then has another epoch.
 *
 * The shape fits what such engines have. Redis Streams: `XADD … MAXLEN`, `XREVRANGE`, `XREAD BLOCK`, and an epoch kept
 * beside the stream. NATS JetStream: publish to a subject, a consumer by start sequence, the stream's creation as epoch.
 */

/**
 * A place in a log. Positions of two epochs have nothing to do with each other, and in one epoch no offset is given out
 * twice: a log that has lost its end goes on under another epoch.
 */
export interface Position {
  /** Letters, digits and `_`, at most 64 of them. */
  readonly epoch: string;
  /** A whole number from 0 on that grows from entry to entry, not necessarily by one. */
  readonly offset: number;
}

/** How much of a log is kept: what exceeds one of these is dropped from its beginning. */
export interface Keep {
  readonly events: number;
  /** Of the events' texts, as UTF-8. */
  readonly bytes: number;
  readonly ageMs: number;
}

export interface Entry {
  readonly offset: number;
  readonly text: string;
  /** How old it was when it was handed over, in milliseconds: relative, so that no clocks need agree. */
  readonly ageMs: number;
  /** It has replaced the earlier entry of the same key. */
  readonly key: string | undefined;
}

/** The latest entries of a log and its ends, all as of one moment. */
export interface Page {
  readonly epoch: string;
  /** Every entry after this offset is kept, but for those that were replaced. May be later than need be, never earlier. */
  readonly start: number;
  /** The last entry's offset, or that of what was last dropped; 0 for a log that never had any. */
  readonly end: number;
  /** Oldest first. */
  readonly entries: readonly Entry[];
}

export interface AppendOptions {
  readonly keep: Keep;
  /** Replaces the earlier entry of the same key. Default: replaces nothing. */
  readonly key?: string | undefined;
}

export interface ReadOptions {
  /** At most so many entries, the latest. 0: only the log's ends are asked for. */
  readonly limit: number;
  /** Only entries before this offset. */
  readonly before?: number | undefined;
}

/** Who follows a log. Its methods do not throw. */
export interface Follower {
  /** The next entry, in order. One that is heard twice is ignored. */
  entry(entry: Entry): void;
  /** What is kept begins later than its bounds say: everything up to this offset was dropped. */
  dropped(offset: number): void;
  /** The log cannot be continued from where it was: it was trimmed meanwhile, or begun anew. It must be read again. */
  lost(): void;
  /** There is trouble, for records: it is being dealt with. */
  failed(error: unknown): void;
}

/**
 * Keeps the logs. The name of a topic consists of letters, digits, `_`, `=` and single dots within it, so that it is a
 * key or a subject as it is, and no pattern anywhere. Nothing is created by reading or following.
 */
export interface Backplane {
  /** Whether others than this process write to it. What they wrote is validated before it is passed on. */
  readonly shared: boolean;
  /** Adds an entry. Rejects when it cannot, or cannot know whether it has. */
  append(topic: string, text: string, options: AppendOptions): Promise<Position>;
  /** Where the answer is at hand it is no promise, so that it belongs to the moment of the call. */
  read(topic: string, options: ReadOptions): Page | Promise<Page>;
  /** Hears every entry after a position, without a hole or `lost`. Returns what ends it; nothing is heard afterwards. */
  follow(topic: string, after: Position, follower: Follower): () => void;
}
