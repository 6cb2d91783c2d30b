/** The storm: streams run at a high rate from its beginning to its end, and the line is cut, round after round. */
import { setTimeout as pause } from "node:timers/promises";
import { listen } from "./cast.js";
import { type CallRecord, playRound, type Round, rounds, type Stage } from "./round.js";

/** Before each round only the streams run. */
const LULL_MS = 150;

/** The last messages may be on the line for so long. */
const CATCH_UP_MS = 3_000;
const LOOK_MS = 5;

/** What the storm came to. */
export interface Storm {
  readonly calls: readonly CallRecord[];
  readonly cuts: number;
  /** Streams that the server opened: those that were asked for, and none again. */
  readonly streams: number;
}

/** `onRound` hears of each round when it is over. */
export async function bringStorm(stage: Stage, onRound: (round: Round) => void): Promise<Storm> {
  const { cast, room } = stage;
  const { ledger } = room;
  const streamsBefore = ledger.streams;
  const talks = cast.map(({ client }) => client.messages());
  const listening = cast.flatMap(({ client, ticks, messages }, index) => [
    listen(client.ticks(), ticks, (tick) => tick),
    listen(talks[index]!, messages, (message) => message.number),
  ]);
  const played: Round[] = [];
  while (played.length < rounds.length) {
    await pause(LULL_MS);
    const round = await playRound(stage, played.length + 1);
    played.push(round);
    onRound(round);
  }
  room.stopTicks();
  // Ticks end by themselves. Messages do not: they are waited for, and what is missing then is lost.
  const waitUntil = performance.now() + CATCH_UP_MS;
  const isMissing = () => cast.some(({ messages }) => messages.numbers.length < ledger.said.length);
  while (isMissing() && performance.now() < waitUntil) await pause(LOOK_MS);
  for (const talk of talks) await talk.return();
  await Promise.all(listening);
  return {
    calls: played.flatMap((round) => round.calls),
    cuts: played.flatMap((round) => round.cuts).length,
    streams: ledger.streams - streamsBefore,
  };
}
