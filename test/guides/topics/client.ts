import type { Client } from "@trunkline/client";
import type { chat } from "./contract.js";

/** Shows a room: what was said, then what is said. No message falls between the two, and none comes twice. */
export async function showRoom(client: Client<typeof chat>, room: string, show: (line: string) => void) {
  const { messages, cursor } = await client.history({ room });
  for (const { author, text } of messages) show(`${author}: ${text}`);
  return client.messages({ room }, { lastEventId: cursor }).subscribe({
    onEvent: ({ author, text }) => show(`${author}: ${text}`),
    onGap: ({ reason }) => show(`(${reason})`),
  });
}
