/**
 * The fixed script of the exhaustive cuts: calls of every kind both ways, streams and upstreams that need credit again
 * and again, and two cancels, about 60 frames each way. No step depends on how fast the line is, so that every run can end alike.
 */
import type { CallRecord } from "../call-record.js";
import type { Role } from "../wire-watch.js";
import type { Asked, Duet } from "./duet.js";

/** More than one message of the play takes: these go in parts. */
const LARGE_BYTES = 1_000;
/** Of items that have any. */
const ITEM_BYTES = 270;

interface Step {
  ready(): boolean;
  act(): void;
}

export interface Score {
  /** What is still to be done, in this order. */
  readonly steps: Step[];
  /** Calls whose handlers do not answer, and streams that nobody reads: a cancel is all that ends them. */
  readonly idle: ReadonlySet<CallRecord>;
}

export function score(duet: Duet): Score {
  const idle = new Set<CallRecord>();
  const asked = new Map<string, Asked>();
  const recordOf = (name: string) => asked.get(name)!.call.sink;
  const soon = (act: () => void): Step => ({ ready: () => true, act });
  const ask = (by: Role, kind: "query" | "mutation", name = "", bytes = 0) =>
    soon(() => void asked.set(name, duet.ask(by, { kind, events: 0, bytes }, 0)));
  const subscribe = (by: Role, events: number, credit: number, name = "", bytes = 0) =>
    soon(() => void asked.set(name, duet.ask(by, { kind: "subscription", events, bytes }, credit)));
  const upload = (by: Role, items: number, itemBytes = 0) =>
    soon(() => void duet.ask(by, { kind: "mutation", events: 0, items, itemBytes }, 0));
  const talk = (by: Role, events: number, items: number) =>
    soon(() => void duet.ask(by, { kind: "subscription", events, items }, 2));
  const join = (by: Role, events: number, credit: number, name: string) =>
    soon(() => void asked.set(name, duet.ask(by, { kind: "subscription", events, joined: true }, credit)));
  const leaveIdle = (name: string) => soon(() => void idle.add(recordOf(name)));
  const cancelWhen = (name: string, ready: () => boolean): Step => ({
    ready,
    act: () => duet.cancel(asked.get(name)!),
  });
  const both = (kind: "query" | "mutation") => [ask("client", kind), ask("server", "query")];
  const steps = [
    ...both("mutation"),
    subscribe("client", 8, 2),
    ask("client", "mutation", "large", LARGE_BYTES),
    ...both("query"),
    subscribe("client", 2, 2, "of large events", LARGE_BYTES),
    subscribe("client", 10, 4),
    join("client", 9, 4, "joined"),
    subscribe("server", 6, 2),
    upload("client", 7, ITEM_BYTES),
    upload("server", 5),
    talk("client", 4, 5),
    ...both("mutation"),
    subscribe("client", 8, 2, "unread"),
    leaveIdle("unread"),
    ...both("mutation"),
    ask("client", "mutation", "unanswered"),
    leaveIdle("unanswered"),
    ...both("query"),
    ask("client", "mutation", "after it"),
    cancelWhen("unanswered", () => recordOf("after it").settled),
    ...both("mutation"),
    cancelWhen("unread", () => recordOf("unread").arrived === 2),
    ...both("query"),
    ...both("mutation"),
    ...both("mutation"),
    ...both("query"),
    cancelWhen("joined", () => recordOf("joined").arrived === 9),
  ];
  return { steps, idle };
}
