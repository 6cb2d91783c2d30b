/**
 * Plays the fixed script once over a line that is cut where it is told to be. Everybody does one thing in each round, so
 * that a run without cuts is always the same, and messages of both directions are on their way at once.
 */
import { resolveLimits } from "../../protocol/limits.js";
import type { CallRecord } from "../call-record.js";
import { jsonOf } from "../wire-batch.js";
import type { Role } from "../wire-watch.js";
import { Duet, type Line } from "./duet.js";
import type { DuetEnd, DuetJob } from "./duet-end.js";
import { score } from "./score.js";

/** Where to cut: after so many of what is counted have been delivered to an end, since the cut before. */
export interface Cut {
  readonly to: Role;
  readonly after: number;
  readonly unit: "bytes" | "messages";
}

/** What was delivered to each end in a run, and what its callers and handlers know in the end. */
export interface Outcome {
  readonly state: string;
  /** The size of each message. */
  readonly sizes: Readonly<Record<Role, readonly number[]>>;
  readonly messages: Readonly<Record<Role, number>>;
  readonly frames: Readonly<Record<Role, number>>;
}

/** One frame a message, and messages so small that what has bytes goes in parts. */
const LIMITS = resolveLimits({ batchFrames: 1, messageBytes: 1_024, heartbeatMs: 1, graceMs: 1, upstreamBytes: 1_024 });

export class Play {
  readonly #duet = new Duet(LIMITS);
  readonly #score = score(this.#duet);
  readonly #cuts: Cut[];
  readonly #where: string;
  /** What was delivered to each end, and what is left to be delivered before the next cut. */
  readonly #sizes: Record<Role, number[]> = { client: [], server: [] };
  readonly #messages = { client: 0, server: 0 };
  readonly #frames = { client: 0, server: 0 };
  #left: number;

  constructor(cuts: readonly Cut[]) {
    this.#cuts = [...cuts];
    this.#where = cuts.map(({ to, after, unit }) => `${after} ${unit} to the ${to}`).join(" and ");
    this.#left = this.#cuts[0]?.after ?? Infinity;
  }

  /** Plays it, and expects the application to end in this state. */
  expect(state: string): void {
    const { trace } = this.#duet;
    const ended = this.run().state;
    trace.check(ended === state, "I3", () => `cut at ${this.#where}, it ends otherwise:\n${ended}\nnot\n${state}`);
  }

  run(): Outcome {
    while (this.#round() || this.#wait());
    const { asked, heard, records } = this.#duet;
    const state = asked.map(({ by, call: { sink } }) => {
      return [by, sink.plan.kind, sink.standing, sink.starts, sink.isComplete, ...heard.get(sink)!].join(" ");
    });
    const { client, server } = this.#duet;
    const done = this.#score.steps.length === 0 && records.every(({ settled }) => settled);
    const quiet = done && isEmpty(client) && isEmpty(server);
    this.#duet.trace.check(quiet, "I10", () => `not everything has come to its end: ${state.join(", ")}`);
    return { state: state.join("\n"), sizes: this.#sizes, messages: this.#messages, frames: this.#frames };
  }

  /** Whether all of its cuts were made. */
  get reached(): boolean {
    return this.#cuts.length === 0;
  }

  /** Everybody does one thing. False: there was nothing to do. */
  #round(): boolean {
    const duet = this.#duet;
    const { steps, idle } = this.#score;
    const jobs = [duet.client, duet.server].flatMap((end) => end.jobs.map((job) => ({ end, job })));
    const isDue = ({ type, call }: DuetJob) => type !== "answer" || mayAnswer(call.work!.record, idle);
    const acts = [
      ...(steps[0]?.ready() ? [steps.shift()!.act] : []),
      ...(duet.lines.length === 0 ? [() => void duet.dial()] : []),
      ...jobs
        .filter(({ job }) => isDue(job))
        .map(
          ({ end, job }) =>
            () =>
              end.do(job),
        ),
      ...[duet.client, duet.server].flatMap((end) => [
        ...end.reads.map((call) => () => end.give(call)),
        ...end.untaken.map((call) => () => end.take(call)),
      ]),
      ...duet.asked.filter(({ call }) => isUnread(call.sink, idle)).map((asked) => () => duet.consume(asked)),
    ];
    for (const act of acts) act();
    const delivered = (["server", "client"] as const).filter((to) => this.#deliver(to));
    return acts.length + delivered.length > 0;
  }

  /** False: nobody waits for anything. */
  #wait(): boolean {
    const { client, server } = this.#duet;
    if (Math.min(client.conversation.deadline, server.conversation.deadline) === Infinity) return false;
    this.#duet.wait();
    return true;
  }

  /** False: nothing was on its way to this end. */
  #deliver(to: Role): boolean {
    const [line] = this.#duet.lines;
    const data = (to === "client" ? line?.toClient : line?.toServer)?.[0];
    if (line === undefined || data === undefined) return false;
    const [cut] = this.#cuts;
    const counts = cut?.to === to;
    const size = counts && cut.unit === "bytes" ? data.length : 1;
    if (counts && this.#left < size) return this.#cut(line);
    this.#sizes[to].push(data.length);
    this.#messages[to]++;
    if (jsonOf(data).includes("],[")) this.#frames[to]++;
    this.#duet.deliver(line, to);
    if (counts) this.#left -= size;
    if (counts && this.#left === 0) this.#cut(line);
    return true;
  }

  #cut(line: Line): true {
    this.#duet.cut(line);
    this.#cuts.shift();
    this.#left = this.#cuts[0]?.after ?? Infinity;
    return true;
  }
}

/** One with an upstream answers when it has had the whole of it. */
const mayAnswer = (record: CallRecord, idle: ReadonlySet<CallRecord>) =>
  !idle.has(record) && (record.plan.items === undefined || record.isComplete);

const isUnread = (record: CallRecord, idle: ReadonlySet<CallRecord>) =>
  record.plan.kind === "subscription" && record.arrived > record.consumed && !idle.has(record);

function isEmpty({ conversation }: DuetEnd): boolean {
  const { calls, handlers, backlog, bulk, replay, joining } = conversation.holdings;
  return calls + handlers + backlog + bulk + replay + joining === 0;
}
