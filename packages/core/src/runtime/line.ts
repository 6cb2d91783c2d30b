/**
 * The line of a peer: one transport at a time, which is told from those before it by its generation. Nothing is written
 * on a transport that was meant for an earlier one, and what an earlier one still brings changes nothing here.
 *
 * The machine hears from here when its messages have a transport, when that has room, and when it shows a sign of life.
 */
import type { Attach } from "../machine/conversation-words.js";
import { type Data, type Written, whole } from "../protocol/blob.js";
import type { CloseName } from "../protocol/close-codes.js";
import type { SharedMessage, Transport, TransportListener } from "../transport.js";
import { closeTransport } from "./close-transport.js";
import type { PeerOwner } from "./peer-owner.js";
import type { Speaker } from "./work.js";

/** What hello and welcome have settled. */
export type Terms = Omit<Attach, "type" | "generation">;

export class Line {
  readonly #speaker: Speaker;
  readonly #owner: Pick<PeerOwner, "detached" | "drained">;
  #transport: Transport | undefined;
  /** Of the latest transport. */
  #generation = 0;
  #bytesReceived = 0;
  #confirmed = false;
  #congested = false;

  constructor(speaker: Speaker, owner: Pick<PeerOwner, "detached" | "drained">) {
    this.#speaker = speaker;
    this.#owner = owner;
  }

  get attached(): boolean {
    return this.#transport !== undefined;
  }

  /** Something has arrived on the latest transport. */
  get confirmed(): boolean {
    return this.#confirmed;
  }

  /** More is unsent than should be. */
  get congested(): boolean {
    return this.#congested;
  }

  /** Goes on over this transport. One that is still held is taken over. */
  attach(transport: Transport, terms: Terms): void {
    this.detach("takenOver");
    const generation = ++this.#generation;
    this.#transport = transport;
    this.#bytesReceived = transport.bytesReceived ?? 0;
    this.#confirmed = false;
    this.#congested = false;
    this.#speaker.say({ type: "attach", generation, ...terms });
    transport.listen(new Ear(this, generation));
  }

  /** Lets go of the transport, at once. `reason`: in place of the close's own. */
  detach(close: CloseName, reason?: string): void {
    const transport = this.#release();
    if (transport !== undefined) closeTransport(transport, close, reason);
  }

  /** Writes what was meant for the transport of this generation. What no transport takes is replayed on the next. */
  write(message: Written, generation: number): void {
    const transport = this.#transport;
    if (transport === undefined || generation !== this.#generation) return;
    if (typeof message === "string" || transport.sendPieces === undefined) this.#sent(transport.send(whole(message)));
    else this.#sent(transport.sendPieces(message));
  }

  /** The same, of what other peers write too. */
  share(message: SharedMessage, generation: number): void {
    const transport = this.#transport;
    if (transport === undefined || generation !== this.#generation) return;
    this.#sent(transport.sendShared === undefined ? transport.send(message.text) : transport.sendShared(message));
  }

  /** Says what is for this transport only, before every frame that is not written yet. */
  saySoon(text: string): void {
    if (this.#transport !== undefined) this.#sent(this.#transport.send(text));
  }

  ping(): void {
    this.#transport?.ping();
  }

  /** Part of a large message is a sign of life too. */
  look(): void {
    const bytes = this.#transport?.bytesReceived ?? 0;
    if (bytes !== this.#bytesReceived) this.alive(this.#generation);
    this.#bytesReceived = bytes;
  }

  message(data: Data, generation: number): void {
    if (generation === this.#generation) this.#confirmed = true;
    this.#speaker.say({ type: "message", generation, data });
  }

  alive(generation: number): void {
    this.#speaker.say({ type: "alive", generation });
  }

  drained(generation: number): void {
    if (generation !== this.#generation) return;
    this.#congested = false;
    this.#owner.drained?.();
    // The owner may have filled it again.
    if (!this.#congested) this.#speaker.say({ type: "congested", generation, congested: false });
  }

  closed(code: number, reason: string, generation: number): void {
    if (generation === this.#generation && this.#release() !== undefined) this.#owner.detached(code, reason);
  }

  /** It is not held any more: here it is, if it was. */
  #release(): Transport | undefined {
    const transport = this.#transport;
    this.#transport = undefined;
    if (transport !== undefined) this.#speaker.say({ type: "detach", generation: this.#generation });
    return transport;
  }

  /** False: the transport's buffers are full. */
  #sent(taken: boolean): void {
    if (!taken) this.#weigh(true);
  }

  #weigh(congested: boolean): void {
    this.#congested = congested;
    this.#speaker.say({ type: "congested", generation: this.#generation, congested });
  }
}

/** What a line hears of one of its transports. */
class Ear implements TransportListener {
  readonly #line: Line;
  readonly #generation: number;

  constructor(line: Line, generation: number) {
    this.#line = line;
    this.#generation = generation;
  }

  message(data: Data): void {
    this.#line.message(data, this.#generation);
  }

  alive(): void {
    this.#line.alive(this.#generation);
  }

  drained(): void {
    this.#line.drained(this.#generation);
  }

  closed(code: number, reason: string): void {
    this.#line.closed(code, reason, this.#generation);
  }
}
