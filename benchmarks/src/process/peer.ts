/**
 * What a framework has to do to be measured. One file in `peers/` does it for each, in the way the framework's
 * documentation shows, with validation where it has any, and with defaults except for limits of size.
 *
 * Both ends are in one file and are loaded in two processes: `serve` in one, `connect` in the other.
 */
import type { Reply, Sample } from "./sample.js";

/** What not every framework can do. */
export type Ability = "bytes" | "procedures";

export interface Peer {
  readonly name: string;
  /** Whose versions are told beside the figures. */
  readonly packages: readonly string[];
  /** What is not measured, and why. */
  readonly lacks?: Partial<Record<Ability, string>>;
  serve(setup: Setup): Promise<Serving>;
  connect(port: number): Promise<Line>;
}

export interface Setup {
  /** How many procedures there are beside those that are called. */
  readonly procedures: number;
}

export interface Serving {
  readonly port: number;
  /** How many read the feed. */
  readers(): number;
  /** Gives an event to everybody who reads the feed. */
  publish(event: Reply): void;
}

/** A client with one connection, open. It ends with its process. */
export interface Line {
  call(input: Sample): Promise<Reply>;
  /** Gives the same text back. */
  echo(text: string): Promise<string>;
  /** Gives the same bytes back. */
  echoBytes?(bytes: Uint8Array): Promise<Uint8Array>;
  /** Gives a text of so many characters. */
  fetch(count: number): Promise<string>;
  /** Asks for so many events and settles when all were given to the listener. */
  stream(count: number, listener: (event: Reply) => void): Promise<void>;
  /** Reads the feed for as long as the process lives. */
  feed(listener: (event: Reply) => void): void;
}
