/** What the application's hooks meant by what they threw, and what of it the client is told. */
import { RpcError } from "@trunkline/core";
import type { CloseName } from "@trunkline/core/internal";

/**
 * `refused`: meant for the client, with a sentence of the application's where it had one. `failed`: nothing was meant;
 * `reason` says for the log why an `RpcError` was not. The client comes back later, and is told nothing.
 */
export type Verdict =
  | { readonly type: "refused"; readonly close: CloseName; readonly reason: string | undefined }
  | { readonly type: "failed"; readonly reason: string | undefined };

/** The codes that say something about who comes. */
const refusals: ReadonlyMap<string, CloseName> = new Map([
  ["UNAUTHENTICATED", "unauthenticated"],
  ["PERMISSION_DENIED", "forbidden"],
  ["UNAVAILABLE", "later"],
  ["RESOURCE_EXHAUSTED", "later"],
]);

/** What a close frame holds (RFC 6455 section 5.5). */
const REASON_BYTES = 123;
/** A code is whatever a program made it. */
const SHOWN_LENGTH = 100;

/** Never throws. */
export function verdict(error: unknown): Verdict {
  try {
    if (error instanceof RpcError) return judged(error);
  } catch {
    // A revoked proxy, or a getter that throws: it meant nothing.
  }
  return { type: "failed", reason: undefined };
}

function judged(error: RpcError): Verdict {
  const { code } = error;
  const close = refusals.get(code);
  if (close !== undefined) return { type: "refused", close, reason: saidIn(error) };
  const codes = [...refusals.keys()].join(", ");
  const shown = String(code).slice(0, SHOWN_LENGTH);
  return {
    type: "failed",
    reason: `a client is refused with one of ${codes}, and not with ${shown}: it will try again`,
  };
}

/** Its own sentence, as much as there is room for. What a call failed with that the hook made speaks of another server. */
function saidIn({ code, message, path }: RpcError): string | undefined {
  if (path !== undefined || message === new RpcError(code).message) return undefined;
  const bytes = new Uint8Array(REASON_BYTES);
  const { written } = new TextEncoder().encodeInto(message, bytes);
  return new TextDecoder().decode(bytes.subarray(0, written)) || undefined;
}
