/**
 * Reads what is written to the links, as a third party: numbers, acknowledgements, credit and replay (I5 to I7). It keeps its own
 * count for every session and shares no code with the machines.
 */

import type { Data } from "../protocol/blob.js";
import { op } from "../protocol/frame.js";
import type { Trace } from "./trace.js";
import { jsonOf, readWireBatch, type WireFrame } from "./wire-batch.js";

export type Role = "client" | "server";

/** What one end has said in one session. */
interface Said {
  /** Op and id of each numbered frame, by number − 1. */
  readonly frames: string[];
  /** The size of each, how many the other end has acknowledged, and the size of those it has not. */
  readonly sizes: number[];
  acknowledged: number;
  unacknowledged: number;
  /** Credit it has granted and events it has produced, by the stream's id. */
  readonly granted: Map<number, number>;
  readonly events: Map<number, number>;
  /** Bytes of items it has sent, by the call's id, and the first limit that it was told of. */
  readonly items: Map<number, number>;
  upstreamBytes: number;
  /** Topics its streams are joined to, and where each stands. */
  readonly joined: Map<number, { readonly id: number; offset: number }>;
  /** What has been said of a frame in parts, by its id. */
  readonly parts: Map<number, Uint8Array[]>;
}

const silence = (): Said => ({
  frames: [],
  sizes: [],
  acknowledged: 0,
  unacknowledged: 0,
  granted: new Map(),
  events: new Map(),
  items: new Map(),
  upstreamBytes: 0,
  joined: new Map(),
  parts: new Map(),
});

export interface Writer {
  readonly from: Role;
  readonly replayBytes: number;
}

export class WireWatch {
  readonly #sessions = new Map<string, Record<Role, Said>>();
  readonly #trace: Trace;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  /** An end writes a batch in this session. */
  write(session: string, { from, replayBytes }: Writer, data: Data): void {
    const sides = this.#sidesOf(session);
    const own = sides[from];
    const other = sides[from === "client" ? "server" : "client"];
    const { seq, ack, frames, sizes, blobs } = readWireBatch(data);
    const who = `${from} in ${session}`;
    this.#trace.check(ack <= other.frames.length, "I7", () => `${who}: ack ${ack} of ${other.frames.length} sent`);
    this.#trace.check(seq <= own.frames.length + 1, "I7", () => `${who}: seq ${seq} after ${own.frames.length} sent`);
    acknowledge(other, ack);
    frames.forEach((frame, index) => {
      const name = `${frame[0]} of ${frame[1]}`;
      const known = own.frames[seq + index - 1];
      if (known === undefined) {
        own.sizes.push(sizes[index]!);
        own.unacknowledged += sizes[index]!;
        const blob = blobs[index]!;
        const [whole, bytes] = frame[0] === op.part ? this.#join(own, frame, blob, who) : [frame, blob.length];
        if (whole !== undefined) {
          const isCaller = whole[1] % 2 === (from === "client" ? 1 : 0);
          if (isCaller && whole[0] === op.event) this.#countItem(own, other, whole, { who, bytes });
          this.#count(own, other, whole, { who, isCaller });
        }
      } else this.#trace.check(known === name, "I7", () => `${who}: frame ${seq + index} was ${known}, now ${name}`);
      own.frames[seq + index - 1] = name;
    });
    // One frame that is larger than the whole window travels alone.
    const bounded = own.unacknowledged <= replayBytes || own.frames.length - own.acknowledged === 1;
    this.#trace.check(bounded, "I6", () => `${who}: replay of ${own.unacknowledged}, bound ${replayBytes}`);
  }

  /** An end hears, in hello or welcome, how many of its frames have arrived. `upstreamBytes`: what the other has announced. */
  resume(session: string, role: Role, received: number, upstreamBytes: number): void {
    const own = this.#sidesOf(session)[role];
    own.upstreamBytes = upstreamBytes;
    this.#trace.check(received <= own.frames.length, "I7", () => `${role} in ${session}: resumed at ${received}`);
    acknowledge(own, received);
  }

  /** `bytes`: beside it. */
  #countItem(own: Said, other: Said, item: WireFrame, { who, bytes }: { who: string; bytes: number }): void {
    const [, id, , value] = item;
    const size = 32 + (value === undefined ? 0 : JSON.stringify(value).length) + bytes;
    const sum = (own.items.get(id) ?? 0) + size;
    own.items.set(id, sum);
    const granted = Math.max(own.upstreamBytes, other.granted.get(id) ?? 0);
    this.#trace.check(sum <= granted, "I5", () => `${who}: ${sum} of upstream ${id}, ${granted} granted`);
  }

  /** An end writes a topic's message in this session. */
  share(session: string, from: Role, text: string): void {
    const sides = this.#sidesOf(session);
    const [, topic, begin, end, ...items] = JSON.parse(text) as [string, number, number, number, ...unknown[]];
    const who = `${from} in ${session}`;
    const stream = sides[from].joined.get(topic);
    this.#trace.check(
      stream?.offset === begin,
      "I4",
      () => `${who}: topic ${topic} from ${begin}, at ${stream?.offset}`,
    );
    stream!.offset = end;
    for (const _ of items) this.#spend(sides[from], sides[from === "client" ? "server" : "client"], stream!.id, who);
  }

  #count(own: Said, other: Said, frame: WireFrame, { who, isCaller }: { who: string; isCaller: boolean }): void {
    const id = frame[1];
    if (frame[0] === op.subscribe) own.granted.set(id, frame[5] as number);
    if (frame[0] === op.credit) own.granted.set(id, Math.max(own.granted.get(id) ?? 0, frame[2] as number));
    if (frame[0] === op.join) own.joined.set(frame[2] as number, { id, offset: frame[3] as number });
    // What did not arrive is not counted, and is said again.
    if (frame[0] === op.position && frame.length > 2) {
      other.events.set(id, frame[3] as number);
      for (const stream of other.joined.values()) if (stream.id === id) stream.offset = frame[2] as number;
    }
    if (!isCaller && (frame[0] === op.event || frame[0] === op.gap)) this.#spend(own, other, id, who);
  }

  #spend(own: Said, other: Said, id: number, who: string): void {
    const events = (own.events.get(id) ?? 0) + 1;
    own.events.set(id, events);
    const granted = other.granted.get(id) ?? 0;
    this.#trace.check(events <= granted, "I5", () => `${who}: event ${events} of stream ${id}, ${granted} granted`);
  }

  /** The frame that parts make up, and how many bytes it has beside it, when the last is written. */
  #join(own: Said, [, id, left]: WireFrame, piece: Uint8Array, who: string): [WireFrame | undefined, number] {
    const pieces = own.parts.get(id) ?? [];
    pieces.push(piece);
    own.parts.set(id, pieces);
    this.#trace.check(piece.length <= (left as number), "I7", () => `${who}: a part of ${piece.length}, left ${left}`);
    if (piece.length < (left as number)) return [undefined, 0];
    own.parts.delete(id);
    const bytes = new Uint8Array(pieces.reduce((sum, one) => sum + one.length, 0));
    let at = 0;
    for (const one of pieces) {
      bytes.set(one, at);
      at += one.length;
    }
    const json = jsonOf(bytes);
    return [JSON.parse(json) as WireFrame, bytes.length - 4 - new TextEncoder().encode(json).length];
  }

  #sidesOf(session: string): Record<Role, Said> {
    let sides = this.#sessions.get(session);
    if (sides === undefined) {
      sides = { client: silence(), server: silence() };
      this.#sessions.set(session, sides);
    }
    return sides;
  }
}

function acknowledge(said: Said, count: number): void {
  for (; said.acknowledged < count; said.acknowledged++) said.unacknowledged -= said.sizes[said.acknowledged]!;
}
