/** The laws of import hold for every file, and each law can fail: a planted violation shows it. */
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as laws from "./architecture/laws.js";
import { parseSource, readDoors, readSources } from "./architecture/source.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const doors = readDoors(root);
const house: laws.House = { sources: readSources(root), doors };

/** What a law says about a house of these files alone. */
const judged = (law: laws.Law, files: Record<string, string>): string[] =>
  law({ sources: Object.entries(files).map(([path, text]) => parseSource(path, text)), doors });

const core = "packages/core/src";

describe("the laws of import", () => {
  const titled = Object.entries(laws).map(([name, law]) => [name.replace(/[A-Z]/g, " $&").toLowerCase(), law] as const);

  it.each(titled)("%s", (_, law) => expect(law(house)).toEqual([]));
});

describe("a planted violation is found:", () => {
  it.each([
    ["protocol/parse.ts", 'import { RpcError } from "../error/rpc-error.js";', "words depend on nothing"],
    ["error/codes.ts", 'export * from "../machine/session.js";', "made of words alone"],
    ["machine/session.ts", 'import type { Contract } from "../contract/contract.js";', "cannot be simulated"],
    ["machine/calls.ts", 'type T = import("../transport.js").Transport;', "cannot be simulated"],
    ["runtime/peer.ts", 'import { network } from "../simulation/network.js";', "hands serve both ends"],
    ["runtime/channel.ts", 'import { RpcError } from "@trunkline/core";', "hands serve both ends"],
    ["runtime/incoming.ts", 'import { implement } from "../answer/define/implement.js";', "hands serve both ends"],
    ["answer/answer.ts", 'import { VirtualClock } from "../simulation/virtual-clock.js";', "either end may answer"],
    ["call/dispatch.ts", 'import type { Route } from "../answer/define/route.js";', "either end may call"],
    ["contract/contract.ts", 'import { RpcError } from "../error/rpc-error.js";', "may name the types of errors"],
    ["contract/infer.ts", 'import type { Message } from "../protocol/message.js";', "may name the types of errors"],
    ["clock.ts", 'import "./error/codes.js";', "clock.ts is a leaf"],
    ["transport.ts", 'import type { M } from "./protocol/message.js";', "transport.ts is a leaf"],
    ["option-names.ts", 'import "./clock.js";', "option-names.ts is a leaf"],
    ["compose.ts", 'const late = import("./runtime/peer.js");', "compose.ts is a leaf"],
    ["helpers/array.ts", "export {};", "in no ring"],
  ])("rings in core/src/%s", (path, text, why) => {
    expect(judged(laws.ringsPointInward, { [`${core}/${path}`]: text })).toEqual([expect.stringContaining(why)]);
  });

  it("a cycle, even one of types", () => {
    const files = {
      "packages/server/src/a.ts": 'import type { B } from "./b.js";',
      "packages/server/src/b.ts": 'export { C } from "./c/c.js";',
      "packages/server/src/c/c.ts": 'import { type A } from "../a.js";',
    };
    expect(judged(laws.importsHaveNoCycles, files)).toEqual([expect.stringContaining("one file in two places")]);
  });

  it.each([
    ["async", "export const f = async () => 1;"],
    ["await", "for await (const x of y) x;"],
    ["Promise", "let p: Promise<void>;"],
    ["setTimeout", "clock.setTimeout(f);"],
    ["setInterval", "setInterval(f);"],
    ["queueMicrotask", "queueMicrotask(f);"],
    ["Date", "const now = { at: [Date.now()] };"],
    ["performance", "performance.now();"],
    ["Math.random", "Math.random();"],
    ["crypto", "globalThis.crypto.randomUUID();"],
    ["process", "process.env;"],
    ["console", "console.log(1);"],
  ])("a machine that says %s", (word, text) => {
    for (const path of [
      `${core}/machine/session.ts`,
      "packages/client/src/dialer.ts",
      "packages/client/src/backoff.ts",
    ]) {
      expect(judged(laws.machinesArePure, { [path]: text })).toEqual([
        expect.stringContaining(`${path} says ${word}:`),
      ]);
    }
  });

  it.each([
    "setTimeout(f, 1);",
    "globalThis.setInterval(f, 1);",
    'import { setImmediate } from "node:timers";',
    "fetch(url, { signal: AbortSignal.timeout(1) });",
  ])("a timer outside the clock: %s", (text) => {
    const found = judged(laws.onlyTheClockStartsTimers, { "packages/server/src/sessions.ts": text });
    expect(found).toEqual([expect.stringContaining("only clock.ts starts timers")]);
  });

  it.each([
    ["server", "@trunkline/client"],
    ["client", "@trunkline/server"],
    ["core", "@trunkline/client"],
  ])("%s that imports %s", (name, other) => {
    const found = judged(laws.packagesPointInward, { [`packages/${name}/src/a.test.ts`]: `import "${other}";` });
    expect(found).toEqual([expect.stringContaining("what two packages share lives in core")]);
  });

  it.each([
    ["ws", "server", "client"],
    ["isomorphic-ws", "client", "server"],
  ])("%s in a second file of %s, or in %s", (library, home, other) => {
    const text = `import type { WebSocket } from "${library}";`;
    const twice = { [`packages/${home}/src/a.ts`]: text, [`packages/${home}/src/b.ts`]: text };
    expect(judged(laws.librariesHaveOneHome, twice)).toEqual([expect.stringContaining(`one file of ${home}`)]);
    const abroad = { [`packages/${other}/src/a.ts`]: text };
    expect(judged(laws.librariesHaveOneHome, abroad)).toEqual([expect.stringContaining(`one file of ${home}`)]);
  });

  it.each(["core", "client", "server"])("zod in %s", (name) => {
    const found = judged(laws.librariesHaveOneHome, { [`packages/${name}/src/a.ts`]: 'import { z } from "zod/v4";' });
    expect(found).toEqual([expect.stringContaining("Standard Schema is all we speak")]);
  });

  it.each([
    ["packages/server/src/a.ts", "@trunkline/core/src/clock.js"],
    ["packages/server/src/a.ts", "../../core/src/clock.js"],
    ["test/journey.test.ts", "../packages/core/src/clock.js"],
    ["examples/hello/server.ts", "@trunkline/server/dist/index.js"],
  ])("%s reaching for %s", (path, specifier) => {
    const found = judged(laws.packagesAreEnteredByTheirDoors, { [path]: `import "${specifier}";` });
    expect(found).toEqual([expect.stringContaining("may change without notice")]);
  });
});

describe("what the laws allow:", () => {
  it("words in comments and strings, tests that wait, and a member that is called like a timer", () => {
    const files = {
      [`${core}/machine/session.ts`]: '// await a Promise\nexport const text = "Date";',
      [`${core}/machine/session.test.ts`]: 'import { it } from "vitest"; await 1; setTimeout(f); Date.now();',
      [`${core}/clock.ts`]: "setTimeout(f, 1);",
      [`${core}/contract/contract.ts`]: 'import type { Code } from "../error/codes.js";',
      "packages/server/src/adapters/ws/listen.ts": 'import { WebSocketServer } from "ws"; socket.setTimeout(0);',
      "packages/client/src/websocket.ts": 'import WebSocket from "isomorphic-ws"; import "@trunkline/core/internal";',
    };
    expect(Object.values(laws).flatMap((law) => judged(law, files))).toEqual([]);
  });
});
