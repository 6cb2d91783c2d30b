/**
 * `npm run bench:chaos`: the same calls and events through the same forced disconnects, over each framework that has means
 * for connections that are lost. One process for each, which is ended where it does not end by itself. `--write` renews
 * docs/reliability.md.
 */
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { contenderNames, loadContender } from "./chaos/contenders.js";
import { runStorm, type StormFigures } from "./chaos/storm.js";
import { environmentFor, sentenceOf } from "./report/environment.js";
import { progress } from "./report/rounds.js";
import { keep, quote } from "./report/store.js";
import { asMarkdown, asText } from "./report/table.js";

/** The sum of all that one of them may wait for is less. */
const PATIENCE_MS = 20_000;

const { values } = parseArgs({
  options: {
    events: { type: "string", default: "20000" },
    calls: { type: "string", default: "2000" },
    cuts: { type: "string", default: "200" },
    clients: { type: "string", default: "8" },
    seed: { type: "string", default: "1" },
    peers: { type: "string", default: contenderNames.join(",") },
    write: { type: "boolean", default: false },
    /** For the process of one. */
    only: { type: "string" },
  },
});
const options = {
  events: Number(values.events),
  calls: Number(values.calls),
  cuts: Number(values.cuts),
  clients: Number(values.clients),
  seed: Number(values.seed),
};
const count = (figure: keyof StormFigures) => (figures: StormFigures) => String(figures[figure]);
const columns: Readonly<Record<string, (figures: StormFigures) => string>> = {
  cuts: count("cuts"),
  "calls answered": count("answered"),
  failed: count("failed"),
  "of these, ran": count("failedButRan"),
  "never settled": count("unsettled"),
  "executed twice": count("ranAgain"),
  "events delivered": count("delivered"),
  lost: count("lost"),
  duplicated: count("repeated"),
  "out of order": count("disordered"),
  time: ({ seconds }) => `${seconds.toFixed(1)} s`,
};

if (values.only === undefined) await table(values.peers.split(","));
else await one(values.only);

async function table(names: readonly string[]): Promise<void> {
  const contenders = await Promise.all(names.map(loadContender));
  const found: Record<string, StormFigures> = {};
  const rows = contenders.map(({ name }) => {
    progress(name);
    const figures = figuresOf(name);
    if (figures) found[name] = figures;
    return [name, ...Object.values(columns).map((cell) => (figures ? cell(figures) : "failed"))];
  });
  progress("");
  const all = [["", ...Object.keys(columns)], ...rows];
  const means = contenders.map(({ name, recovery }) => `- ${name}: ${recovery}.`).join("\n");
  const environment = environmentFor(contenders.flatMap(({ packages }) => packages));
  const { calls, events, clients, cuts, seed } = options;
  const about = `${calls} calls and ${events} events of ${clients} clients, ${cuts} cuts, seed ${seed}. ${sentenceOf(environment)}`;
  console.log(`${asText(all)}\n\n${means}\n\n${about}`);
  keep("chaos", { environment, options, found }, { quoted: values.write });
  if (values.write) quote("storm", `${asMarkdown(all)}\n\n${means}\n\n${about}`, "reliability");
  if (Object.keys(found).length < names.length) process.exitCode = 1;
}

/** Undefined: it ended without figures, or had to be ended, and why was printed. */
function figuresOf(name: string): StormFigures | undefined {
  const program = [fileURLToPath(import.meta.url), ...process.argv.slice(2), "--only", name];
  const { stdout, stderr, status } = spawnSync(process.execPath, program, {
    encoding: "utf8",
    timeout: PATIENCE_MS,
    killSignal: "SIGKILL",
  });
  if (status === 0) return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as StormFigures;
  console.error(`${name}: ${stderr.trim().split("\n").slice(-5).join("\n") || "did not end"}`);
  return undefined;
}

async function one(name: string): Promise<void> {
  const contender = await loadContender(name);
  // A framework may let an error of a lost socket escape: it is counted by what became of the calls.
  process.on("unhandledRejection", () => {});
  const figures = await runStorm(contender, options);
  process.stdout.write(`${JSON.stringify(figures)}\n`, () => process.exit());
}
