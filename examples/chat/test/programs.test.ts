/** The two programs one starts by hand: the server and the terminal. */
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startChat } from "../src/server/chat-server.js";
import { Child } from "./child.js";
import { CuttableLine } from "./cuttable-line.js";
import { visitor } from "./visitor.js";

const page = (_request: unknown, response: { end(): void }) => response.end();

describe("the terminal", () => {
  it("shows what is said, who types and how the connection is, and says what is typed", {
    timeout: 20_000,
  }, async () => {
    await using chat = await startChat({ port: 0, page });
    await using line = await CuttableLine.to(chat.port);
    await using bob = visitor(chat.rpcUrl, "Bob");
    await bob.say("lobby", "said before");
    bob.enter("lobby");
    await using terminal = new Child("terminal.ts", ["--name", "ada", "--url", line.rpcUrl]);
    await terminal.printed("Connected");
    await terminal.printed("Bob: said before");
    await bob.client.rooms.setTyping({ room: "lobby", typing: true });
    await terminal.printed("Bob is typing…");
    terminal.type("hello from a terminal");
    await terminal.printed("ada: hello from a terminal");
    terminal.type("/rooms");
    await terminal.printed(/workshop: .* \(room for 50\)/);

    await line.cut();
    await terminal.printed(/Disconnected\. Next try in \d+ s/);
    await bob.say("lobby", "said in the dark");
    await line.mend();
    await terminal.printed("Bob: said in the dark");

    await bob.say("workshop", "over here");
    terminal.type("/join workshop");
    await terminal.printed("Bob: over here");
    terminal.type("last words");
    terminal.type("/quit");
    expect(await terminal.exit()).toBe(0);
    expect(terminal.output.match(/said in the dark/g)).toHaveLength(1);
    const { messages } = await bob.client.rooms.history({ room: "workshop" });
    expect(messages.map(({ author, text }) => `${author}: ${text}`)).toEqual(["Bob: over here", "ada: last words"]);
  });

  it("ends with a sentence when the server does not take its name", { timeout: 20_000 }, async () => {
    await using chat = await startChat({ port: 0, page });
    await using terminal = new Child("terminal.ts", ["--name", "Wendell", "--url", chat.rpcUrl]);
    expect(await terminal.exit()).toBe(1);
    expect(terminal.output).toContain("The server does not take this name");
  });
});

describe("the server", () => {
  it("takes a free port for one that is taken, and ends cleanly on Ctrl-C", { timeout: 20_000 }, async () => {
    const folder = await mkdtemp(join(tmpdir(), "trunkline-chat-"));
    try {
      await writeFile(join(folder, "index.html"), "<title>Chat</title>");
      await using other = await startChat({ port: 0, page });
      await using server = new Child("server.ts", [folder], { PORT: String(other.port) });
      await server.printed("(Ctrl-C ends it)");
      expect(server.output).toContain(`Port ${other.port} is taken`);
      const url = /http:\/\/[\d.]+:\d+/.exec(server.output)![0];
      expect(url).not.toBe(other.url);
      const response = await fetch(url);
      expect([response.status, await response.text()]).toEqual([200, "<title>Chat</title>"]);
      expect((await fetch(`${url}/../package.json`)).status).toBe(404);
      await using ada = visitor(`${url.replace("http", "ws")}/rpc`, "Ada");
      ada.enter("lobby");
      await ada.say("lobby", "still here");
      // Under npm it comes twice.
      server.kill("SIGINT");
      server.kill("SIGINT");
      expect(await server.exit()).toBe(0);
      expect(server.output.trim().split("\n")).toHaveLength(2);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
