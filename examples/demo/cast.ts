/** Who talks: named clients behind the line, and all they were told. */
import { type Client, createClient, type EventStream } from "@trunkline/client";
import { chat } from "./contract.js";

/** A call that has not settled after so long is lost. */
const CALL_MS = 10_000;

export interface Member {
  readonly name: string;
  readonly client: Client<typeof chat>;
  readonly ticks: Heard;
  readonly messages: Heard;
}

/** The events of one stream: their numbers in the order of arrival. */
export interface Heard {
  readonly numbers: number[];
  /** Events whose id was another than their number. */
  misnamed: number;
  /** What it failed with; undefined while all is well. */
  failure: string | undefined;
}

/** A client of the room. It connects when something is asked of it. */
export function member(name: string, url: string): Member {
  const client = createClient(chat, {
    url,
    auth: () => ({ name }),
    timeoutMs: CALL_MS,
    // Each loss doubles the span from which the wait for the next attempt is drawn. Six cuts in as many seconds are
    // no outage of real life: here it is drawn from the first hundredths of the span.
    random: () => Math.random() * 0.02,
  });
  return { name, client, ticks: nothingHeard(), messages: nothingHeard() };
}

const nothingHeard = (): Heard => ({ numbers: [], misnamed: 0, failure: undefined });

/** Notes the events of a stream until it ends, well or not. */
export async function listen<Event>(
  stream: EventStream<Event>,
  heard: Heard,
  numberOf: (event: Event) => number,
): Promise<void> {
  try {
    for await (const event of stream) {
      const number = numberOf(event);
      heard.numbers.push(number);
      if (stream.lastEventId !== String(number)) heard.misnamed++;
    }
  } catch (error) {
    heard.failure = String(error);
  }
}
