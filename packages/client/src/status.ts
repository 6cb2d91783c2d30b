/** What a program may show of its connection. */
import type { StandardCode } from "@trunkline/core";
import { closeCodes } from "@trunkline/core/internal";
import type { DialerState } from "./dialer.js";

/** Where the connection stands. Each state says what is known in it and nothing else. */
export type ConnectionStatus =
  /** Nothing was asked of it yet. */
  | { readonly state: "idle" }
  /** `attempt` 0: the first one. */
  | { readonly state: "connecting"; readonly attempt: number }
  | { readonly state: "ready" }
  /** The server asked its clients to go elsewhere: calls are answered as before, until there is another connection. */
  | { readonly state: "leaving" }
  /** `retryAt`: when it tries again, in milliseconds since the epoch. */
  | { readonly state: "waiting"; readonly attempt: number; readonly retryAt: number; readonly reason: string }
  /** Trying again by itself cannot help; `reconnect()` does. `code`: what calls fail with meanwhile. */
  | { readonly state: "stopped"; readonly code: StandardCode; readonly reason: string }
  /** Closed by the program, for good. */
  | { readonly state: "closed" };

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
    case "dialing":
      return { state: "connecting", attempt: state.attempt };
    case "waiting": {
      const { attempt, until, reason } = state;
      return { state: "waiting", attempt, retryAt: until + epochOffsetMs, reason };
    }
    case "stopped":
      return { state: "stopped", code: codeOf(state.reason), reason: state.reason };
  }
}

function codeOf(reason: string): StandardCode {
  if (reason === closeCodes.unauthenticated.reason) return "UNAUTHENTICATED";
  if (reason === closeCodes.forbidden.reason) return "PERMISSION_DENIED";
  // What else stops a client lies in how it was set up: an address, a version.
  return reason === closeCodes.takenOver.reason ? "ABORTED" : "FAILED_PRECONDITION";
}
