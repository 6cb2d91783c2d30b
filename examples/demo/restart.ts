/** A server that goes without a word, and another in its place: sessions are lost, and everybody is told the truth. */
import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { safe } from "@trunkline/client";
import { listen, type Member } from "./cast.js";
import type { Room } from "./room.js";
import { row } from "./terminal.js";
import { audit, type Claim } from "./verdict.js";

const TAKES_MS = 150;
const CATCH_UP_MS = 3_000;
const LOOK_MS = 5;

export interface Roles {
  /** Asks a query that is in flight when the server goes. */
  readonly caller: Member;
  /** Says something that is in flight then, and something after. */
  readonly speaker: Member;
  readonly reader: Member;
}

export async function restartServer(room: Room, { caller, speaker, reader }: Roles): Promise<Claim[]> {
  const { ledger, handlers } = room;
  const messages = reader.client.messages();
  const heard = { numbers: [] as number[], misnamed: 0, failure: undefined as string | undefined };
  const listening = listen(messages, heard, ({ number }) => number);
  const caughtUp = async () => {
    const waitUntil = performance.now() + CATCH_UP_MS;
    while (heard.numbers.length < ledger.said.length && performance.now() < waitUntil) await pause(LOOK_MS);
  };
  await caughtUp();
  const lastId = messages.lastEventId;

  const square = caller.client.square({ number: 7, takesMs: TAKES_MS });
  await once(handlers, "started");
  const said = safe(speaker.client.say({ text: "Can you hear me?", takesMs: TAKES_MS }));
  await once(handlers, "started");
  await room.restart();

  const squared = await square;
  row(caller.name, "query", "square(7)", `${squared}: asked again`);
  const outcome = await said;
  const told = outcome.ok ? "answered" : `${outcome.error.code}, ${outcome.error.outcome}`;
  row(speaker.name, "mutation", 'say("Can you hear me?")', told);
  const again = await speaker.client.say({ text: "And now?" });
  row(speaker.name, "mutation", 'say("And now?")', `message ${again.number}`);
  await caughtUp();
  row(reader.name, "subscription", `${heard.numbers.length} messages`, `went on after event id ${lastId}`);
  await messages.return();
  await listening;

  const runs = ledger.runs.get(`${speaker.name} say Can you hear me?`) ?? 0;
  const { lost, duplicated, late } = audit(heard.numbers, ledger.said.length);
  return [
    { says: "the query in flight was answered", holds: squared === 49, found: `${squared}` },
    {
      says: "the mutation in flight was told: unknown",
      holds: !outcome.ok && outcome.error.outcome === "unknown" && runs === 1,
      found: `${told}; its handler started ${runs}×`,
    },
    {
      says: "no message is missing, doubled or out of order",
      holds: lost + duplicated + late === 0 && heard.failure === undefined,
      found: heard.failure ?? `${heard.numbers.length} of ${ledger.said.length}`,
    },
  ];
}
