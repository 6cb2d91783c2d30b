import { expect, it } from "vitest";
import type { DialerState } from "./dialer.js";
import { type ConnectionStatus, statusOf } from "./status.js";

it.each<[DialerState, ConnectionStatus]>([
  [{ name: "idle" }, { state: "idle" }],
  [
    { name: "dialing", attempt: 2, giveUpAt: 9 },
    { state: "connecting", attempt: 2 },
  ],
  [
    { name: "dialing", attempt: 2, giveUpAt: 9, reason: "r" },
    { state: "connecting", attempt: 2, reason: "r" },
  ],
  [{ name: "ready", attempt: 1, since: 3 }, { state: "ready" }],
  [{ name: "leaving", attempt: 0, leaveAt: 4 }, { state: "leaving" }],
  [{ name: "moving", attempt: 0, giveUpAt: 4 }, { state: "leaving" }],
  [
    { name: "waiting", attempt: 3, until: 500, reason: "r" },
    { state: "waiting", attempt: 3, retryAt: 1_500, reason: "r" },
  ],
  [
    { name: "stopped", reason: "r" },
    { state: "stopped", code: "FAILED_PRECONDITION", reason: "r" },
  ],
  [
    { name: "stopped", reason: "r", close: "unauthenticated" },
    { state: "stopped", code: "UNAUTHENTICATED", reason: "r" },
  ],
  [
    { name: "stopped", reason: "r", close: "forbidden" },
    { state: "stopped", code: "PERMISSION_DENIED", reason: "r" },
  ],
  [{ name: "closed" }, { state: "closed" }],
])("of a dialer that is %j is %j", (state, status) => {
  expect(statusOf(state, 1_000)).toEqual(status);
});
