import type { ConnectionStatus } from "@trunkline/client";

/** What a page may show of `client.$connection.status`, and after each change: `$connection.subscribe`. */
export function label(status: ConnectionStatus): string {
  switch (status.state) {
    case "idle": // nothing was asked of it yet
    case "ready":
    case "leaving": // the server asked it to go elsewhere; calls are answered as before
      return "";
    case "connecting":
      return "connecting";
    case "waiting":
      return `no connection (${status.reason}), again at ${new Date(status.retryAt).toLocaleTimeString()}`;
    case "stopped": // until the program calls `reconnect()`
      return status.code === "UNAUTHENTICATED" ? "please sign in" : status.reason;
    case "closed":
      return "closed";
  }
}
