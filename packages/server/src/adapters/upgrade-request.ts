/**
 * What an upgrade request must say before anything is made of it. Every check is a comparison or one linear pattern:
 * nothing here can throw, and no URL is constructed.
 *
 * @see RFC 6455 section 4.2.1
 */
import type { IncomingMessage } from "node:http";
import { SUBPROTOCOL } from "@trunkline/core/internal";
import type { Refusal } from "./refusal.js";

/** A name, an IPv4 address or a bracketed IPv6 address, and perhaps a port. */
const HOST = /^(?:\[[\da-f:.]+\]|[\w.~-]+)(?::\d{1,5})?$/i;
const KEY = /^[\d+/a-z]{22}==$/i;

const MAX_PROTOCOLS = 16;
const MAX_PROTOCOLS_LENGTH = 1_024;
const TOKEN = /^[!#$%&'*+\-.^_`|~\da-z]+$/i;

/** What is wrong with the request, if anything. */
export function malformed({
  method,
  httpVersionMajor,
  httpVersionMinor,
  headers,
}: IncomingMessage): Refusal | undefined {
  if (method !== "GET" || httpVersionMajor !== 1 || httpVersionMinor < 1) return "malformed";
  if (headers.upgrade?.toLowerCase() !== "websocket") return "malformed";
  if (headers.host === undefined || !HOST.test(headers.host)) return "malformed";
  if (!KEY.test(headers["sec-websocket-key"] ?? "")) return "malformed";
  if (headers["sec-websocket-version"] !== "13") return "version";
  return wrongProtocols(headers["sec-websocket-protocol"] ?? "");
}

function wrongProtocols(offered: string): Refusal | undefined {
  if (offered.length > MAX_PROTOCOLS_LENGTH) return "malformed";
  if (offered === "") return "subprotocol";
  const tokens = offered.split(",").map((token) => token.trim());
  if (tokens.length > MAX_PROTOCOLS || !tokens.every((token) => TOKEN.test(token))) return "malformed";
  if (new Set(tokens).size < tokens.length) return "malformed";
  return tokens.includes(SUBPROTOCOL) ? undefined : "subprotocol";
}

/** Whether the socket came in over loopback. */
export function isLocal({ socket }: IncomingMessage): boolean {
  const { localAddress = "" } = socket;
  return localAddress === "::1" || /^(?:::ffff:)?127\./.test(localAddress);
}

/** Whether the socket itself is TLS; what a proxy says about it is not asked. */
export function isEncrypted({ socket }: IncomingMessage): boolean {
  return "encrypted" in socket && socket.encrypted === true;
}
