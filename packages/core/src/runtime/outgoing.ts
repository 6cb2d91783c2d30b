/** Calls as a program sees them: a promise for a query or a mutation, a channel for a subscription. */

import { RpcError } from "../error/rpc-error.js";
import { OutgoingCall, type OutgoingRequest } from "../machine/outgoing-call.js";
import { Channel, type ChannelOptions } from "./channel.js";
import type { AnswerWire, Decoding } from "./decoding-sink.js";
import type { ItemSource } from "./item-source.js";
import { raised } from "./raise.js";
import type { Sink } from "./sink.js";

/** Where calls are made: a peer. */
export interface Caller {
  open(call: OutgoingCall<Sink>): void;
  cancel(call: OutgoingCall<Sink>): void;
  consume(call: OutgoingCall<Sink>, count: number): void;
}

/** How an answer is read that may be no plain JSON. */
export interface Reading extends AnswerWire {
  readonly decoding: Decoding;
}

/** What goes along with a call, each where there is one. */
interface Company {
  /** Of its upstream. */
  readonly source?: ItemSource | undefined;
  /** How its answer is read; without it, it is taken as it came. */
  readonly answer?: Reading | undefined;
}

/** Makes a query or a mutation. Rejects with an {@link RpcError}, or with what the source of its upstream threw. */
export function callOnce(
  caller: Caller,
  request: OutgoingRequest,
  signal?: AbortSignal,
  { source, answer }: Company = {},
): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const sink = new PromiseSink(resolve, reject, source);
    const call = new OutgoingCall<Sink>(request, answer === undefined ? sink : answer.decoding(sink, answer, () => {}));
    sink.unfollow = open(call, caller, signal);
    sink.isOpen = true;
  });
}

/** Opens a subscription. */
export function openChannel<Event>(
  caller: Caller,
  request: OutgoingRequest,
  options: ChannelOptions & {
    readonly signal?: AbortSignal | undefined;
    /** How its events are read; without it, they are taken as they come. */
    readonly answer?: Reading | undefined;
  },
): Channel<Event> {
  const channel = new Channel<Event>(options);
  const { answer } = options;
  const cancel = () => caller.cancel(call);
  const sink = answer === undefined ? channel : answer.decoding(channel, answer, cancel);
  const call: OutgoingCall<Sink> = new OutgoingCall<Sink>(request, sink);
  let unfollow: (() => void) | undefined;
  channel.connect({
    consume: (count) => {
      const taken = call.window?.take(count) ?? 0;
      if (taken > 0) caller.consume(call, taken);
    },
    cancel,
    release: () => unfollow?.(),
  });
  unfollow = open(call, caller, options.signal);
  return channel;
}

/**
 * Makes the call, unless its signal has fired already, and cancels it when the signal fires. Returns what ends the
 * listening, so that a long-lived signal keeps nothing.
 */
function open(call: OutgoingCall<Sink>, caller: Caller, signal: AbortSignal | undefined): (() => void) | undefined {
  if (signal?.aborted) {
    call.sink.failure(new RpcError("CANCELLED", { outcome: "not-sent" }));
    return undefined;
  }
  caller.open(call);
  if (signal === undefined || call.state.name === "settled") return undefined;
  const cancel = () => caller.cancel(call);
  if (signal.aborted) cancel();
  else signal.addEventListener("abort", cancel, { once: true });
  return () => signal.removeEventListener("abort", cancel);
}

class PromiseSink implements Sink {
  unfollow: (() => void) | undefined;
  /** Before that, what fails has its caller in its stack already. */
  isOpen = false;

  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;

  constructor(
    resolve: (value: unknown) => void,
    reject: (error: unknown) => void,
    readonly source: ItemSource | undefined,
  ) {
    this.#resolve = resolve;
    this.#reject = reject;
  }

  result(value: unknown): void {
    this.unfollow?.();
    this.#resolve(value);
  }

  failure(error: RpcError): void {
    this.unfollow?.();
    const told = this.source === undefined ? error : this.source.blame(error);
    if (this.isOpen) this.#resolve(raised(told, told === error));
    else this.#reject(told);
  }

  event(): void {}
  gap(): void {}
  end(): void {}
}
