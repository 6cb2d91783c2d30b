/** A Node client in a test, and what it has seen. */
import { type Client, createClient } from "@trunkline/client";
import { chat, type Message } from "../src/contract.js";

export interface Visitor extends AsyncDisposable {
  readonly client: Client<typeof chat>;
  /** Sends a text to a room. */
  say(room: string, text: string): Promise<Message>;
  /** Goes into a room; what is said there arrives in the list, a gap as its reason. */
  enter(room: string, lastEventId?: string): (Message | string)[];
}

export function visitor(url: string, name: string): Visitor {
  const client = createClient(chat, { url, auth: () => ({ name }) });
  return {
    client,
    say: (room, text) => client.rooms.send({ room, key: crypto.randomUUID(), text }),
    enter: (room, lastEventId) => {
      const heard: (Message | string)[] = [];
      client.rooms.messages({ room }, { lastEventId }).subscribe({
        onEvent: (message) => heard.push(message),
        onGap: ({ reason }) => heard.push(reason),
        onError: (error) => heard.push(error.code),
      });
      return heard;
    },
    [Symbol.asyncDispose]: async () => client.$connection.close(),
  };
}

export const texts = (heard: readonly (Message | string)[]): string[] =>
  heard.map((each) => (typeof each === "string" ? each : each.text));
