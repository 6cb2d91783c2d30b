/** What a person is told: of an error, of the connection, of who is typing. */
import type { ConnectionStatus } from "@trunkline/client";
import type { ChatError } from "./contract.js";

/** An error as a sentence, with what can be done about it. */
export function errorSentence(error: ChatError): string {
  switch (error.code) {
    case "ROOM_FULL":
      return `This room holds ${error.data.capacity} people and is full. Try again when somebody has left.`;
    case "TOO_FAST":
      return `That was too fast. There is room for another message in ${seconds(error.data.retryAfterMs)}.`;
    case "UNAUTHENTICATED":
      return "The server does not take this name. Somebody else may have it: choose another.";
    case "NOT_FOUND":
      return "There is no such room.";
    case "INVALID_ARGUMENT":
      return "The server cannot take this message. It may be too long.";
    case "INTERNAL":
      return `Something went wrong on the server. If you report it, name ${error.errorId ?? "the time"}.`;
    case "UNAVAILABLE":
    case "DEADLINE_EXCEEDED":
      return error.outcome === "not-sent"
        ? "There was no connection, so nothing was sent."
        : "No answer came. It may have arrived; trying again will not send it twice.";
    default:
      return `That did not work: ${error.message}.`;
  }
}

/** The connection as a short phrase. `now`: milliseconds since the epoch. */
export function statusPhrase(status: ConnectionStatus, now: number): string {
  switch (status.state) {
    case "idle":
      return "Not connected yet";
    case "connecting":
      return status.attempt === 0 ? "Connecting…" : `Connecting again, attempt ${status.attempt + 1}…`;
    case "ready":
      return "Connected";
    case "leaving":
      return "The server restarts: moving over";
    case "waiting":
      return `Disconnected. Next try in ${seconds(status.retryAt - now)}`;
    case "stopped":
      return `Not connected: ${status.reason}`;
    case "closed":
      return "Signed off";
  }
}

/** Who is typing; empty when nobody is. */
export function typingPhrase(names: readonly string[]): string {
  const [first, second] = names;
  if (first === undefined) return "";
  if (second === undefined) return `${first} is typing…`;
  return names.length === 2 ? `${first} and ${second} are typing…` : `${names.length} people are typing…`;
}

const seconds = (ms: number) => `${Math.max(1, Math.ceil(ms / 1_000))} s`;
