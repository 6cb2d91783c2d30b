/**
 * Pages that clients cache and anybody changes. All servers share them; who changes one tells its own clients at once, and
 * the other servers tell theirs when they hear of it. What a client is given is held against what it could know (I16).
 */
import { mutation, query } from "@trunkline/core";
import type { Random } from "@trunkline/core/simulation";
import { z } from "zod";
import type { ClientProgram } from "../client-program.js";
import { askOptions, padding, workMs } from "../manner.js";
import { AskRecord } from "../records/ask-record.js";
import { KnownPages, type Least } from "../records/known-pages.js";
import type { ServerProgram } from "../server-program.js";
import type { Stage } from "../stage.js";
import type { Ears } from "../wire-watch.js";
import type { Workload } from "../workload.js";

const MAX_AGE_MS = 3_000;

const input = z.object({ page: z.string() });
const reading = z.object({
  page: z.string(),
  version: z.number(),
  reading: z.number(),
  at: z.number(),
  pad: z.string(),
});
const tagOf = (page: string) => `page ${page}`;

export const procedures = {
  read: query({ input, output: reading, cache: { maxAgeMs: MAX_AGE_MS, tags: ({ page }) => [tagOf(page)] } }),
  change: mutation({
    input: input.extend({ call: z.number() }),
    output: z.object({ call: z.number(), token: z.number() }),
  }),
};

type Page = z.infer<typeof reading>;

/** How somebody asked for a page, when, and after how many readings. */
interface Question {
  readonly least: Least;
  readonly at: number;
  readonly readings: number;
  readonly fresh: boolean;
  readonly dedupe: boolean;
}

const pages = ["a", "b", "c"];

export function workload(stage: Stage): Workload<typeof procedures> & { readonly ears: Ears } {
  const { clock, ledger } = stage;
  const changes: AskRecord[] = [];
  const open = new Map<symbol, ClientProgram>();
  const servers = new Set<ServerProgram>();
  const known = new Map<string, KnownPages>();
  const versions = new Map<string, number>();
  const chance = stage.fork();
  let readings = 0;

  const knownTo = (client: string) => {
    const pagesOf = known.get(client) ?? new KnownPages();
    known.set(client, pagesOf);
    return pagesOf;
  };

  /** Changes first, then says so. Now and then it says more than it must. */
  const change = (server: ServerProgram, page: string): number => {
    const version = (versions.get(page) ?? 0) + 1;
    versions.set(page, version);
    const tags = chance.chance(0.1) ? undefined : [tagOf(page), "of no page"];
    server.server.invalidate(tags);
    for (const other of servers) {
      if (!other.process.alive) servers.delete(other);
      else if (other !== server) {
        clock.after(chance.int(500), () => other.process.run(() => other.server.invalidate(tags)));
      }
    }
    return version;
  };

  const judge = (client: ClientProgram, page: Page, asked: Question) => {
    const { least, at, fresh } = asked;
    const name = () => `${client.name} is given version ${page.version} of page ${page.page}, reading ${page.reading},`;
    ledger.check(
      page.reading > least.reading,
      "I16",
      () => `${name()} after all up to ${least.reading} were taken back`,
    );
    ledger.check(page.version >= least.version, "I16", () => `${name()} and has made version ${least.version} itself`);
    // What is shared with an earlier question may be as old as that.
    const young = page.at >= at - MAX_AGE_MS || asked.dedupe;
    ledger.check(young, "I16", () => `${name()} of ${page.at}`);
    ledger.check(!fresh || page.reading > asked.readings, "I16", () => `${name()} and wanted a fresh one`);
    if (page.reading <= asked.readings) ledger.figures.cached++;
  };

  const readPage = (
    client: ClientProgram,
    { read }: Parameters<Workload<typeof procedures>["act"]>[1],
    random: Random,
  ) => {
    const page = random.pick(pages);
    const fresh = random.chance(0.1);
    const dedupe = random.chance(0.8);
    const asked = { least: knownTo(client.name).least(page), at: clock.now(), readings, fresh, dedupe };
    const settled = Symbol(page);
    open.set(settled, client);
    ledger.figures.calls++;
    read({ page }, { ...askOptions(stage, client.process, random), fresh, dedupe })
      .then(
        (given) => judge(client, given, asked),
        () => {},
      )
      .finally(() => open.delete(settled));
  };

  return {
    ears: {
      welcomed: (client) => knownTo(client).forget(readings),
      lost: (client) => knownTo(client).forget(readings),
      invalidated: (client, tags) => {
        if (tags === null) knownTo(client).forget(readings);
        else for (const page of pages) if (tags.includes(tagOf(page))) knownTo(client).forget(readings, page);
      },
    },
    handlers: (server) => {
      servers.add(server);
      const { process } = server;
      return {
        read: async ({ input: { page } }) => {
          if (chance.chance(0.5)) await process.sleep(workMs(stage, chance));
          const version = versions.get(page) ?? 0;
          const read = { page, version, reading: ++readings, at: clock.now(), pad: padding(stage, chance) };
          if (chance.chance(0.5)) await process.sleep(workMs(stage, chance));
          return read;
        },
        change: async ({ input: { page, call }, connection }) => {
          changes[call]!.start(server.nameOf(connection));
          if (chance.chance(0.5)) await process.sleep(workMs(stage, chance));
          const token = change(server, page);
          changes[call]!.answer(token);
          return { call, token };
        },
      };
    },
    act: (client, calls, random) => {
      if (random.chance(0.8)) {
        // Several at once, so that there is something to share and to keep.
        for (let left = random.pick([1, 2, 4]); left > 0; left--) {
          clock.after(random.int(6_000), () => client.process.run(() => readPage(client, calls, random)));
        }
        return;
      }
      const page = random.pick(pages);
      const options = askOptions(stage, client.process, random);
      const number = changes.length;
      const plan = { number, kind: "change", repeatable: false, client: client.name, mayEnd: options !== undefined };
      const record = new AskRecord(plan, stage);
      changes.push(record);
      calls.change({ page, call: number }, options).then(
        (answer) => {
          record.result(answer);
          knownTo(client.name).changed(page, answer.token);
          client.process.run(() => readPage(client, calls, random));
        },
        (error: unknown) => record.failure(error),
      );
    },
    stir: (server) => {
      if (chance.chance(0.5)) change(server, chance.pick(pages));
    },
    orphan: (client) => {
      for (const [settled, program] of open) if (program === client) open.delete(settled);
      for (const record of changes) if (record.client === client.name) record.orphan();
    },
    expectQuiet: () => {
      for (const record of changes) record.expectSettled();
      for (const client of open.values()) {
        ledger.check(false, "I10", () => `${client.name} has asked for a page and was not answered`, "unsettled");
      }
    },
  };
}
