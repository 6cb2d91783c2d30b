/**
 * A duet: one client and one server, conducted step by step. Nothing happens by itself: each message is delivered, each
 * handler goes on and each line is cut when the conductor says so, and time stands still until it is moved.
 */
import { OutgoingCall } from "../../machine/outgoing-call.js";
import { OutgoingUpstreams } from "../../machine/outgoing-upstreams.js";
import type { Data } from "../../protocol/blob.js";
import { greeting } from "../../protocol/encode.js";
import { type Limits, peerLimits } from "../../protocol/limits.js";
import { parse } from "../../protocol/parse.js";
import { withBytes } from "../bytes.js";
import { type CallPlan, CallRecord } from "../call-record.js";
import { Trace } from "../trace.js";
import { type Role, WireWatch } from "../wire-watch.js";
import { DuetEnd } from "./duet-end.js";

/** One transport: what is on its way to each end, and by which generation each end knows it. */
export interface Line {
  readonly toClient: Data[];
  readonly toServer: Data[];
  clientGeneration: number | undefined;
  serverGeneration: number | undefined;
  /** The client has left it for another, and hears nothing of it any more. The server takes it for open. */
  left: boolean;
}

export interface Asked {
  readonly by: Role;
  readonly call: OutgoingCall<CallRecord>;
}

/** What is asked. `bytes`: beside its input, and beside every value of its answer. */
type Asking = Pick<CallPlan, "kind" | "events" | "items"> &
  Partial<Pick<CallPlan, "joined" | "itemBytes">> & { readonly bytes?: number };

/** Nobody beats in a duet, and nobody listens for it. */
const NO_HEARTBEAT = { beatMs: undefined, silenceMs: Infinity } as const;

export class Duet {
  readonly trace = new Trace(0, () => this.now);
  readonly records: CallRecord[] = [];
  readonly asked: Asked[] = [];
  /** What each caller has heard, as text. */
  readonly heard = new Map<CallRecord, string[]>();
  readonly client: DuetEnd;
  server: DuetEnd;
  /** Lines that may still bring something, the oldest first. */
  lines: Line[] = [];
  now = 0;
  readonly #limits: Limits;
  readonly #wire = new WireWatch(this.trace);
  #token: string | undefined;
  #sessions = 0;
  /** The session the server keeps. Undefined: its process is new. */
  #kept: string | undefined;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.client = this.#end("client");
    this.server = this.#end("server");
  }

  /** A caller asks. Events of a subscription carry ids; `credit` is the widest that its window becomes. */
  ask(by: Role, plan: Asking, credit: number): Asked {
    const number = this.records.length;
    const record = new CallRecord(
      {
        kind: plan.kind,
        events: plan.events,
        joined: plan.joined ?? false,
        ...(plan.items === undefined ? {} : { items: plan.items }),
        number,
        repeatable: plan.kind !== "mutation",
        withIds: true,
        padding: 0,
        idPadding: 0,
        priority: "normal",
        inputBytes: plan.bytes ?? 0,
        valueBytes: plan.bytes ?? 0,
        itemBytes: plan.itemBytes ?? 0,
      },
      this.trace,
    );
    this.records.push(record);
    this.heard.set(record, []);
    const call = new OutgoingCall(
      {
        kind: plan.kind,
        path: `"${plan.kind}"`,
        repeatable: record.plan.repeatable,
        input: withBytes(`{"number":${number}}`, number, record.plan.inputBytes),
        Upstreams: plan.items === undefined ? undefined : OutgoingUpstreams,
        deadline: Infinity,
        ...(plan.kind === "subscription" ? { credit: { events: credit, maxEvents: credit } } : {}),
      },
      record,
    );
    const asked = { by, call };
    this.asked.push(asked);
    this[by].say({ type: "call", call });
    return asked;
  }

  cancel({ by, call }: Asked): void {
    this[by].say({ type: "cancel", call });
    this.trace.check(call.sink.settled, "I1", () => `${call.sink} was cancelled, and has not settled`);
  }

  /** Its reader takes one event. */
  consume({ by, call }: Asked): void {
    call.sink.consumed++;
    this[by].say({ type: "consume", call, count: 1 });
  }

  /** The client dials: its hello is on the way. */
  dial(): Line {
    const line: Line = {
      toClient: [],
      toServer: [],
      clientGeneration: undefined,
      serverGeneration: undefined,
      left: false,
    };
    this.lines.push(line);
    const { received } = this.client.conversation;
    const session = this.#token === undefined ? { received: 0 } : { received, session: this.#token };
    line.toServer.push(greeting({ type: "hello", contract: "", ...session, limits: peerLimits(this.#limits) }));
    return line;
  }

  /** The first message that is on its way on this line arrives. */
  deliver(line: Line, to: Role): void {
    const data = (to === "client" ? line.toClient : line.toServer).shift()!;
    const generation = to === "client" ? line.clientGeneration : line.serverGeneration;
    if (generation !== undefined) this[to].say({ type: "message", generation, data });
    else if (to === "server") this.#welcome(line, data);
    else this.#welcomed(line, data);
  }

  /** Breaks a line: what is on its way is lost, and both ends notice. */
  cut(line: Line): void {
    this.lines = this.lines.filter((other) => other !== line);
    for (const [end, generation] of [
      [this.client, line.clientGeneration],
      [this.server, line.serverGeneration],
    ] as const) {
      if (generation !== undefined) end.say({ type: "detach", generation });
    }
  }

  /** The client goes on over another line; what it has said on this one may still arrive. */
  takeOver(line: Line): void {
    line.left = true;
    line.toClient.length = 0;
    this.client.say({ type: "detach", generation: line.clientGeneration! });
    this.dial();
  }

  /** The server's process dies, and another one takes its place, which knows nothing. */
  crash(): void {
    for (const line of this.lines) this.cut(line);
    this.server = this.#end("server");
    this.#kept = undefined;
  }

  /** Lets time pass until an end wants it. */
  wait(): void {
    const ends = [this.client, this.server];
    this.now = Math.min(...ends.map(({ conversation }) => conversation.deadline));
    for (const end of ends) if (end.conversation.deadline <= this.now) end.tick();
  }

  #end(role: Role): DuetEnd {
    const { trace, records } = this;
    const heard = (record: CallRecord, what: unknown) => void this.heard.get(record)!.push(JSON.stringify(what));
    return new DuetEnd({ role, limits: this.#limits, trace, wire: this.#wire, records, heard, now: () => this.now });
  }

  #welcome(line: Line, data: Data): void {
    const hello = parse(data, this.#limits);
    if (hello.type !== "hello") throw this.trace.broken("I14", `the first message is a ${hello.type}`);
    const resumed = hello.session !== undefined && hello.session === this.#kept;
    this.#kept = resumed ? this.#kept! : `session ${++this.#sessions}`;
    const limits = peerLimits(this.#limits);
    const received = resumed ? this.server.conversation.received : 0;
    const times = { heartbeatMs: 1, resumeMs: 1, spreadMs: 1 };
    line.toClient.push(
      greeting({ type: "welcome", session: this.#kept, resumed, received, contract: "", limits, ...times }),
    );
    const terms = { resumed, received: resumed ? hello.received : 0, peer: hello.limits, ...NO_HEARTBEAT };
    line.serverGeneration = this.server.generation + 1;
    this.server.attach(terms, this.#kept, (said) => {
      if (!line.left) line.toClient.push(said);
    });
  }

  #welcomed(line: Line, data: Data): void {
    const welcome = parse(data, this.#limits);
    if (welcome.type !== "welcome") throw this.trace.broken("I14", `the first answer is a ${welcome.type}`);
    this.#token = welcome.session;
    const { resumed, received, limits: peer } = welcome;
    line.clientGeneration = this.client.generation + 1;
    this.client.attach({ resumed, received, peer, ...NO_HEARTBEAT }, welcome.session, (said) =>
      line.toServer.push(said),
    );
  }
}
