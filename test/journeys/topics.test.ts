/** Topics over real sockets: cuts, restarts and readers who do not read. The code is that of docs/topics.md. */
import { createClient } from "@trunkline/client";
import { implement, MemoryBackplane, serve, topics } from "@trunkline/server";
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
    /** When everybody is there, the server forgets the client that came last. It knows its rooms still. */
    forgetLast: async () => {
      await until(() => server.server.connections.size === clients.length, "every client's return");
      [...server.server.connections].at(-1)?.close();
    },
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

it("a subscription misses nothing from when it was opened, though its session is lost before the first event", async () => {
  await using exchange = await open();
  const [ada, bob] = [exchange.connect(), exchange.connect()];
  await ada.history({ room });
  // One that the topic feeds, and one that is read like any other.
  const heard: string[][] = [[], []];
  for (const lines of heard) {
    bob.messages({ room }).subscribe({
      onEvent: ({ text }) => lines.push(text),
      onGap: ({ reason }) => lines.push(`(${reason})`),
    });
  }
  await bob.history({ room });
  for (let round = 1; round <= 2; round++) {
    await exchange.forgetLast();
    await ada.send({ room, author: "ada", text: String(round) });
  }
  await until(() => heard.every((lines) => lines.length >= 2), "two lines in each");
  expect(heard).toEqual([
    ["1", "2"],
    ["1", "2"],
  ]);
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

it("three readers who stand at different places are cut together: each goes on from its own, and has every event once", async () => {
  await using exchange = await open();
  const ada = exchange.connect();
  const say = (text: string) => ada.send({ room, author: "ada", text });
  const ids: string[] = [];
  for (let number = 1; number <= 30; number++) ids.push((await say(String(number))).id);
  const readers = [1, 10, 25].map((after) => {
    const events = exchange.connect().messages({ room }, { lastEventId: ids[after - 1]! });
    return { events, texts: [] as string[], from: after + 1 };
  });
  const read = async ({ events, texts }: (typeof readers)[number], last: number) => {
    while (texts.at(-1) !== String(last)) texts.push((await events.next()).value?.text ?? "the end");
  };
  // Each has taken some, and some of what it was sent is lost.
  await Promise.all(readers.map((reader) => read(reader, 30)));
  for (let number = 31; number <= 60; number++) {
    if (number % 7 === 0) exchange.relay.cut();
    await say(String(number));
  }
  await Promise.all(readers.map((reader) => read(reader, 60)));
  for (const { texts, from } of readers) {
    expect(texts).toEqual(Array.from({ length: 61 - from }, (_, index) => String(from + index)));
  }
});

it("a reader who does not read holds up nobody, though it is cut too, and reads on from where it was", async () => {
  await using exchange = await open();
  const [ada, bob, eve] = [exchange.connect(), exchange.connect(), exchange.connect()];
  const quick: string[] = [];
  bob.messages({ room }).subscribe({ onEvent: ({ text }) => quick.push(text) });
  const slow = eve.messages({ room });
  await Promise.all([ada, bob, eve].map((client) => client.history({ room })));
  const last = 200;
  const all = Array.from({ length: last }, (_, index) => String(index + 1));
  for (const text of all) {
    if (text === "150") exchange.relay.cut();
    await ada.send({ room, author: "ada", text });
  }
  await until(() => quick.length === last, "every event at the quick reader");
  const texts: string[] = [];
  for await (const { text } of slow) if (texts.push(text) === last) break;
  expect([quick, texts]).toEqual([all, all]);
});

it("readers who come and go leave nothing behind at the server", async () => {
  await using test = createTestClient(openChat(), { limits: { abandonedHandlers: 3 } });
  for (let visit = 0; visit < 5; visit++) {
    const messages = test.client.messages({ room });
    const first = messages.next();
    await test.client.send({ room, author: "ada", text: "hello" });
    await first;
    await messages.return();
  }
  await expect.poll(() => [test.server.abandoned, test.server.running]).toEqual([0, 0]);
});

it("a client's second stream of a topic has every event as well, and so has one that a handler wraps", async () => {
  const messages = topics(chat.messages);
  const typing = topics(chat.typing);
  const router = implement(chat).router({
    history: () => ({ messages: [], cursor: "" }),
    send: async ({ input: { room, ...message } }) => ({ id: await messages(room).publish(message) }),
    messages: async function* ({ input }) {
      yield* messages(input.room).subscribe();
    },
    typing: ({ input }) => typing(input.room).subscribe(),
    setTyping: async ({ input: { room, ...state } }) => void (await typing(room).publish(state)),
  });
  await using test = createTestClient(router);
  const { client } = test;
  const heard: string[] = [];
  for (const name of ["one", "two"]) {
    client.typing({ room }).subscribe({ onEvent: ({ person }) => heard.push(`${name} ${person}`) });
    client.messages({ room }).subscribe({ onEvent: ({ text }) => heard.push(`${name} ${text}`) });
  }
  await client.history({ room });
  await client.setTyping({ room, person: "ada", typing: true });
  await client.send({ room, author: "ada", text: "hello" });
  await until(() => heard.length === 4, "both events at both streams");
  expect(heard.sort()).toEqual(["one ada", "one hello", "two ada", "two hello"]);
});

it("a server that takes another's place, with the same backplane, goes on where its readers are", async () => {
  const backplane = new MemoryBackplane();
  const start = (port: number) => serve(openShared(backplane), { port });
  let server = await start(0);
  const { port } = server;
  const client = createClient(chat, { url: `ws://127.0.0.1:${port}/`, random: () => 0 });
  const texts: string[] = [];
  client.messages({ room }).subscribe({ onEvent: ({ text }) => texts.push(text), onGap: () => texts.push("gap") });
  await client.history({ room });
  const elsewhere = topics(chat.messages, { backplane, name: "messages" });
  for (let number = 1; number <= 9; number++) {
    if (number % 3 === 0) {
      await server.close();
      server = await start(port);
    }
    await elsewhere(room).publish({ author: "ada", text: String(number) });
    if (number === 1) await until(() => texts.length === 1, "the first text");
  }
  await until(() => texts.length === 9, "nine texts");
  client.$connection.close();
  await server.close();
  expect(texts).toEqual(["1", "2", "3", "4", "5", "6", "7", "8", "9"]);
});

function openShared(backplane: MemoryBackplane) {
  const messages = topics(chat.messages, { backplane, name: "messages" });
  return implement(chat).router({
    history: () => ({ messages: [], cursor: "" }),
    send: async ({ input: { room, ...message } }) => ({ id: await messages(room).publish(message) }),
    messages: ({ input, lastEventId }) => messages(input.room).subscribe({ after: lastEventId }),
    typing: async function* () {},
    setTyping: () => {},
  });
}
