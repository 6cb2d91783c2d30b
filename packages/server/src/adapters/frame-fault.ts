/** What `ws` found wrong with what came in. It answers with a close code of RFC 6455 by itself, and tells an error. */
import type { CloseName } from "@trunkline/core/internal";

const byCode: ReadonlyMap<string, CloseName> = new Map([
  ["WS_ERR_INVALID_UTF8", "notUtf8"],
  ["WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH", "tooBig"],
  ["WS_ERR_UNSUPPORTED_MESSAGE_LENGTH", "tooBig"],
  ["WS_ERR_TOO_MANY_BUFFERED_PARTS", "tooManyParts"],
]);

/** What zlib says of a compressed message that cannot be inflated: `ws` answers with 1007. */
const ZLIB = "Z_";

/** The close it answered with; `undefined` where the socket failed, and nothing was wrong with what came. */
export function frameFault(error: Error & { readonly code?: unknown }): CloseName | undefined {
  if (typeof error.code !== "string") return undefined;
  if (error.code.startsWith(ZLIB)) return "notUtf8";
  if (!error.code.startsWith("WS_ERR_")) return undefined;
  return byCode.get(error.code) ?? "badFrame";
}
