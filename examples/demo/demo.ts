/**
 * The demo: hello, a chat, the chat again on a line that is cut, the verdict, a server that is restarted, and one that
 * leaves in peace.
 */
import { once } from "node:events";
import { openFaultProxy } from "@trunkline/testing";
import { member } from "./cast.js";
import { converse } from "./conversation.js";
import { restartServer } from "./restart.js";
import { openRoom } from "./room.js";
import type { Round } from "./round.js";
import { runHello } from "./run-hello.js";
import { bringStorm } from "./storm.js";
import { claimRow, cutRow, figure, heading, row, summary } from "./terminal.js";
import { type Claim, judge } from "./verdict.js";

const LONGEST_RUN_MS = 30_000;

const startedAt = performance.now();
// Nothing waits for it: it speaks only where a call hangs, or where something holds the process when all is done.
setTimeout(() => {
  console.error(`failed: the demo has not ended after ${LONGEST_RUN_MS / 1000} s`);
  process.exit(1);
}, LONGEST_RUN_MS).unref();

heading("hello: three files, two processes");
await runHello((who, line) => row(who, "", line));

const room = await openRoom();
// It hands on what it carries in small pieces, one a millisecond, so a cut falls into the middle of messages.
const line = await openFaultProxy(room.server.port);
line.impair("both", { latencyMs: 1, sliceBytes: 512 });
const url = `ws://127.0.0.1:${line.port}`;
const [ada, bo, cleo] = [member("ada", url), member("bo", url), member("cleo", url)];
const cast = [ada, bo, cleo];

heading("a chat: three clients in one room");
await converse(ada, bo, cleo);

heading("the line is cut, again and again, with everything in flight");
let cutNumber = 0;
const storm = await bringStorm({ cast, room, line }, (round) => showRound(round));

heading("what the clients were told, held against what the server did");
const verdict = judge(storm, cast, room.ledger);
for (const claim of verdict.claims) claimRow(claim);

heading("the server is restarted, with calls in flight");
const restarted = await restartServer(room, { caller: ada, speaker: bo, reader: cleo });
for (const claim of restarted) claimRow(claim);

heading("the server drains");
const drained = await drain();
claimRow(drained);
for (const { client } of cast) client.$connection.close();
await line.close();

const holds = [...verdict.claims, ...restarted, drained].every((claim) => claim.holds);
const counts = `${figure(verdict.calls)} calls, ${figure(verdict.events)} events, ${storm.cuts} cuts`;
const seconds = ((performance.now() - startedAt) / 1000).toFixed(1);
summary(holds, `${counts}, lost ${verdict.lost}, duplicated ${verdict.duplicated} (${seconds} s)`);
if (!holds) process.exitCode = 1;

function showRound({ calls, cuts, settledAfterMs }: Round): void {
  for (const cut of cuts) {
    const lost = `${cut.callsInFlight} calls in flight, ${figure(cut.bytesLost)} bytes lost`;
    const settled = `; all ${calls.length} settled ${Math.round(settledAfterMs)} ms later`;
    cutRow(++cutNumber, cut.moment, cut === cuts.at(-1) ? lost + settled : lost);
  }
}

/** The room closes while a call is in flight. */
async function drain(): Promise<Claim> {
  const started = once(room.handlers, "started");
  const answer = ada.client.square({ number: 12, takesMs: 200 });
  await started;
  const { finished, cut } = await room.server.drain({ deadlineMs: 3_000, spreadMs: 100 });
  return {
    says: "a call that was in flight is answered",
    holds: (await answer) === 144 && cut === 0,
    found: `${finished} clients left by themselves, ${cut} were cut off`,
  };
}
