/** Closing with a row of the close table: its code, and its reason. */
import { type CloseName, closeCodes } from "../protocol/close-codes.js";
import type { Transport } from "../transport.js";

export function closeTransport(transport: Transport, close: CloseName): void {
  transport.close(closeCodes[close].code, closeCodes[close].reason);
}
