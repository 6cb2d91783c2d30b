/** What the other end did wrong, and what the transport is closed with for it. Its sentence stands in `violations.ts`. */
import type { CloseName } from "./close-codes.js";
import type { ViolationName } from "./violations.js";

export interface Violation {
  readonly type: "violation";
  readonly close: CloseName;
  readonly name: ViolationName;
}

export function violation(name: ViolationName, close: CloseName = "protocol"): Violation {
  return { type: "violation", close, name };
}

/** Whether a parsed message broke the rules. */
export function isViolation(message: { readonly type: string }): message is Violation {
  return message.type === "violation";
}
