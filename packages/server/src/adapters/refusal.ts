/** How an upgrade is refused: constant answers, so that nothing of the request or of the server leaves in them. */
import type { IncomingMessage } from "node:http";
import { SUBPROTOCOL } from "@trunkline/core/internal";

/** Why an upgrade is refused. */
export type Refusal = keyof typeof answers;

/** A socket that has not taken even its refusal by then is dropped. */
const REFUSAL_MS = 1_000;
/** For a server without room: some time, so that those it refuses do not keep it from those it has let in. */
const LATER = "Retry-After: 5";
/** For one that goes: whoever asks again is sent elsewhere. */
const SOON = "Retry-After: 1";

const answers = {
  malformed: answer("400 Bad Request", "This is not a WebSocket upgrade request."),
  version: answer("400 Bad Request", "This server speaks WebSocket version 13.", "Sec-WebSocket-Version: 13"),
  subprotocol: answer("400 Bad Request", `This server speaks the WebSocket subprotocol ${SUBPROTOCOL}.`),
  origin: answer("403 Forbidden", "Pages of this origin may not connect. See the server's origins option."),
  // Which path it is, strangers are not told: it may be one that nobody should guess.
  notFound: answer("404 Not Found", "There is no WebSocket endpoint at this path. See the server's path option."),
  busy: answer("503 Service Unavailable", "Too many connections are being opened.", LATER),
  draining: answer("503 Service Unavailable", "The server is going away.", SOON),
} as const;

/** Answers, then closes the socket. Its `error` listener is in place already. */
export function refuse({ socket }: IncomingMessage, refusal: Refusal): void {
  socket.once("finish", () => socket.destroy());
  socket.setTimeout(REFUSAL_MS, () => socket.destroy());
  socket.end(answers[refusal]);
}

function answer(status: string, body: string, ...headers: string[]): string {
  return [
    `HTTP/1.1 ${status}`,
    "Connection: close",
    "Content-Type: text/plain; charset=utf-8",
    `Content-Length: ${body.length + 1}`,
    ...headers,
    "",
    `${body}\n`,
  ].join("\r\n");
}
