/** A few lines of chat on a line that holds: a query, mutations, a typed error, a subscription. */
import { safe } from "@trunkline/client";
import type { Member } from "./cast.js";
import { row } from "./terminal.js";

export async function converse(ada: Member, bo: Member, cleo: Member): Promise<void> {
  const history = await ada.client.history();
  row("ada", "query", "history()", `${history.length} messages`);
  await speak(ada, "Good morning!");
  await speak(bo, "Morning, Ada.");
  await speak(bo, "I have so much to tell you that it will not fit here.");
  const messages = cleo.client.messages();
  for await (const { author, text, number } of messages) {
    row("cleo", "subscription", `${author}: ${text}`, `event id ${messages.lastEventId}`);
    if (number === 2) break;
  }
}

/** A failure is a value, and its code tells the compiler what comes with it. */
async function speak({ name, client }: Member, text: string): Promise<void> {
  const said = await safe(client.say({ text }));
  if (said.ok) row(name, "mutation", `say("${text}")`, `message ${said.data.number}`);
  else if (said.error.code === "TOO_LONG") {
    row(name, "typed error", `say("${text.slice(0, 18)} …")`, `TOO_LONG, the limit is ${said.error.data.limit}`);
  } else throw said.error;
}
