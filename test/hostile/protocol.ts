/** What a victim and its keeper say to each other. */
import type { Limits } from "@trunkline/core";
import type { AdmissionOptions, CompressionOptions, RateOptions } from "@trunkline/server";

export interface VictimSetup {
  readonly limits?: Partial<Limits>;
  readonly admission?: AdmissionOptions;
  readonly rate?: RateOptions;
  readonly compression?: boolean | CompressionOptions;
  /** Its `onConnect` and `onDisconnect` throw. */
  readonly throwing?: boolean;
}

export interface Question {
  readonly id: number;
  readonly ask: "condition" | "close";
}

/** How a victim feels. */
export interface Condition {
  readonly connections: number;
  readonly running: number;
  readonly abandoned: number;
  readonly timers: number;
  readonly sockets: number;
  /** After garbage was collected: heap and buffers. */
  readonly heldBytes: number;
  /** The longest the event loop was held up since the last question. */
  readonly loopDelayMs: number;
  /** Processor time it has used so far: what others do on this machine does not count. */
  readonly cpuMs: number;
  readonly started: Readonly<Record<string, number>>;
  /** What `onError` has heard. */
  readonly reports: number;
  /** How often the `context` hook was called. */
  readonly hooks: number;
  /** Unhandled rejections and warnings of the process. */
  readonly strays: readonly string[];
}
