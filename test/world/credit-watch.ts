/** What one end of a session has allowed and has used: events by their number, items of upstreams by their size (I5). */
import type { Ledger } from "./ledger.js";
import type { Side } from "./link.js";
import type { WireFrame } from "./wire-message.js";

const op = { subscribe: 2, credit: 4, event: 7, gap: 9, part: 10 } as const;
/** What an item counts beside its text and its bytes. */
const ITEM_BYTES = 32;

export class CreditWatch {
  /** How much this end takes of each upstream before it says anything. */
  upstreamBytes = 0;
  /** By the id: the highest limit this end has said, and what it has used of the other's. */
  readonly #granted = new Map<number, number>();
  readonly #used = new Map<number, number>();
  readonly #side: Side;
  readonly #ledger: Ledger;

  constructor(side: Side, ledger: Ledger) {
    this.#side = side;
    this.#ledger = ledger;
  }

  /** This end says a frame for the first time. `blobBytes`: beside it. */
  said(frame: WireFrame, blobBytes: number, other: CreditWatch, who: string): void {
    const [kind, id] = frame;
    if (kind === op.part) this.#ledger.figures.parts++;
    if (kind === op.subscribe) this.#granted.set(id, frame[5] as number);
    if (kind === op.credit) this.#granted.set(id, Math.max(this.#granted.get(id) ?? 0, frame[2] as number));
    if (kind !== op.event && kind !== op.gap) return;
    // What a caller sends is an item, and counts in bytes. The ids of calls of side 0 are odd.
    const isItem = id % 2 === (this.#side === 0 ? 1 : 0);
    const used = (this.#used.get(id) ?? 0) + (isItem ? sizeOf(frame, blobBytes) : 1);
    this.#used.set(id, used);
    const granted = Math.max(isItem ? other.upstreamBytes : 0, other.#granted.get(id) ?? 0);
    // Of a subscription in parts it is not known what it grants.
    if (granted === 0) return;
    this.#ledger.check(used <= granted, "I5", () => `${who}: ${used} of ${id} used, ${granted} granted`);
  }
}

function sizeOf([, , , value]: WireFrame, blobBytes: number): number {
  return ITEM_BYTES + blobBytes + (value === undefined ? 0 : JSON.stringify(value).length);
}
