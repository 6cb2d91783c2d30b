/** The upstream of one call the other end has made, from its first frame on. */
import type { UpstreamWindow } from "./upstream.js";

/** The transitions stand in `incoming-upstreams.ts`. */
export type IncomingUpstream =
  | { readonly name: "open"; readonly window: UpstreamWindow }
  | { readonly name: "ended" }
  | { readonly name: "stopped" };
