/**
 * What a framework has to do to be sent through a storm. One file in `contenders/` does it for each, with what the
 * framework's documentation offers for connections that are lost. Where it reconnects by itself, it waits as long as
 * everybody; where it does not, its file does, as a program of a user would.
 *
 * Two rules keep the programs alike. Who refuses calls while it has no connection, and says when it has one, is given its
 * calls then. Who begins a stream anew is asked for what follows the last event that was heard, by whatever it has for it.
 * Calls that change something are repeated only where the documentation says so.
 */

/** So long does everybody wait before the next attempt. */
export const REDIAL_MS = 50;

/** After so long a call is given up, where the framework has an option for that and waits for ever without it. */
export const CALL_MS = 2_000;

export interface Contender {
  readonly name: string;
  readonly packages: readonly string[];
  /** What was set up so that calls and events come through, for the list below the table. */
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
  close(): void;
}
