/**
 * What can be done next in a duet within small bounds, and what of it can be seen. Machines are private, so a state is
 * reached by doing again all that led to it, and is known by its snapshot.
 *
 * The snapshot holds all that is in flight, each end's session (its numbers, what it holds for replay, what it was told),
 * its deadline from now, each call as its caller, its handler and the machine have it, and what is left of the bounds.
 * It leaves out the time itself, and what decides nothing that could still happen: the numbers of generations, frames
 * that were acknowledged, and the order in which calls wait for their turn, which is that in which they were asked.
 */
import { resolveLimits } from "../../protocol/limits.js";
import type { CallPlan } from "../call-record.js";
import type { Role } from "../wire-watch.js";
import { Duet } from "./duet.js";
import type { DuetEnd } from "./duet-end.js";

/** How many calls are made, a mutation and a query in turn, how many events the stream has, and how often each harm is done. */
export interface Bounds {
  readonly calls: number;
  /** 0: there is no stream. */
  readonly events: number;
  readonly cuts: number;
  readonly crashes: number;
  readonly takeovers: number;
  readonly cancels: number;
}

/** Something that can be done, to the line, job or call of this place in its list. */
export interface Move {
  readonly type: keyof typeof harm | "ask" | "dial" | "to server" | "to client" | `${Role} works` | "read" | "wait";
  readonly index: number;
}

/** What does harm, and what bounds it. When nothing else is left to be done, all must be well. */
const harm = { cut: "cuts", "take over": "takeovers", crash: "crashes", cancel: "cancels" } as const;

export const isHarm = (type: Move["type"]): type is keyof typeof harm => Object.hasOwn(harm, type);

const LIMITS = resolveLimits({ heartbeatMs: 1, graceMs: 1 });
/** Deadlines that are further away never come: calls do not expire here, only acknowledgements fall due. */
const NEAR_MS = 2_000;
const CREDIT = 2;

export class Stage {
  readonly duet = new Duet(LIMITS);
  readonly #left: { -readonly [Name in keyof Bounds]: number };
  readonly #plans: readonly Pick<CallPlan, "kind" | "events">[];

  constructor(bounds: Bounds) {
    this.#left = { ...bounds };
    const calls = Array.from({ length: bounds.calls }, (_, index) => {
      return { kind: index % 2 === 0 ? "mutation" : "query", events: 0 } as const;
    });
    const { events } = bounds;
    this.#plans = events === 0 ? calls : [{ kind: "subscription", events } as const, ...calls];
  }

  /** All that can be done now. */
  moves(): Move[] {
    const { asked, lines, client, server } = this.duet;
    const line = lines.findIndex(({ left }) => !left);
    const isDue = this.#dueIn(client) !== null || this.#dueIn(server) !== null;
    const busy = lines.some(({ toServer, toClient }) => toServer.length + toClient.length > 0);
    const all: Move[] = [
      ...(asked.length < this.#plans.length ? [{ type: "ask", index: asked.length } as const] : []),
      ...(line < 0 ? [{ type: "dial", index: 0 } as const] : []),
      ...places(lines, "to server", ({ toServer }) => toServer.length > 0),
      ...places(lines, "to client", ({ toClient }) => toClient.length > 0),
      ...places(client.jobs, "client works"),
      ...places(server.jobs, "server works"),
      ...places(asked, "read", ({ call: { window, sink } }) => window !== undefined && sink.arrived > sink.consumed),
      ...(isDue && !busy && client.jobs.length + server.jobs.length === 0 ? [{ type: "wait", index: 0 } as const] : []),
      ...(line < 0 ? [] : [{ type: "cut", index: line } as const]),
      ...(lines[line]?.clientGeneration === undefined ? [] : [{ type: "take over", index: line } as const]),
      ...places(asked, "cancel", ({ call }) => !call.sink.settled),
      { type: "crash", index: 0 },
    ];
    return all.filter(({ type }) => !isHarm(type) || this.#left[harm[type]] > 0);
  }

  do({ type, index }: Move): void {
    const { duet } = this;
    if (isHarm(type)) this.#left[harm[type]]--;
    switch (type) {
      case "ask":
        return void duet.ask("client", this.#plans[index]!, CREDIT);
      case "dial":
        return void duet.dial();
      case "to server":
        return duet.deliver(duet.lines[index]!, "server");
      case "to client":
        return duet.deliver(duet.lines[index]!, "client");
      case "client works":
        return duet.client.do(duet.client.jobs[index]!);
      case "server works":
        return duet.server.do(duet.server.jobs[index]!);
      case "read":
        return duet.consume(duet.asked[index]!);
      case "wait":
        return duet.wait();
      case "cut":
        return duet.cut(duet.lines[index]!);
      case "take over":
        return duet.takeOver(duet.lines[index]!);
      case "cancel":
        return duet.cancel(duet.asked[index]!);
      case "crash":
        return duet.crash();
    }
  }

  /** Throws unless all has come to its end. */
  expectQuiet(): void {
    const { trace, records, client, server } = this.duet;
    for (const record of records) trace.check(record.settled, "I10", () => `${record} can never settle`);
    for (const { conversation } of [client, server]) {
      const { calls, handlers, backlog, bulk, replay, joining } = conversation.holdings;
      const held = calls + handlers + backlog + bulk + replay + joining;
      trace.check(held === 0, "I10", () => `held for ever: ${JSON.stringify(conversation.holdings)}`);
    }
  }

  snapshot(): string {
    const { lines, asked, heard, client, server } = this.duet;
    return JSON.stringify([
      this.#left,
      lines.map(({ toClient, toServer, left, clientGeneration, serverGeneration }) => {
        const current = [clientGeneration === client.generation, serverGeneration === server.generation];
        return [toClient, toServer, left, clientGeneration === undefined, serverGeneration === undefined, current];
      }),
      [client, server].map((end) => this.#see(end)),
      asked.map(({ call }) => {
        const { state, known, lastEventId, isGapLast, sink } = call;
        return [state, known, lastEventId, isGapLast, sink.consumed, sink.produced, sink.starts, heard.get(sink)];
      }),
    ]);
  }

  #dueIn({ conversation }: DuetEnd): number | null {
    const ms = conversation.deadline - this.duet.now;
    return ms < NEAR_MS ? ms : null;
  }

  #see(end: DuetEnd): unknown {
    const { conversation, jobs, session, said } = end;
    const { state, received, holdings } = conversation;
    const due = this.#dueIn(end);
    const work = jobs.map(({ type, call }) => [type, call.id, call.state, call.work?.next]);
    return [state.name, session, received, holdings, due, work, said.next, said.told, said.held(holdings.replay)];
  }
}

const places = <Item>(
  items: readonly Item[],
  type: Move["type"],
  counts: (item: Item) => boolean = () => true,
): Move[] => items.flatMap((item, index) => (counts(item) ? [{ type, index }] : []));
