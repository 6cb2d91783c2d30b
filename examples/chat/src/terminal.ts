/** The chat in a terminal: `npm run terminal -w @trunkline/example-chat -- --name ada --room lobby`. */
import { randomUUID } from "node:crypto";
import { userInfo } from "node:os";
import { parseArgs } from "node:util";
import { type ConnectionStatus, createClient, safe } from "@trunkline/client";
import { chat } from "./contract.js";
import { printable } from "./printable.js";
import { errorSentence, statusPhrase } from "./sentence.js";
import { Screen } from "./terminal/screen.js";
import { Visit } from "./terminal/visit.js";

const HELP = "/rooms lists the rooms, /join ROOM goes to one, /quit leaves; everything else is said.";

const { values } = parseArgs({
  options: {
    name: { type: "string", default: userInfo().username },
    room: { type: "string", default: "lobby" },
    url: { type: "string", default: "ws://127.0.0.1:3000/rpc" },
  },
});
const { name, url } = values;

const client = createClient(chat, { url, auth: () => ({ name }) });
const screen = new Screen({ line: (text) => void obey(text.trim()), end: () => void quit() });
/** What was said and not answered yet: whoever quits waits for it. */
const sending = new Set<Promise<void>>();
let room = values.room;
let visit = new Visit({ client, screen, me: name, room });

const unhear = client.$connection.subscribe((status) => {
  screen.print(screen.styled(status.state === "ready" ? "green" : "yellow", `* ${statusPhrase(status, Date.now())}`));
  if (status.state === "stopped") leave(status);
});
screen.print(HELP);
await visit.begin();

async function obey(line: string): Promise<void> {
  const [command, argument] = line.split(/\s+/, 2);
  if (line === "") return;
  if (command === "/quit") screen.close();
  else if (command === "/rooms") await listRooms();
  else if (command === "/join" && argument !== undefined) await join(argument);
  else if (command?.startsWith("/")) screen.print(HELP);
  else await say(line);
}

async function say(text: string): Promise<void> {
  const sent = safe(client.rooms.send({ room, key: randomUUID(), text: printable(text) })).then((result) => {
    if (!result.ok) screen.print(screen.styled("red", `! ${errorSentence(result.error)}`));
  });
  sending.add(sent);
  await sent.finally(() => sending.delete(sent));
}

async function listRooms(): Promise<void> {
  const rooms = await safe(client.rooms.list());
  if (!rooms.ok) return screen.print(errorSentence(rooms.error));
  for (const { id, topic, capacity } of rooms.data) screen.print(`  ${id}: ${topic} (room for ${capacity})`);
}

async function join(other: string): Promise<void> {
  visit.leave();
  room = other;
  visit = new Visit({ client, screen, me: name, room });
  await visit.begin();
}

async function quit(): Promise<void> {
  await Promise.all(sending);
  visit.leave();
  unhear();
  client.$connection.close();
}

/** Nothing will come of this connection by itself. */
function leave({ code }: Extract<ConnectionStatus, { state: "stopped" }>): void {
  if (code === "UNAUTHENTICATED") screen.print("The server does not take this name. Choose another with --name.");
  process.exitCode = 1;
  screen.close();
}
