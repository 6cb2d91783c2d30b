/**
 * `npm run bench:chaos -- --events 20000 --calls 2000 --cuts 200`: the same calls and events through the same forced
 * disconnects, over each framework that comes back by itself. One process for each; the figures as a table, and as Markdown.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { contenderNames, loadContender } from "./chaos/contenders.js";
import { runStorm } from "./chaos/storm.js";
import { asMarkdown, asText } from "./report/table.js";

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "20000" },
    calls: { type: "string", default: "2000" },
    cuts: { type: "string", default: "200" },
    clients: { type: "string", default: "8" },
    peers: { type: "string", default: contenderNames.join(",") },
    /** For the process of one. */
    only: { type: "string" },
  },
});
const options = {
  events: Number(values.events),
  calls: Number(values.calls),
  cuts: Number(values.cuts),
  clients: Number(values.clients),
};

if (values.only === undefined) table();
else await one(values.only);

function table(): void {
  const rows = [
    [
      "",
      "comes back by",
      "cuts",
      "events lost",
      "twice",
      "calls run twice",
      "failed, unclear",
      "failed, told",
      "unsettled",
    ],
  ];
  for (const name of values.peers.split(",")) {
    const program = [fileURLToPath(import.meta.url), ...process.argv.slice(2), "--only", name];
    const { stdout, stderr, status } = spawnSync(process.execPath, program, { encoding: "utf8" });
    const line = stdout.trim().split("\n").at(-1) ?? "";
    if (status === 0) rows.push(JSON.parse(line) as string[]);
    else console.error(`${name}: ${stderr.trim().split("\n").slice(-5).join("\n")}`);
  }
  console.log(`${asText(rows)}\n\n${asMarkdown(rows)}`);
}

async function one(name: string): Promise<void> {
  const contender = await loadContender(name);
  // A framework may let an error of a lost socket escape: it is counted by what became of the calls.
  process.on("unhandledRejection", () => {});
  const figures = await runStorm(contender, options);
  const { cuts, lostEvents, repeatedEvents, repeatedCalls, unclearCalls, failedCalls, unsettled } = figures;
  const counts = [cuts, lostEvents, repeatedEvents, repeatedCalls, unclearCalls, failedCalls, unsettled];
  console.log(JSON.stringify([contender.name, contender.recovery, ...counts.map(String)]));
  process.exit();
}
