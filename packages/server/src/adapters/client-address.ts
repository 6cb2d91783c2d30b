/**
 * Who a request comes from. Each proxy on the way appends to `X-Forwarded-For` the address it hears the request from, so what
 * trusted proxies have said stands at its right end, and all before it is whatever the client made up.
 */
import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";

/**
 * Compiles the rule: of so many proxies, each trusted.
 *
 * @throws TypeError for what is no count.
 */
export function clientAddress(trustedProxies = 0): (request: Claim) => string | undefined {
  if (!Number.isSafeInteger(trustedProxies) || trustedProxies < 0) {
    throw new TypeError(`trustedProxies must be a whole number from 0, not ${String(trustedProxies)}`);
  }
  return ({ socket, headers }) => {
    if (trustedProxies === 0) return socket.remoteAddress;
    const said = headers["x-forwarded-for"]?.toString().split(",") ?? [];
    const believed = said.slice(-trustedProxies).map(bare);
    // Where a proxy says no address, it is itself the last one known.
    return believed[believed.lastIndexOf(undefined) + 1] ?? socket.remoteAddress;
  };
}

/** What is looked at of a request. */
export type Claim = Pick<IncomingMessage, "headers"> & {
  readonly socket: Pick<IncomingMessage["socket"], "remoteAddress">;
};

/** The address of an entry, without the port that some proxies append. Undefined: it is none. */
function bare(entry: string): string | undefined {
  const text = entry.trim();
  const address = /^\[([\da-f:.]+)\](?::\d{1,5})?$/i.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text;
  return isIP(address) === 0 ? undefined : address;
}
