/** The connection behind a client, in the hands of the program. */
import type { ClientConnection } from "./connection.js";
import type { ConnectionStatus } from "./status.js";

/** The connection behind a client. */
export interface ConnectionControl extends AsyncDisposable {
  /** Where it stands now. */
  readonly status: ConnectionStatus;
  /** Hears every change of status, until the returned function is called. Throws a `TypeError` for what is no function. */
  subscribe(listener: (status: ConnectionStatus) => void): () => void;
  /** Dials at once, whatever was planned. */
  reconnect(): void;
  /** Forgets the kept answers with these tags; without tags, all. */
  invalidate(tags?: readonly string[]): void;
  /** Ends every call and closes for good. Does nothing the second time. */
  close(): void;
}

/** `connection` is asked for when something is done with it: it may be made later. */
export function connectionControl(connection: () => ClientConnection): ConnectionControl {
  return Object.freeze<ConnectionControl>({
    get status() {
      return connection().status;
    },
    subscribe: (listener) => connection().subscribe(listener),
    reconnect: () => connection().reconnect(),
    invalidate: (tags) => connection().invalidate(tags),
    close: () => connection().close(),
    [Symbol.asyncDispose]: async () => connection().close(),
  });
}
