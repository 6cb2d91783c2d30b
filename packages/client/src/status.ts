/** What a program may show of its connection. */
import type { StandardCode } from "@trunkline/core";
import type { CloseName } from "@trunkline/core/internal";
import type { DialerState } from "./dialer.js";

/** Where the connection stands. Each state says what is known in it and nothing else. */
export type ConnectionStatus =
  /** Nothing was asked of it yet. */
  | { readonly state: "idle" }
  /** `attempt` 0: the first one. `reason`: why there is no connection, once one was lost or an attempt has failed. */
  | { readonly state: "connecting"; readonly attempt: number; readonly reason?: string }
  | { readonly state: "ready" }
  /** The server asked its clients to go elsewhere: calls are answered as before, until there is another connection. */
  | { readonly state: "leaving" }
  /** `attempt`: how many have failed. `retryAt`: when it tries again, in milliseconds since the epoch. `reason`: of the last. */
  | { readonly state: "waiting"; readonly attempt: number; readonly retryAt: number; readonly reason: string }
  /** Trying again by itself cannot help; `reconnect()` does. `code`: what calls fail with meanwhile. */
  | { readonly state: "stopped"; readonly code: StandardCode; readonly reason: string }
  /** Closed by the program, for good. */
  | { readonly state: "closed" };

/** There is no connection: it tries again at `retryAt`, or has stopped. */
export type Outage = ConnectionStatus & { readonly state: "waiting" | "stopped" };

/** The status a dialer's state amounts to. `epochOffsetMs`: from the dialer's clock to the epoch. */
export function statusOf(state: DialerState, epochOffsetMs: number): ConnectionStatus {
  switch (state.name) {
    case "idle":
    case "ready":
    case "leaving":
    case "closed":
      return { state: state.name };
    case "moving":
      return { state: "leaving" };
    case "dialing": {
      const { attempt, reason } = state;
      return reason === undefined ? { state: "connecting", attempt } : { state: "connecting", attempt, reason };
    }
    case "waiting": {
      const { attempt, until, reason } = state;
      return { state: "waiting", attempt, retryAt: until + epochOffsetMs, reason };
    }
    case "stopped":
      return { state: "stopped", code: codeOf(state.close), reason: state.reason };
  }
}

function codeOf(close: CloseName | undefined): StandardCode {
  if (close === "unauthenticated") return "UNAUTHENTICATED";
  if (close === "forbidden") return "PERMISSION_DENIED";
  // What else stops a client lies in how it was set up: an address, a version.
  return close === "takenOver" ? "ABORTED" : "FAILED_PRECONDITION";
}
