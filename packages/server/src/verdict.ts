/** What the application's hooks meant by what they threw. */
import { RpcError } from "@trunkline/core";
import type { CloseName } from "@trunkline/core/internal";

/** The close that says it to the client; `undefined` if nothing was meant, and something failed. Never throws. */
export function verdict(error: unknown): CloseName | undefined {
  switch (codeOf(error)) {
    case "UNAUTHENTICATED":
      return "unauthenticated";
    case "PERMISSION_DENIED":
      return "forbidden";
    case "UNAVAILABLE":
    case "RESOURCE_EXHAUSTED":
      return "later";
    default:
      return undefined;
  }
}

function codeOf(error: unknown): string | undefined {
  try {
    return error instanceof RpcError ? error.code : undefined;
  } catch {
    // A revoked proxy, or a getter that throws: it meant nothing.
    return undefined;
  }
}
