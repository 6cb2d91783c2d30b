/** What `ws` found wrong with what came in. It answers with a close code of RFC 6455 by itself, and tells an error. */
import type { CloseName } from "@trunkline/core/internal";

const byCode: ReadonlyMap<string, CloseName> = new Map([
  ["WS_ERR_INVALID_UTF8", "notUtf8"],
  ["WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH", "tooBig"],
  ["WS_ERR_UNSUPPORTED_MESSAGE_LENGTH", "tooBig"],
  ["WS_ERR_TOO_MANY_BUFFERED_PARTS", "tooManyParts"],
]);

/** The close it answered with; `undefined` where the socket failed, and nothing was wrong with what came. */
export function frameFault(error: Error & { readonly code?: unknown }): CloseName | undefined {
  if (typeof error.code !== "string" || !error.code.startsWith("WS_ERR_")) return undefined;
  return byCode.get(error.code) ?? "badFrame";
}
