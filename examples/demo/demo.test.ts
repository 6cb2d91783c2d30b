/** The demo as it is run, and proof that its checks can fail. */
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { member } from "./cast.js";
import type { Ledger } from "./room.js";
import { rounds } from "./round.js";
import { audit, judge } from "./verdict.js";

const cwd = fileURLToPath(new URL(".", import.meta.url));
const demo = ["--conditions=@trunkline/source", "--import=tsx", "demo.ts"];

test("the demo keeps every promise, says so in one line, and ends by itself", async () => {
  const { stdout, stderr } = await promisify(execFile)(process.execPath, demo, { cwd, timeout: 25_000 });
  expect(stderr).toBe("");
  for (const unwanted of ["\u001b", "✗"]) expect(stdout).not.toContain(unwanted);
  const cuts = rounds.flat().length;
  expect(stdout).toMatch(new RegExp(`^ok {2}[\\d,]+ calls, [\\d,]+ events, ${cuts} cuts, lost 0, duplicated 0 `, "m"));
}, 30_000);

test("sees a hole, a double, a missing end, and what comes late", () => {
  expect(audit([1, 2, 3], 3)).toMatchObject({ lost: 0, duplicated: 0, late: 0 });
  expect(audit([1, 3], 3)).toMatchObject({ lost: 1, duplicated: 0, late: 0 });
  expect(audit([1, 2, 2, 3], 3)).toMatchObject({ lost: 0, duplicated: 1, late: 1 });
  expect(audit([1, 2], 3)).toMatchObject({ lost: 1, duplicated: 0, late: 0 });
  expect(audit([2, 1, 3], 3)).toMatchObject({ lost: 0, duplicated: 0, late: 1 });
  expect(audit([], 0)).toMatchObject({ lost: 0, duplicated: 0, late: 0 });
});

test.each([
  ["every call settled once, with its own answer", { settled: 2 }],
  ["every call settled once, with its own answer", { settled: 0 }],
  ["every call settled once, with its own answer", { wrong: "answered 5" }],
  ["every handler ran exactly once", { runs: 2 }],
  ["every handler ran exactly once", { runs: 0 }],
  ["no tick is missing, doubled or out of order", { ticks: [1, 3] }],
  ["everybody read the same chat", { messages: [] }],
  ["every event had its own id", { misnamed: 1 }],
  ["no stream failed", { failure: "RpcError: events are missing" }],
  ["the line was cut at every moment", { cuts: rounds.flat().length - 1 }],
  ["no session and no stream began anew", { sessions: 2 }],
  ["no session and no stream began anew", { streams: 3 }],
  ["the server had no failures", { failures: [new Error("x")] }],
])("fails «%s» for %o", (says, flaw) => {
  expect(broken(verdictOf({}))).toEqual([]);
  expect(broken(verdictOf(flaw))).toEqual([says]);
});

test("counts what was lost and what came twice", () => {
  expect(verdictOf({})).toMatchObject({ calls: 1, events: 4, lost: 0, duplicated: 0 });
  expect(verdictOf({ settled: 0, ticks: [1, 3] })).toMatchObject({ lost: 2, duplicated: 0 });
  expect(verdictOf({ runs: 2, ticks: [1, 2, 2, 3] })).toMatchObject({ lost: 0, duplicated: 2 });
});

interface Flaw {
  settled?: number;
  wrong?: string;
  runs?: number;
  ticks?: number[];
  messages?: number[];
  misnamed?: number;
  failure?: string;
  cuts?: number;
  sessions?: number;
  streams?: number;
  failures?: unknown[];
}

/** The verdict on one call, three ticks and one message of one client, with a flaw. */
function verdictOf(flaw: Flaw) {
  const reader = member("ada", "ws://127.0.0.1:9");
  reader.ticks.numbers.push(...(flaw.ticks ?? [1, 2, 3]));
  reader.ticks.misnamed = flaw.misnamed ?? 0;
  reader.ticks.failure = flaw.failure;
  reader.messages.numbers.push(...(flaw.messages ?? [1]));
  const ledger: Ledger = {
    runs: new Map([["ada say hi", flaw.runs ?? 1]]),
    said: [{ number: 1, author: "ada", text: "hi" }],
    ticks: new Map([["ada", 3]]),
    streams: 2,
    sessions: flaw.sessions ?? 1,
    failures: flaw.failures ?? [],
  };
  const calls = [{ name: "ada say hi", settled: flaw.settled ?? 1, wrong: flaw.wrong }];
  const cuts = flaw.cuts ?? rounds.flat().length;
  return judge({ calls, cuts, streams: flaw.streams ?? 2 }, [reader], ledger);
}

const broken = ({ claims }: ReturnType<typeof judge>) => claims.filter(({ holds }) => !holds).map(({ says }) => says);
