/** Closing with a row of the close table: its code, and its reason, or what an application has to say instead. */
import { type CloseName, closeCodes } from "../protocol/close-codes.js";
import type { Transport } from "../transport.js";

export function closeTransport(transport: Transport, close: CloseName, reason?: string): void {
  transport.close(closeCodes[close].code, reason ?? closeCodes[close].reason);
}
