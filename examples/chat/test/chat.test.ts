/** The chat as its clients see it, over loopback sockets. */
import { safe } from "@trunkline/client";
import { describe, expect, it, vi } from "vitest";
import { type ChatServerOptions, startChat } from "../src/server/chat-server.js";
import { opening, scenes } from "../src/server/dialogue.js";
import { CuttableLine } from "./cuttable-line.js";
import { texts, visitor } from "./visitor.js";

const start = (options: Partial<ChatServerOptions> = {}) =>
  startChat({ port: 0, page: (_request, response) => response.end(), ...options });

describe("a room", () => {
  it("gives its history, and goes on from there, in order and by ids that can be resumed from", async () => {
    await using chat = await start();
    await using ada = visitor(chat.rpcUrl, "Ada");
    await using bob = visitor(chat.rpcUrl, "Bob");
    const first = await ada.say("lobby", "one");
    const { messages, cursor, more } = await bob.client.rooms.history({ room: "lobby" });
    expect([messages, cursor, more]).toEqual([[first], first.id, false]);
    const heard = bob.enter("lobby", cursor);
    const said = [await ada.say("lobby", "two"), await bob.say("lobby", "three"), await ada.say("lobby", "four 🚇")];
    await vi.waitFor(() => expect(heard).toEqual(said));
    expect(texts(ada.enter("lobby", said[1]!.id))).toEqual([]);
    await vi.waitFor(() => expect(texts(heard)).toHaveLength(3));
  });

  it("gives older messages page by page", async () => {
    await using chat = await start();
    await using ada = visitor(chat.rpcUrl, "Ada");
    // Two of these do not fit one answer.
    const long = "long ".repeat(40_000);
    for (const text of ["one", long, long]) await ada.say("workshop", text);
    const latest = await ada.client.rooms.history({ room: "workshop" });
    expect([texts(latest.messages), latest.more]).toEqual([[long], true]);
    const before = await ada.client.rooms.history({ room: "workshop", before: latest.messages[0]!.id });
    expect([texts(before.messages), before.more]).toEqual([["one", long], false]);
  });

  it("tells who is typing until they have sent", async () => {
    await using chat = await start();
    await using ada = visitor(chat.rpcUrl, "Ada");
    await using bob = visitor(chat.rpcUrl, "Bob");
    ada.enter("lobby");
    const typing: string[][] = [];
    bob.client.rooms.typing({ room: "lobby" }).subscribe({ onEvent: (names) => typing.push(names) });
    await ada.client.rooms.setTyping({ room: "lobby", typing: true });
    await vi.waitFor(() => expect(typing.at(-1)).toEqual(["Ada"]));
    await ada.say("lobby", "done");
    await vi.waitFor(() => expect(typing.at(-1)).toEqual([]));
  });

  it("takes one message for one key, however often it is sent", async () => {
    await using chat = await start();
    await using ada = visitor(chat.rpcUrl, "Ada");
    const draft = { room: "lobby", key: "k", text: "once" };
    const [one, two] = await Promise.all([ada.client.rooms.send(draft), ada.client.rooms.send(draft)]);
    expect(two).toEqual(one);
    expect((await ada.client.rooms.history({ room: "lobby" })).messages).toEqual([one]);
  });
});

describe("an error of the contract", () => {
  it("says how long to wait: TOO_FAST", async () => {
    await using chat = await start();
    await using ada = visitor(chat.rpcUrl, "Ada");
    const send = (key: string) => safe(ada.client.rooms.send({ room: "lobby", key, text: "!" }));
    const sent = await Promise.all(Array.from({ length: 9 }, (_, index) => send(String(index))));
    const failures = sent.flatMap((each) => (each.ok ? [] : [each.error]));
    expect(failures).toHaveLength(1);
    const [error] = failures;
    if (error?.code !== "TOO_FAST") throw new Error(`expected TOO_FAST, but came ${error?.code}`);
    expect(error.data.retryAfterMs).toBeGreaterThan(0);
    expect(error.data.retryAfterMs).toBeLessThanOrEqual(1_000);
  });

  it("says how many fit in: ROOM_FULL, for whoever enters and whoever speaks", async () => {
    await using chat = await start();
    await using ada = visitor(chat.rpcUrl, "Ada");
    await using bob = visitor(chat.rpcUrl, "Bob");
    await using eve = visitor(chat.rpcUrl, "Eve");
    ada.enter("booth");
    bob.enter("booth");
    await Promise.all([ada.say("booth", "a"), bob.say("booth", "b")]);
    const sent = await safe(eve.client.rooms.send({ room: "booth", key: "k", text: "c" }));
    if (sent.ok || sent.error.code !== "ROOM_FULL") throw new Error("expected ROOM_FULL");
    expect(sent.error.data.capacity).toBe(2);
    const heard = eve.enter("booth");
    await vi.waitFor(() => expect(heard).toEqual(["ROOM_FULL"]));
  });

  it("is UNAUTHENTICATED for a guest's name", async () => {
    await using chat = await start();
    await using impostor = visitor(chat.rpcUrl, "ida");
    const sent = await safe(impostor.client.rooms.send({ room: "lobby", key: "k", text: "I am Ida" }));
    expect(sent.ok ? "" : sent.error.code).toBe("UNAUTHENTICATED");
    expect(impostor.client.$connection.status.state).toBe("stopped");
  });
});

describe("when the line is cut", () => {
  it("a reader misses nothing and hears nothing twice", async () => {
    await using chat = await start();
    await using line = await CuttableLine.to(chat.port);
    await using ada = visitor(line.rpcUrl, "Ada");
    const heard = ada.enter("lobby", (await ada.client.rooms.history({ room: "lobby" })).cursor);
    const said: string[] = [];
    for (const name of ["Bob", "Cyd", "Dan"]) {
      await using speaker = visitor(chat.rpcUrl, name);
      for (let index = 0; index < 8; index++) {
        if (index === 3) await line.cut();
        const { text } = await speaker.say("lobby", `${name} ${index}`);
        said.push(text);
        if (index === 5) await line.mend();
      }
      ada.client.$connection.reconnect();
      await vi.waitFor(() => expect(texts(heard)).toEqual(said), { timeout: 3_000 });
    }
    expect(said).toHaveLength(24);
  });

  it("a message on its way arrives once", async () => {
    await using chat = await start();
    await using line = await CuttableLine.to(chat.port);
    await using ada = visitor(line.rpcUrl, "Ada");
    await ada.client.rooms.list();
    const sending = ada.say("lobby", "into the dark");
    await line.cut();
    await line.mend();
    const sent = await sending;
    expect((await ada.client.rooms.history({ room: "lobby" })).messages).toEqual([sent]);
  });

  it("a server that has started anew is a gap, and the room goes on", async () => {
    const before = await start();
    await using ada = visitor(before.rpcUrl, "Ada");
    const heard = ada.enter("lobby", (await ada.client.rooms.history({ room: "lobby" })).cursor);
    await ada.say("lobby", "before");
    await before.drain();
    await using after = await start({ port: before.port });
    expect(after.port).toBe(before.port);
    ada.client.$connection.reconnect();
    await ada.say("lobby", "after");
    await vi.waitFor(() => expect(texts(heard)).toEqual(["before", "the server has started anew", "after"]));
  });
});

describe("the guests", () => {
  it("open alone, and talk on when somebody has come", async () => {
    await using chat = await start({ guestTempo: 0.01 });
    await using ada = visitor(chat.rpcUrl, "Ada");
    const script = [...opening, ...scenes[0]!].map(({ text }) => text);
    const { messages, cursor } = await ada.client.rooms.history({ room: "lobby" });
    const heard = ada.enter("lobby", cursor);
    await vi.waitFor(() => expect([...messages.map(({ text }) => text), ...texts(heard)]).toEqual(script), 5_000);
  });
});
