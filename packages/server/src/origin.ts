/**
 * Which web pages may open a socket. A browser attaches its cookies to whatever page asks, and no CORS stands before a
 * WebSocket: this check is all there is against cross-site WebSocket hijacking.
 *
 * What a browser sends is one canonical string (RFC 6454 section 6.2), so it is compared as one: nothing a peer sent is
 * parsed here, and a look-alike is simply another string.
 */

/**
 * `"same-origin"`: the page comes from the scheme, host and port that it calls. A list: these origins, each as
 * `https://example.com` or `http://localhost:5173`, and `null` only if it is listed. `"*"`: every page; never together
 * with cookies as credentials. Programs that are not browsers send no origin, and are let in by all three.
 *
 * Behind a proxy that ends TLS, the server sees `http` where the page says `https`: list the origins there. Over loopback
 * only names of this machine are the same origin: any page may be served under a name of its own that leads to 127.0.0.1.
 */
export type Origins = "same-origin" | "*" | readonly string[];

/** What the check looks at. */
export interface OriginClaim {
  readonly origin: string | undefined;
  /** The Host header. */
  readonly host: string;
  /** Whether the socket itself is TLS. */
  readonly encrypted: boolean;
  /** Whether the socket came in over loopback. Asked last: to know it costs memory. */
  readonly local: boolean;
}

/**
 * Compiles the rule.
 *
 * @throws TypeError for a listed origin that is none.
 */
export function originCheck(origins: Origins): (claim: OriginClaim) => boolean {
  if (origins === "*") return () => true;
  if (origins === "same-origin") {
    return (claim) => {
      const { origin, host, encrypted } = claim;
      return origin === undefined || (origin === ownOrigin(host, encrypted) && (!claim.local || LOCAL_HOST.test(host)));
    };
  }
  if (!Array.isArray(origins)) throw new TypeError(`origins must be "same-origin", "*" or a list of origins`);
  const listed = new Set(origins.map(canonical));
  return ({ origin }) => origin === undefined || listed.has(origin);
}

/** Names that no page of elsewhere can have (RFC 6761 section 6.3). */
const LOCAL_HOST = /^(?:(?:[\w-]+\.)*localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i;

function ownOrigin(host: string, encrypted: boolean): string {
  const name = host.toLowerCase();
  return encrypted ? `https://${name.replace(/:443$/, "")}` : `http://${name.replace(/:80$/, "")}`;
}

/** Schemes of apps (`tauri://localhost`, `chrome-extension://…`) have no origin in URL's eyes; they are kept as they are. */
const APP_ORIGIN = /^[a-z][a-z0-9+.-]*:\/\/[^/?#@\\\s]+$/;

/** What a browser would send for a listed origin. */
function canonical(listed: string): string {
  if (listed === "null") return listed;
  // A pattern would parse, and never match.
  const url = !listed.includes("*") && URL.canParse(listed) ? new URL(listed) : undefined;
  if (url !== undefined && url.origin !== "null" && (url.href === url.origin || url.href === `${url.origin}/`)) {
    return url.origin;
  }
  if (url?.origin === "null" && APP_ORIGIN.test(listed)) return listed;
  throw new TypeError(`origins: expected an origin such as "https://example.com", not ${JSON.stringify(listed)}`);
}
