/** The HTTP server for those who have none: what a socket may do before it speaks WebSocket is bounded. */
import { createServer, type RequestListener, type Server } from "node:http";

/** A client that sends its request more slowly than this is dropped. */
const REQUEST_MS = 10_000;
const CHECK_EVERY_MS = 2_000;
const HEADER_BYTES = 8 * 1024;

const NOTICE = "This is a WebSocket endpoint.\n";

/**
 * An HTTP server that is not listening yet, with 10 s for a request and 8 KiB for its headers.
 *
 * @param handler answers plain requests. Default: 426 Upgrade Required.
 */
export function createHttpServer(handler: RequestListener = upgradeRequired): Server {
  return createServer(
    {
      headersTimeout: REQUEST_MS,
      requestTimeout: REQUEST_MS,
      connectionsCheckingInterval: CHECK_EVERY_MS,
      maxHeaderSize: HEADER_BYTES,
    },
    handler,
  );
}

const upgradeRequired: RequestListener = (_request, response) => {
  response.writeHead(426, {
    connection: "close, upgrade",
    upgrade: "websocket",
    "content-type": "text/plain; charset=utf-8",
    "content-length": NOTICE.length,
  });
  response.end(NOTICE);
};
