/** One round of the storm: everybody calls at once, and the line is cut at a chosen moment. */
import { EventEmitter } from "node:events";
import type { FaultProxy } from "@trunkline/testing";
import type { Member } from "./cast.js";
import type { Room } from "./room.js";

/** Calls of each kind that each member makes at once. */
const CALLS_EACH = 12;

/** After so long the line holds the requests, and has handed on no more than a part of them. */
const ON_THE_LINE_MS = 2;

/**
 * What a cut may wait for. `sent`: the requests are on the line. `running`: all handlers have started.
 * `returning`: the handler of a mutation is done, and returns in this turn. `answered`: the first answer has arrived.
 * `back`: somebody is connected again.
 */
type Sign = "sent" | "running" | "returning" | "answered" | "back";

/** The cuts of each round, one after the other: after which sign, in words. */
export const rounds: readonly (readonly { readonly after: Sign; readonly moment: string }[])[] = [
  [{ after: "sent", moment: "as the requests leave" }],
  [{ after: "running", moment: "while the handlers run" }],
  [{ after: "returning", moment: "as a mutation returns: its answer is lost" }],
  [{ after: "answered", moment: "while the answers are on the line" }],
  [
    { after: "running", moment: "while the handlers run" },
    { after: "back", moment: "and again, as soon as somebody is back" },
  ],
];

/** One call, as its caller saw it. */
export interface CallRecord {
  /** As the room's ledger has it. */
  readonly name: string;
  settled: number;
  /** What it should not have come to; undefined while all is well. */
  wrong: string | undefined;
}

/** One cut: what was in flight, and how much of it was on the line, and is gone. */
export interface Cut {
  readonly moment: string;
  readonly callsInFlight: number;
  readonly bytesLost: number;
}

/** What a round came to. */
export interface Round {
  readonly calls: readonly CallRecord[];
  readonly cuts: readonly Cut[];
  /** From the last cut until the last call had settled. */
  readonly settledAfterMs: number;
}

export interface Stage {
  readonly cast: readonly Member[];
  readonly room: Room;
  /** The line between the clients and the server. */
  readonly line: FaultProxy;
}

/** Makes everybody's calls at once, cuts the line, and waits until every call has settled. */
export async function playRound(stage: Stage, number: number): Promise<Round> {
  const calls: CallRecord[] = [];
  const cuts: Cut[] = [];
  const signs: Signs = new EventEmitter();
  let lastCutAt = 0;
  const cutAfter = ([next, ...later]: (typeof rounds)[number]) => {
    if (next === undefined) return;
    signs.once(next.after, () => {
      lastCutAt = performance.now();
      const callsInFlight = calls.filter((call) => call.settled === 0).length;
      cuts.push({ moment: next.moment, callsInFlight, bytesLost: stage.line.cut() });
      cutAfter(later);
    });
  };
  cutAfter(rounds[number - 1] ?? []);
  const settlements = stage.cast.flatMap((caller) => callAll(caller, { calls, signs, number }));
  const unwatch = watch(stage, signs, calls.length);
  setTimeout(() => signs.emit("sent"), ON_THE_LINE_MS);
  await Promise.all(settlements);
  unwatch();
  return { calls, cuts, settledAfterMs: performance.now() - lastCutAt };
}

type Signs = EventEmitter<Record<Sign, []>>;

interface Making {
  readonly calls: CallRecord[];
  readonly signs: Signs;
  readonly number: number;
}

/** Makes one member's calls. The promises resolve when their calls have settled, whatever to. */
function callAll({ name, client }: Member, { calls, signs, number: round }: Making): Promise<void>[] {
  const track = <Data>(call: string, answer: Promise<Data>, isRight: (data: Data) => boolean): Promise<void> => {
    const record: CallRecord = { name: `${name} ${call}`, settled: 0, wrong: undefined };
    calls.push(record);
    const settle = (wrong: string | undefined) => {
      record.settled++;
      record.wrong ??= wrong;
      signs.emit("answered");
    };
    return answer.then(
      (data) => settle(isRight(data) ? undefined : `answered ${JSON.stringify(data)}`),
      (error: unknown) => settle(String(error)),
    );
  };
  return Array.from({ length: CALLS_EACH }, (_, index) => {
    const number = round * 100 + index;
    const takesMs = 20 + 5 * index;
    const text = `line ${number}`;
    const isMine = (message: { author: string; text: string }) => message.author === name && message.text === text;
    return [
      track(`square ${number}`, client.square({ number, takesMs }), (square) => square === number ** 2),
      track(`say ${text}`, client.say({ text, takesMs }), isMine),
    ];
  }).flat();
}

/** Gives the signs that the room and the connections give. Returns what ends that. */
function watch({ cast, room }: Stage, signs: Signs, expected: number): () => void {
  let started = 0;
  const onStarted = () => void (++started === expected && signs.emit("running"));
  const onReturning = (call: string) => void (call.includes(" say ") && signs.emit("returning"));
  room.handlers.on("started", onStarted).on("returning", onReturning);
  const ends = cast.map(({ client }) =>
    client.$connection.subscribe(({ state }) => void (state === "ready" && signs.emit("back"))),
  );
  return () => {
    room.handlers.off("started", onStarted).off("returning", onReturning);
    for (const end of ends) end();
  };
}
