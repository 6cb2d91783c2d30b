/**
 * Runs one conversation vector: a script for one end, with the other end, the program above and the clock played by the
 * case. What its words mean stands in PROTOCOL.md section 10.
 */
import { defaultLimits, type Limits, type StandardCode } from "@trunkline/core";
import {
  type AbortReason,
  Conversation,
  type ConversationEffect,
  type ConversationInput,
  closeCodes,
  type Data,
  type Encoded,
  type IncomingCall,
  IncomingCalls,
  OutgoingCall,
  type OutgoingRequest,
  OutgoingUpstreams,
  type PeerLimits,
  peerLimits,
  type WireError,
  WithBlob,
  whole,
} from "@trunkline/core/internal";

interface CallSpec {
  readonly name: string;
  readonly kind: OutgoingRequest["kind"];
  readonly path: string;
  readonly input?: unknown;
  /** Bytes of the input, in hexadecimal. */
  readonly blob?: string;
  readonly timeoutMs?: number;
  readonly idempotent?: boolean;
  readonly meta?: unknown;
  readonly credit?: { readonly events: number; readonly maxEvents: number };
  readonly lastEventId?: string;
  readonly upstream?: boolean;
}

interface AttachSpec {
  readonly generation: number;
  readonly resumed: boolean;
  readonly received: number;
  readonly peer?: Partial<PeerLimits>;
  readonly beatMs?: number;
  readonly silenceMs?: number;
}

/** One thing that happens, with what belongs to it, and all that follows. */
export interface Step {
  readonly at?: number;
  readonly attach?: AttachSpec;
  readonly detach?: number;
  readonly receive?: unknown;
  readonly receiveText?: string;
  readonly receiveBinary?: string;
  readonly generation?: number;
  readonly alive?: number;
  readonly lost?: true;
  readonly congested?: boolean;
  readonly call?: CallSpec;
  readonly cancel?: string;
  readonly consume?: string;
  readonly count?: number;
  readonly reply?: number;
  readonly fail?: number;
  readonly ready?: number;
  readonly event?: number;
  readonly gap?: number;
  readonly finish?: number;
  readonly share?: number;
  readonly mark?: number;
  readonly join?: number;
  readonly topic?: number;
  readonly offset?: number;
  readonly feed?: number;
  readonly message?: readonly ["events", topic: number, from: number, to: number, ...items: unknown[]];
  readonly supply?: string;
  readonly exhausted?: string;
  readonly fault?: string;
  readonly take?: number;
  readonly decline?: number;
  readonly value?: unknown;
  readonly blob?: string;
  readonly eventId?: string;
  readonly error?: WireError;
  readonly reason?: string;
  readonly handOver?: "lost" | "alive";
  readonly end?: { readonly code: StandardCode; readonly message: string };
  readonly wait?: true;
  readonly out?: readonly unknown[];
  readonly effects?: readonly Record<string, unknown>[];
}

export interface ConversationCase {
  readonly title: string;
  readonly section: string;
  readonly role: "client" | "server";
  readonly limits?: Partial<Limits>;
  readonly choice?: string;
  readonly steps: readonly Step[];
}

/** What a step did: the texts that were sent, and what the program was told. */
export interface Outcome {
  readonly out: (string | { readonly binary: string })[];
  readonly effects: Record<string, unknown>[];
}

type Effect = ConversationEffect<string, undefined>;
type Input = ConversationInput<string, undefined>;

export class Script {
  readonly #conversation: Conversation<string, undefined>;
  readonly #calls = new Map<string, OutgoingCall<string>>();
  readonly #requests = new Map<number, IncomingCall<undefined>>();
  #generation = 0;
  #now = 0;
  #done: Outcome = { out: [], effects: [] };

  constructor({ role, limits }: Pick<ConversationCase, "role" | "limits">) {
    this.#conversation = new Conversation({ role, limits: { ...defaultLimits, ...limits }, Calls: IncomingCalls });
  }

  /** Does one step, which is one turn. */
  step(step: Step): Outcome {
    this.#done = { out: [], effects: [] };
    if (step.at !== undefined) this.#moveTo(step.at);
    const input = this.#input(step);
    if (input !== undefined) this.#say(input);
    return this.#done;
  }

  #moveTo(at: number): void {
    if (at < this.#now) throw new Error(`a step's time ${at} is before ${this.#now}`);
    while (this.#conversation.deadline <= at) {
      this.#now = Math.max(this.#now, this.#conversation.deadline);
      this.#conversation.tick(this.#now);
      this.#collect();
    }
    this.#now = at;
  }

  #input(step: Step): Input | undefined {
    const { generation = this.#generation } = step;
    if (step.attach !== undefined) return this.#attach(step.attach);
    if (step.detach !== undefined) return { type: "detach", generation: step.detach };
    if (step.lost === true) return { type: "lost" };
    if (step.receiveText !== undefined) return { type: "message", generation, data: step.receiveText };
    if (step.receiveBinary !== undefined) return { type: "message", generation, data: bytesOf(step.receiveBinary) };
    if (step.receive !== undefined) return { type: "message", generation, data: JSON.stringify(step.receive) };
    if (step.alive !== undefined) return { type: "alive", generation: step.alive };
    if (step.congested !== undefined) return { type: "congested", generation, congested: step.congested };
    if (step.call !== undefined) return { type: "call", call: this.#open(step.call) };
    if (step.cancel !== undefined) return { type: "cancel", call: this.#named(step.cancel) };
    if (step.consume !== undefined)
      return { type: "consume", call: this.#named(step.consume), count: step.count ?? Number.NaN };
    if (step.supply !== undefined) return { type: "supply", call: this.#named(step.supply), value: encoded(step) };
    if (step.exhausted !== undefined) return { type: "exhausted", call: this.#named(step.exhausted) };
    if (step.fault !== undefined) return { type: "fault", call: this.#named(step.fault) };
    if (step.end !== undefined) return { type: "end", ...step.end };
    if (step.handOver !== undefined) return { type: "handOver", lost: step.handOver === "lost" };
    return this.#answer(step);
  }

  #answer(step: Step): Input | undefined {
    const value = encoded(step);
    if (step.reply !== undefined) return { type: "reply", call: this.#request(step.reply), value };
    if (step.fail !== undefined && step.error !== undefined)
      return { type: "fail", call: this.#request(step.fail), error: step.error };
    if (step.ready !== undefined) return { type: "ready", call: this.#request(step.ready) };
    if (step.finish !== undefined) return { type: "finish", call: this.#request(step.finish) };
    if (step.take !== undefined) return { type: "take", call: this.#request(step.take), count: step.count ?? 1 };
    if (step.decline !== undefined) return { type: "decline", call: this.#request(step.decline) };
    if (step.gap !== undefined && step.reason !== undefined)
      return { type: "gap", call: this.#request(step.gap), reason: step.reason };
    if (step.event !== undefined) {
      const call = this.#request(step.event);
      return step.eventId === undefined
        ? { type: "event", call, value }
        : { type: "event", call, value, eventId: step.eventId };
    }
    if (step.mark !== undefined && step.eventId !== undefined)
      return { type: "mark", call: this.#request(step.mark), eventId: step.eventId };
    if (step.share !== undefined) return { type: "share", call: this.#request(step.share) };
    if (step.join !== undefined) return this.#join(this.#request(step.join), step);
    if (step.feed !== undefined && step.message !== undefined)
      return this.#feed(this.#request(step.feed), step.message);
    if (step.wait === true) return undefined;
    throw new Error(`not a step: ${JSON.stringify(step)}`);
  }

  #join(call: IncomingCall<undefined>, { topic = 0, offset = 0, reason }: Step): Input {
    return { type: "join", call, at: { topic, offset, gap: reason } };
  }

  #feed(call: IncomingCall<undefined>, said: NonNullable<Step["message"]>): Input {
    const [, , , to, ...items] = said;
    const text = JSON.stringify(said);
    return { type: "feed", call, to, count: items.length, message: { text, bytes: text.length, framed: undefined } };
  }

  #attach({ peer, beatMs, silenceMs = 35_000, ...attach }: AttachSpec): Input {
    this.#generation = Math.max(this.#generation, attach.generation);
    return { type: "attach", ...attach, peer: { ...peerLimits(defaultLimits), ...peer }, beatMs, silenceMs };
  }

  #open(spec: CallSpec): OutgoingCall<string> {
    const { name, kind, path, input, blob, timeoutMs, idempotent = false, meta, credit, lastEventId, upstream } = spec;
    const request: OutgoingRequest = {
      kind,
      path: JSON.stringify(path),
      repeatable: kind !== "mutation" || idempotent,
      input: encoded({ value: input, blob }),
      deadline: timeoutMs === undefined ? Infinity : this.#now + timeoutMs,
      ...(meta === undefined ? {} : { meta: JSON.stringify(meta) }),
      ...(kind === "subscription" ? { credit: credit ?? { events: 64, maxEvents: 1_024 } } : {}),
      ...(lastEventId === undefined ? {} : { lastEventId }),
      ...(upstream ? { Upstreams: OutgoingUpstreams } : {}),
    };
    const call = new OutgoingCall(request, name);
    this.#calls.set(name, call);
    return call;
  }

  #named(name: string): OutgoingCall<string> {
    const call = this.#calls.get(name);
    if (call === undefined) throw new Error(`no call is named ${name}`);
    return call;
  }

  #request(id: number): IncomingCall<undefined> {
    const call = this.#requests.get(id);
    if (call === undefined) throw new Error(`no request had the id ${id}`);
    return call;
  }

  #say(input: Input): void {
    this.#conversation.receive(input, this.#now);
    this.#collect();
  }

  /** The turn is over when nobody asks for a flush any more. */
  #collect(): void {
    for (let effects = this.#conversation.take(); effects.length > 0; effects = this.#conversation.take()) {
      for (const effect of effects) {
        if (effect.type === "send") this.#done.out.push(plainData(whole(effect.data)));
        else if (effect.type === "share") this.#done.out.push(effect.message.text);
        else if (effect.type === "flush") this.#conversation.receive({ type: "flush" }, this.#now);
        else this.#done.effects.push(this.#plain(effect));
      }
    }
  }

  #plain(effect: Exclude<Effect, { type: "send" | "share" | "flush" }>): Record<string, unknown> {
    switch (effect.type) {
      case "request":
        this.#requests.set(effect.call.id, effect.call);
        return this.#plainRequest(effect.call);
      case "pull":
      case "wake":
        return { [effect.type]: effect.call.id };
      case "placed":
        return { placed: effect.call.id, offset: effect.offset };
      case "item":
        return present({ item: effect.call.id, value: effect.value, blob: hexOf(effect.blob) });
      case "complete":
        return { complete: effect.call.id };
      case "read":
      case "stop":
        return { [effect.type]: effect.call.sink };
      case "abort": {
        const reason: AbortReason = effect.reason;
        return { abort: effect.call.id, reason };
      }
      case "oversized":
        return { oversized: effect.call.id };
      case "result":
        return present({ result: effect.call.sink, value: effect.value, blob: hexOf(effect.blob) });
      case "event":
        return present({
          event: effect.call.sink,
          value: effect.value,
          eventId: effect.eventId,
          blob: hexOf(effect.blob),
        });
      case "gap":
        return { gap: effect.call.sink };
      case "end":
        return { end: effect.call.sink };
      case "failure": {
        const { code, outcome, retryable, data, errorId } = effect.error;
        return present({ failure: effect.call.sink, code, outcome, retryable, data, errorId });
      }
      case "ping":
        return { ping: true };
      case "drop":
      case "break":
        return { [effect.type]: closeCodes[effect.close].code };
      case "goodbye":
        return { goodbye: effect.spreadMs };
      case "renew":
        return { renew: effect.auth ?? null };
      case "invalidate":
        return { invalidate: effect.tags };
      case "moved":
        return { moved: effect.calls.map((call) => call.sink) };
      case "finished":
        return { finished: true };
    }
  }

  #plainRequest(call: IncomingCall<undefined>): Record<string, unknown> {
    const { id, path, input, meta, lastEventId, deadline } = call;
    const timeoutMs = deadline === Infinity ? null : deadline - this.#now;
    const stream = call.balance === undefined ? undefined : true;
    return present({ request: id, path, timeoutMs, input, meta, lastEventId, stream, blob: hexOf(call.blob) });
  }
}

const bytesOf = (hexadecimal: string) => new Uint8Array(Buffer.from(hexadecimal, "hex"));
const hexOf = (blob: Uint8Array | undefined) => blob && Buffer.from(blob).toString("hex");
const plainData = (data: Data) => (typeof data === "string" ? data : { binary: Buffer.from(data).toString("hex") });

function encoded({ value, blob }: { readonly value?: unknown; readonly blob?: string | undefined }): Encoded {
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined || blob === undefined ? text : new WithBlob(text, bytesOf(blob));
}

/** Without the members that are undefined, which JSON does not have. */
export function present(members: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined));
}
