/** The upstream of one call this end has made: how far its source has been read and sent. */
import type { EncodedFrame } from "../protocol/blob.js";
import type { UpstreamBalance } from "./upstream.js";

/** The transitions stand in `outgoing-upstreams.ts`. `held`: an item was read, and waits for credit as a frame. */
export type OutgoingUpstreamState =
  | { readonly name: "idle" }
  | { readonly name: "paused"; readonly balance: UpstreamBalance }
  | { readonly name: "reading"; readonly balance: UpstreamBalance }
  | { readonly name: "held"; readonly balance: UpstreamBalance; readonly frame: EncodedFrame; readonly size: number }
  | { readonly name: "closed" };

/** The machine owns all of it. */
export class OutgoingUpstream {
  state: OutgoingUpstreamState = { name: "idle" };
  /** Something was asked of the source, which cannot be read twice. */
  isTouched = false;
}
