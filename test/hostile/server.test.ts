import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { type Client, createClient, safe } from "@trunkline/client";
import { defaultLimits } from "@trunkline/core";
import { peerLimits } from "@trunkline/core/internal";
import { afterEach, describe, expect, test, vi } from "vitest";
import { type WebSocket, WebSocketServer } from "ws";
import { contract } from "./contract.js";

/** A server that means harm, and the Node client. An uncaught exception or rejection fails the run. */
type Script = (socket: WebSocket, say: (message: unknown) => void, heard: unknown[]) => void;

vi.setConfig({ testTimeout: 20_000 });

const opened: (() => void)[] = [];
afterEach(() => {
  for (const close of opened.splice(0)) close();
});

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function welcome(more: Readonly<Record<string, unknown>> = {}): unknown[] {
  const limits = peerLimits(defaultLimits);
  const times = { heartbeatMs: 25_000, resumeMs: 1_000, spreadMs: 1_000 };
  return ["welcome", { session: "s", resumed: false, received: 0, contract: "other", ...times, limits, ...more }];
}

/** Runs a script for each socket, and a client against it. `chance` draws every wait. */
async function against(script: Script, chance = 0.01) {
  const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
  await once(server, "listening");
  let attempts = 0;
  const codes: number[] = [];
  server.on("connection", (socket) => {
    attempts++;
    const heard: unknown[] = [];
    socket.on("message", (data) => heard.push(JSON.parse(String(data))));
    socket.on("close", (code) => codes.push(code));
    socket.on("error", () => {});
    script(socket, (message) => socket.send(typeof message === "string" ? message : JSON.stringify(message)), heard);
  });
  const client: Client<typeof contract> = createClient(contract, {
    url: `ws://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    random: () => chance,
    onError: () => {},
    onContractMismatch: () => {},
  });
  opened.push(() => {
    client.$connection.close();
    for (const socket of server.clients) socket.terminate();
    server.close();
  });
  return { client, codes, attempts: () => attempts };
}

/** Welcomes, and then says this when the first frame has come. */
const afterWelcome =
  (act: Script): Script =>
  (socket, say, heard) => {
    socket.once("message", () => {
      say(welcome());
      socket.once("message", () => act(socket, say, heard));
    });
  };

describe("a hostile server", () => {
  test("C4, S11: that answers what was not asked is ignored, and the call has its one answer", async () => {
    const { client, attempts } = await against(
      afterWelcome((_, say) => {
        say([
          [1, 0],
          [5, 1_000_000_001, 1],
          [8, 99],
          [7, 77, null, 1],
          [9, 77, "x"],
          [6, 5, { code: "X", message: "" }],
        ]);
        say([
          [6, 0],
          [5, 1, { text: "a" }],
          [5, 1, { text: "b" }],
          [5, 1, { text: "c" }],
        ]);
      }),
    );
    expect(await client.echo({ text: "?" })).toEqual({ text: "a" });
    expect(attempts()).toBe(1);
  });

  const nonsense: (string | Buffer)[] = [
    ...[
      "",
      "null",
      "{}",
      "[[1,0]",
      "[[1,99]]",
      "[[7,0]]",
      '[[1,0],[5,"__proto__",1]]',
      "[[1,0],[5,-1,1]]",
      "[[1,0],[99,1]]",
    ],
    ...[
      "[[1,0],[8,1]]",
      "[[1,0],[7,1,null,1]]",
      "[[1,0],[6,1,{}]]",
      '[[1,0],[5,1,{"__proto__":1}]]',
      "[".repeat(9_999),
    ],
    ...[JSON.stringify(welcome()), '["hello",{}]', '[[1,0],[1,1,"p",0,null]]', "[[1,0],[4,2,0]]"],
    ...['["invalidate"]', '["invalidate",{}]', '["invalidate",{"tags":"a"}]', '["invalidate",{"tags":[1]}]'],
    ...["[[1,0],[10,1,5]]", "[[1,0,[3]],[10,1,3]]"],
    Buffer.from("[[1,0]]"),
    Buffer.from("\0\0\0\x12[[1,0,[4]],[10,1,9]]abc", "latin1"),
    Buffer.from("\0\0\0\x12[[1,0,[3]],[10,2,9]]abc", "latin1"),
    "x".repeat(defaultLimits.messageBytes + 1),
  ];

  test("C5, C6: that says what is none ends that connection, and each call settles once", async () => {
    for (const text of nonsense) {
      const { client, codes } = await against(
        afterWelcome((socket) => socket.send(text)),
        0.9,
      );
      const outcome = await safe(client.soon(undefined, { timeoutMs: 5_000 }));
      expect(outcome, String(text).slice(0, 40)).toMatchObject({ ok: false, error: { outcome: "unknown" } });
      // The call hears of it before the server does.
      await vi.waitFor(() => expect([1009, 4400, 4413], String(text).slice(0, 40)).toContain(codes[0]));
      client.$connection.close();
    }
  });

  test("C7: that goes on with a stream nobody wants any more costs no memory and no errors", async () => {
    let asked = false;
    const { client } = await against(
      afterWelcome((_, say, heard) => {
        let seq = 1;
        const timer = setInterval(() => {
          say([[seq, 0], ...Array.from({ length: 1_000 }, () => [7, 1, null, "x".repeat(10)])]);
          seq += 1_000;
          asked = JSON.stringify(heard).includes("[3,1]");
        }, 1);
        opened.push(() => clearInterval(timer));
      }),
    );
    const stream = client.hot({ size: 1 });
    const reading = safe(stream.next());
    await pause(20);
    await stream.return();
    await reading;
    await pause(200);
    expect(asked || client.$connection.status.state !== "idle").toBe(true);
  });

  test("C5: that calls the client, subscribes and cancels is answered, and starts nothing", async () => {
    const answers: unknown[] = [];
    const { client } = await against((socket, say) => {
      socket.once("message", () => {
        say(welcome());
        socket.on("message", (data) => answers.push(...(JSON.parse(String(data)) as unknown[]).slice(1)));
        say([[1, 0], ...Array.from({ length: 500 }, (_, index) => [1, 2 * index + 2, "__proto__", 0, null])]);
      });
    });
    void safe(client.echo({ text: "?" }, { timeoutMs: 300 }));
    await pause(100);
    expect(answers.filter((frame) => (frame as unknown[])[0] === 6)).toHaveLength(500);
  });
});

describe("a server that does not keep its clients", () => {
  const afterHello =
    (act: Script): Script =>
    (socket, say, heard) =>
      socket.once("message", () => act(socket, say, heard));
  const scripts: Readonly<Record<string, Script>> = {
    "accepts and closes": (socket) => socket.close(),
    "accepts and resets": (socket) => socket.terminate(),
    "hears hello and closes with 4410": afterHello((socket) => socket.close(4410)),
    "welcomes and closes": afterHello((socket, say) => {
      say(welcome());
      socket.close(1012);
    }),
    "welcomes into a session that cannot be": afterHello((_, say) => say(welcome({ resumed: true, received: 7 }))),
    "welcomes and says goodbye": afterHello((_, say) => {
      say(welcome());
      say(["goodbye", { spreadMs: 0 }]);
    }),
  };

  test("N11: is not hammered, however it goes about it", async () => {
    const names = Object.keys(scripts);
    const runs = await Promise.all(names.map((name) => against(scripts[name]!)));
    for (const { client } of runs) void safe(client.echo({ text: "?" }, { timeoutMs: 900 }));
    await pause(700);
    for (const [index, { attempts }] of runs.entries()) {
      expect(attempts(), names[index]).toBeGreaterThan(1);
      // Waits are a hundredth of what they may be: 10 ms, 20 ms, … 640 ms; after a goodbye never above 40 ms.
      expect(attempts(), names[index]).toBeLessThan(names[index] === "welcomes and says goodbye" ? 25 : 12);
    }
  });
});
