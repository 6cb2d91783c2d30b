/** A message as it stands on the wire, read by a third party: as much of it as a world is watched by. */

export type WireFrame = readonly [op: number, id: number, ...rest: unknown[]];
/** The head of a batch. `blobs`: how many bytes each of its frames has beside it. */
export type BatchHead = readonly [seq: number, ack: number, blobs?: readonly number[]];

interface Announced {
  readonly upstreamBytes: number;
}

export interface Hello {
  readonly session?: string;
  readonly received: number;
  readonly limits: Announced;
}

export interface Welcome extends Hello {
  readonly session: string;
  readonly resumed: boolean;
}

export type WireMessage =
  | { readonly type: "batch"; readonly head: BatchHead; readonly frames: readonly WireFrame[] }
  | { readonly type: "hello"; readonly hello: Hello }
  | { readonly type: "welcome"; readonly welcome: Welcome }
  | { readonly type: "invalidate"; readonly tags: readonly string[] | null }
  | { readonly type: "goodbye" }
  | { readonly type: "other" };

/** Reads what an honest end has written. */
export function readMessage(message: string | Uint8Array): WireMessage {
  const text = typeof message === "string" ? message : textOf(message);
  const [first, ...rest] = JSON.parse(text) as [string | BatchHead, ...unknown[]];
  if (typeof first !== "string") return { type: "batch", head: first, frames: rest as WireFrame[] };
  if (first === "hello") return { type: first, hello: rest[0] as Hello };
  if (first === "welcome") return { type: first, welcome: rest[0] as Welcome };
  if (first === "goodbye") return { type: first };
  if (first !== "invalidate") return { type: "other" };
  return { type: first, tags: (rest[0] as { readonly tags: readonly string[] | null }).tags };
}

/** A binary message begins with the length of its JSON, and ends with the bytes that its values point to. */
function textOf(message: Uint8Array): string {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  return bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString();
}
