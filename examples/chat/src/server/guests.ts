/** The two guests: clients like any other, that live in the server's process and speak from a script. */
import { setTimeout as pause } from "node:timers/promises";
import { type Client, createClient } from "@trunkline/client";
import { chat } from "../contract.js";
import { type GuestName, guestNames, type Line, opening, scenes } from "./dialogue.js";
import type { ReservedNames } from "./user.js";

export interface GuestOptions {
  readonly url: string;
  readonly keys: ReservedNames;
  /** Sends the guests home. */
  readonly signal: AbortSignal;
  /** Multiplies every pause. Default 1. */
  readonly tempo?: number | undefined;
}

const ROOM = "lobby";
const BREATH_MS = 1_800;
const TYPING_MS_PER_LETTER = 38;
const BETWEEN_SCENES_MS = 25_000;

type ChatClient = Client<typeof chat>;

/** Plays the script, once. Resolves when the guests have gone home; rejects for what went wrong before that. */
export async function playGuests(options: GuestOptions): Promise<void> {
  const { signal, tempo = 1 } = options;
  const clients = new Map(guestNames.map((name) => [name, sitDown(name, options)]));
  const wait = (ms: number) => pause(ms * tempo, undefined, { signal });
  const say = async ({ by, text }: Line) => {
    const client = clients.get(by)!;
    await wait(BREATH_MS);
    await client.rooms.setTyping({ room: ROOM, typing: true });
    await wait(text.length * TYPING_MS_PER_LETTER);
    await client.rooms.send({ room: ROOM, key: crypto.randomUUID(), text });
  };
  try {
    for (const line of opening) await say(line);
    for (const scene of scenes) {
      await company(clients.get("Ida")!, signal);
      for (const line of scene) await say(line);
      await wait(BETWEEN_SCENES_MS);
    }
    await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    for (const client of clients.values()) client.$connection.close();
  }
}

/** A guest's client, in the room. */
function sitDown(name: GuestName, { url, keys }: GuestOptions): ChatClient {
  const client = createClient(chat, { url, auth: () => ({ name, key: keys.get(name) }) });
  // Being there is all they want of it: they know what the other will say.
  client.rooms.messages({ room: ROOM }).subscribe({ onEvent: () => {}, onGap: () => {} });
  return client;
}

/** Resolves when somebody who is no guest is in the room. */
async function company(client: ChatClient, signal: AbortSignal): Promise<void> {
  const guests = new Set<string>(guestNames);
  for await (const people of client.people(undefined, { signal })) {
    if (people.some(({ name, rooms }) => rooms.includes(ROOM) && !guests.has(name))) return;
  }
}
