/** Topics over real sockets: cuts, restarts and readers who do not read. The code is that of docs/topics.md. */
import { createClient } from "@trunkline/client";
import { serve } from "@trunkline/server";
import { createTestClient, openFaultProxy } from "@trunkline/testing";
import { expect, it } from "vitest";
import { showRoom } from "../guides/topics/client.js";
import { chat } from "../guides/topics/contract.js";
import { openChat } from "../guides/topics/server.js";
import { until } from "./exchange.js";

const room = "lobby";

/** A server, a relay before it that can be cut, and as many clients through the relay as are asked for. */
async function open() {
  const start = (port = 0) => serve(openChat(), { port });
  let server = await start();
  const relay = await openFaultProxy(server.port);
  const clients: Disposable[] = [];
  const connect = () => {
    const client = createClient(chat, { url: `ws://127.0.0.1:${relay.port}/`, random: () => 0 });
    clients.push({ [Symbol.dispose]: () => client.$connection.close() });
    return client;
  };
  return {
    relay,
    connect,
    /** The process ends, and another takes its place, which knows nothing of the rooms. The clients come back to it. */
    restart: async () => {
      const { port } = server;
      await server.close();
      server = await start(port);
      await until(() => server.server.connections.size === clients.length, "every client's return");
    },
    [Symbol.asyncDispose]: async () => {
      for (const client of clients) client[Symbol.dispose]();
      await relay.close();
      await server.close();
    },
  };
}

it("a room is shown whole and once, though the line is cut between its messages", async () => {
  await using exchange = await open();
  const [ada, bob] = [exchange.connect(), exchange.connect()];
  const say = (text: string) => ada.send({ room, author: "ada", text });
  await say("1");
  await say("2");
  const lines: string[] = [];
  await showRoom(bob, room, (line) => lines.push(line));
  for (let number = 3; number <= 20; number++) {
    if (number % 5 === 0) exchange.relay.cut();
    await say(String(number));
  }
  await until(() => lines.length >= 20, "twenty lines");
  expect(lines).toEqual(Array.from({ length: 20 }, (_, index) => `ada: ${index + 1}`));
});

it("a restart is a gap among the messages, and then what the new process has", async () => {
  await using exchange = await open();
  const [ada, bob] = [exchange.connect(), exchange.connect()];
  const lines: string[] = [];
  await showRoom(bob, room, (line) => lines.push(line));
  await ada.send({ room, author: "ada", text: "before" });
  await until(() => lines.length === 1);
  await exchange.restart();
  await ada.send({ room, author: "ada", text: "after" });
  await until(() => lines.length === 3, "the line after the restart");
  expect(lines).toEqual(["ada: before", "(the topic's log has begun anew)", "ada: after"]);
});

it("a restart is no gap in a state, and nobody who reads it has to ask for gaps", async () => {
  await using exchange = await open();
  const [ada, bob] = [exchange.connect(), exchange.connect()];
  const states: string[] = [];
  let failure: unknown;
  bob.typing({ room }).subscribe({
    onEvent: ({ person, typing }) => states.push(`${person} ${typing}`),
    onError: (error) => (failure = error),
  });
  await ada.setTyping({ room, person: "ada", typing: true });
  await until(() => states.length === 1);
  await exchange.restart();
  await ada.setTyping({ room, person: "ada", typing: false });
  await until(() => states.length === 2);
  expect([states, failure]).toEqual([["ada true", "ada false"], undefined]);
});

it("whoever does not read a state gets the latest of it, and its beginning even before there was any event", async () => {
  await using test = createTestClient(openChat(), { limits: { creditEvents: 1, creditMaxEvents: 1 } });
  const { client } = test;
  const slow = client.typing({ room });
  for (let turn = 0; turn <= 100; turn++) {
    for (const person of ["ada", "bob"]) await client.setTyping({ room, person, typing: turn % 2 === 1 });
  }
  await client.setTyping({ room, person: "ada", typing: true });
  const got: string[] = [];
  for await (const { person, typing } of slow) {
    got.push(`${person} ${typing}`);
    if (got.at(-1) === "ada true" && got.length > 2) break;
  }
  expect(got.length).toBeLessThan(10);
  expect(got.slice(-2)).toEqual(["bob false", "ada true"]);
});

it("a thousand readers over sockets, one of whom does not read: the others have every event, and so has that one", async () => {
  await using exchange = await open();
  const clients = Array.from({ length: 5 }, () => exchange.connect());
  const counts = Array.from({ length: 999 }, () => 0);
  for (const index of counts.keys()) {
    clients[index % 5]!.messages({ room }).subscribe({ onEvent: () => counts[index]!++ });
  }
  const slow = clients[0]!.messages({ room });
  // The subscriptions are there when this is answered: the frames of one client are in order.
  await Promise.all(clients.map((client) => client.history({ room })));
  const last = 70;
  // More than the credit of a reader who takes nothing.
  for (let number = 1; number <= last; number++) {
    await clients[1]!.send({ room, author: "ada", text: String(number) });
  }
  await until(() => counts.every((count) => count === last), "every event at every reader");
  const texts: string[] = [];
  for await (const { text } of slow) if (texts.push(text) === last) break;
  expect(texts).toEqual(Array.from({ length: last }, (_, index) => String(index + 1)));
}, 20_000);
