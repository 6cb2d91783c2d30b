/**
 * The work behind incoming calls: starts handlers, has streams pulled one event at a time, and stops both. Whatever a
 * handler throws is caught here and becomes an error frame.
 */

import type { Conversation } from "../machine/conversation.js";
import type { IncomingCall } from "../machine/incoming-call.js";
import type { AbortReason, IncomingEffect } from "../machine/incoming-words.js";
import type { Encoded } from "../protocol/blob.js";
import { type Answerer, failure } from "./answerer.js";
import type { OpenStream, Outlet, StreamItem } from "./open-stream.js";
import { Outlets } from "./outlets.js";
import { Pace } from "./pace.js";
import { type PulledListener, PulledSource } from "./pulled-source.js";
import type { Sink } from "./sink.js";
import { type Speaker, Work } from "./work.js";

/** What is done with a call; what asks its source, and what is written, is for whoever has the pace and the transport. */
type CallEffect = Exclude<IncomingEffect<Work>, { type: "pull" | "share" }>;

export class Incoming {
  /** At which the sources of streams are asked. */
  readonly Pace = Pace;
  readonly #answerer: Answerer;
  readonly #conversation: Conversation<Sink, Work>;
  readonly #speaker: Speaker;
  /** Made for the first stream that nobody pulls. */
  #outlets: Outlets | undefined;
  /** Streams whose sources are told, when all else is done, that they take something again. */
  readonly #waking: IncomingCall<Work>[] = [];
  #pulled: PulledListener<IncomingCall<Work>> | undefined;

  constructor(answerer: Answerer, conversation: Conversation<Sink, Work>, speaker: Speaker) {
    this.#answerer = answerer;
    this.#conversation = conversation;
    this.#speaker = speaker;
  }

  /** Does what the machine wants done with a call. */
  do(effect: CallEffect, now: number): void {
    const { call } = effect;
    switch (effect.type) {
      case "request":
        return this.start(call, now);
      case "wake":
        return void this.#waking.push(call);
      case "placed":
        return call.work?.fed?.placed(effect.offset);
      case "item":
        return this.item(call, effect.value, effect.blob);
      case "complete":
        return this.complete(call);
      case "abort":
        return this.abort(call, effect.reason);
      case "oversized":
        if (call.work !== undefined) this.#answerer.oversized?.(call.work);
    }
  }

  /**
   * All else is done: one source is told that its stream takes something again, because what one is fed may be all that the
   * transport takes. False: there is none.
   */
  wake(): boolean {
    const call = this.#waking.shift();
    call?.work?.fed?.wake();
    return call !== undefined;
  }

  /** Begins to answer. Returns when the handler has returned, which may be long before it has settled. */
  start(call: IncomingCall<Work>, now: number): void {
    // Cancelled in the turn it came in: what nobody waits for does not begin.
    if (call.state === "abandoned") return this.#speaker.say({ type: "finish", call });
    const work = new Work(call, now, this.#speaker);
    call.work = work;
    try {
      if (call.balance === undefined) {
        const value = this.#answerer.once(work);
        if (isPromise(value))
          value.then(
            (json) => this.#reply(call, json),
            (error) => this.#fail(call, error),
          );
        else this.#reply(call, value);
      } else {
        const stream = this.#answerer.stream(work);
        if (isPromise(stream))
          stream.then(
            (open) => this.#opened(call, open),
            (error) => this.#fail(call, error),
          );
        else this.#opened(call, stream);
      }
    } catch (error) {
      this.#fail(call, error);
    }
  }

  /** Gets one event from the source. */
  pull(call: IncomingCall<Work>, pace: Pace): void {
    pace.step(ask, call);
  }

  /** The next item of its upstream. */
  item(call: IncomingCall<Work>, item: unknown, blob?: Uint8Array): void {
    const { work } = call;
    if (work?.takesItems) work.upstream.push(item, blob);
    else if (work !== undefined) this.#speaker.say({ type: "decline", call });
  }

  /** Its upstream is complete. */
  complete({ work }: IncomingCall<Work>): void {
    if (work?.takesItems) work.upstream.complete();
  }

  /** Nobody waits for this any more: the handler's signal fires, a stream's source is closed. */
  abort(call: IncomingCall<Work>, reason: AbortReason): void {
    const { work } = call;
    if (work === undefined) return;
    if (work.fed !== undefined) {
      // Nothing of it goes on: it is not counted as abandoned.
      work.abort(reason);
      work.fed.leave();
      return this.#speaker.say({ type: "finish", call });
    }
    if (!work.aborted) this.#answerer.abandoned?.(1);
    work.abort(reason);
    work.source?.close();
  }

  #opened(call: IncomingCall<Work>, stream: OpenStream): void {
    const { work } = call;
    if (work === undefined) return;
    try {
      if (!work.aborted) work.fed = stream.feed?.(this.#outlet(call));
    } catch (error) {
      return this.#fail(call, error);
    }
    if (work.fed !== undefined) return;
    work.source = new PulledSource(call, stream, this.#pulledListener);
    if (work.aborted) work.source.close();
    else this.#speaker.say({ type: "ready", call });
  }

  #outlet(call: IncomingCall<Work>): Outlet {
    this.#outlets ??= new Outlets(this.#conversation, this.#answerer, this.#speaker);
    return this.#outlets.outlet(call);
  }

  /** Made with the first stream. */
  get #pulledListener(): PulledListener<IncomingCall<Work>> {
    this.#pulled ??= {
      item: (call, item) => this.#sayItem(call, item),
      finish: (call) => this.#finish(call),
      fail: (call, error) => this.#fail(call, error),
    };
    return this.#pulled;
  }

  #sayItem(call: IncomingCall<Work>, item: StreamItem): void {
    if ("gap" in item) this.#speaker.say({ type: "gap", call, reason: item.gap });
    else if (item.eventId === undefined) this.#speaker.say({ type: "event", call, value: item.value });
    else this.#speaker.say({ type: "event", call, value: item.value, eventId: item.eventId });
  }

  #reply(call: IncomingCall<Work>, value: Encoded): void {
    this.#settled(call);
    this.#speaker.say({ type: "reply", call, value });
  }

  #finish(call: IncomingCall<Work>): void {
    this.#settled(call);
    this.#speaker.say({ type: "finish", call });
  }

  /** Before the machine hears of it, which knows whether it has settled already. */
  #settled(call: IncomingCall<Work>): void {
    call.work?.settle();
    if (call.state === "abandoned" && call.work?.aborted) this.#answerer.abandoned?.(-1);
  }

  #fail(call: IncomingCall<Work>, error: unknown): void {
    if (call.work === undefined) return;
    this.#settled(call);
    this.#speaker.say(failure(call, this.#answerer.explain(error, call.work)));
  }
}

/** Unless it was aborted while it waited. */
const ask = (call: IncomingCall<Work>): void => {
  if (call.state === "pulling") call.work?.source?.ask();
};

function isPromise<Value>(value: Value | Promise<Value>): value is Promise<Value> {
  return value instanceof Promise;
}
