/**
 * What a framework has to do to be sent through a storm. One file in `contenders/` does it for each, with all that the
 * framework's documentation offers for connections that are lost, and with the same short wait before it dials again.
 */

/** So long does everybody wait before the next attempt, where it can be said. */
export const REDIAL_MS = 50;

export interface Contender {
  readonly name: string;
  readonly packages: readonly string[];
  /** What was set up so that it comes back. */
  readonly recovery: string;
  /** Resolves with the port. */
  serve(work: Work): Promise<number>;
  connect(port: number): Promise<Wire>;
}

/** What the server does, whoever carries it. */
export interface Work {
  /** Runs once for each time that it is called: it is counted. */
  spend(token: string): Promise<string>;
  /** The numbers after `after`, up to `to`, at the pace of the storm. `name` says whose they are. */
  numbers(name: string, after: number, to: number): AsyncGenerator<number>;
}

/** A client with one connection at a time. */
export interface Wire {
  /** A mutation. */
  spend(token: string): Promise<string>;
  /** The numbers from 1 to `to`. Resolves after the last. */
  listen(name: string, to: number, listener: (number: number) => void): Promise<void>;
  /** Whether this failure says if the call ran, or can have run. */
  tells(error: unknown): boolean;
  close(): void;
}
