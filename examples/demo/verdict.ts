/** What the clients believe, held against what the server did: every promise is checked, none is claimed. */
import type { Member } from "./cast.js";
import type { Ledger } from "./room.js";
import { type CallRecord, rounds } from "./round.js";
import type { Storm } from "./storm.js";
import { figure } from "./terminal.js";

/** One promise, and whether it was kept. */
export interface Claim {
  readonly says: string;
  readonly holds: boolean;
  readonly found: string;
}

export interface Verdict {
  readonly claims: readonly Claim[];
  readonly calls: number;
  readonly events: number;
  readonly lost: number;
  readonly duplicated: number;
}

/** What is wrong with a stream that should be 1, 2, 3 and so on, up to `last`. */
export interface Audit {
  readonly last: number;
  readonly lost: number;
  readonly duplicated: number;
  /** Came after a later one, or after itself. */
  readonly late: number;
}

export function audit(received: readonly number[], last: number): Audit {
  const distinct = new Set(received.filter((number) => number >= 1 && number <= last)).size;
  const late = received.filter((number, index) => index > 0 && number <= received[index - 1]!).length;
  return { last, lost: last - distinct, duplicated: received.length - distinct, late };
}

export function judge({ calls, cuts, streams: opened }: Storm, cast: readonly Member[], ledger: Ledger): Verdict {
  const wrong = calls.filter((call) => call.settled !== 1 || call.wrong !== undefined);
  const runs = calls.map((call) => ledger.runs.get(call.name) ?? 0);
  const ticks = cast.map((reader) => audit(reader.ticks.numbers, ledger.ticks.get(reader.name) ?? 0));
  const talks = cast.map((reader) => audit(reader.messages.numbers, ledger.said.length));
  const streams = [...ticks, ...talks];
  const heard = cast.flatMap((reader) => [reader.ticks, reader.messages]);
  const events = sum(heard.map((stream) => stream.numbers.length));
  const misnamed = sum(heard.map((stream) => stream.misnamed));
  const failures = heard.map((stream) => stream.failure).filter((failure) => failure !== undefined);
  const ranOnce = runs.filter((count) => count === 1).length;
  const claims = [
    claim("the line was cut at every moment", cuts === rounds.flat().length, {
      good: `${cuts} cuts`,
      bad: `${cuts} of ${rounds.flat().length} cuts`,
    }),
    claim("every call settled once, with its own answer", wrong.length === 0, {
      good: `${calls.length} of ${calls.length}`,
      bad: describe(wrong[0]),
    }),
    claim("every handler ran exactly once", ranOnce === runs.length, {
      good: `${runs.length} calls, ${sum(runs)} runs`,
      bad: `${ranOnce} of ${runs.length} did`,
    }),
    claim("no tick is missing, doubled or out of order", ticks.every(isWhole), {
      good: cast.map(({ name, ticks: { numbers } }) => `${name} ${figure(numbers.length)}`).join(", "),
      bad: JSON.stringify(ticks),
    }),
    claim("everybody read the same chat", talks.every(isWhole), {
      good: `${cast.length} × ${ledger.said.length} messages`,
      bad: JSON.stringify(talks),
    }),
    claim("every event had its own id", misnamed === 0, { good: figure(events), bad: `${misnamed} had another's` }),
    claim("no stream failed", failures.length === 0, { good: `${heard.length} streams`, bad: failures[0] }),
    claim("no session and no stream began anew", ledger.sessions === cast.length && opened === streams.length, {
      good: `${ledger.sessions} sessions, ${opened} streams`,
      bad: `${ledger.sessions} sessions for ${cast.length} clients, ${opened} streams for ${streams.length}`,
    }),
    claim("the server had no failures", ledger.failures.length === 0, { good: "0", bad: String(ledger.failures[0]) }),
  ];
  return {
    claims,
    calls: calls.length,
    events,
    lost: wrong.length + sum(streams.map((stream) => stream.lost)),
    duplicated: sum(runs.map((count) => Math.max(0, count - 1))) + sum(streams.map((stream) => stream.duplicated)),
  };
}

/** An empty stream proves nothing. */
const isWhole = ({ last, lost, duplicated, late }: Audit) => last > 0 && lost + duplicated + late === 0;

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

const describe = (call: CallRecord | undefined) => call && `${call.name}: settled ${call.settled}×, ${call.wrong}`;

function claim(says: string, holds: boolean, found: { good: string; bad: string | undefined }): Claim {
  return { says, holds, found: holds ? found.good : (found.bad ?? "") };
}
