/** Calls with an upstream: stored whole, read in part, and echoed as a stream both ways. Sources and handlers take their time. */
import { mutation, query, subscription } from "@trunkline/core";
import type { Random } from "@trunkline/core/simulation";
import type { CallArgs } from "@trunkline/server";
import { z } from "zod";
import type { ClientProgram } from "../client-program.js";
import { askOptions, padding } from "../manner.js";
import { type Reading, SourceFailed, UploadRecord } from "../records/upload-record.js";
import type { ServerProgram } from "../server-program.js";
import type { Stage } from "../stage.js";
import type { Guest, Workload } from "../workload.js";

const input = z.object({ call: z.number() });
const upstream = z.object({ call: z.number(), item: z.number(), pad: z.string() });
const output = z.object({ call: z.number(), taken: z.number() });

export const procedures = {
  store: mutation({ input, upstream, output }),
  sift: query({ input, upstream, output }),
  pipe: subscription({ input, upstream, event: upstream }),
};

type Item = z.infer<typeof upstream>;
type Asked = CallArgs<Guest> & { readonly input: { readonly call: number }; readonly upstream: AsyncIterable<Item> };

const MOST_ITEMS = 20;

export function workload(stage: Stage): Workload<typeof procedures> {
  const records: UploadRecord[] = [];
  const chance = stage.fork();

  /** Both ends are quick now and slow then. */
  const pauseMs = (random: Random) =>
    stage.busy ? random.pick([0, 0, random.int(20), random.int(stage.swarm.calm ? 200 : 1_500)]) : 0;

  /** Gives what a handler reads, as far as it wants. */
  async function* read(server: ServerProgram, { input: { call }, upstream: items, connection, signal }: Asked) {
    const record = records[call]!;
    const reading: Reading = record.start(server.nameOf(connection));
    const settled = server.attend(connection, signal);
    try {
      if (record.plan.wanted === 0) return;
      for await (const item of items) {
        record.item(reading, item);
        yield item;
        const ms = pauseMs(chance);
        if (ms > 0) await server.process.sleep(ms);
        if (reading.last === record.plan.wanted) return;
      }
      record.complete(reading);
    } finally {
      settled();
    }
  }

  return {
    handlers: (server) => {
      const count = async (asked: Asked) => {
        let taken = 0;
        for await (const { item } of read(server, asked)) taken = item;
        return { call: asked.input.call, taken };
      };
      return { store: count, sift: count, pipe: (asked) => read(server, asked) };
    },
    act: (client, calls, random) => {
      const kind = random.pick(["store", "store", "sift", "pipe"] as const);
      const options = askOptions(stage, client.process, random);
      const items = random.int(MOST_ITEMS);
      const record = new UploadRecord(
        {
          number: records.length,
          kind,
          client: client.name,
          items,
          failsAfter: random.chance(0.1) ? random.int(MOST_ITEMS) : Infinity,
          wanted: kind === "store" || random.chance(0.5) ? Infinity : random.int(10),
          mayEnd: options !== undefined,
        },
        stage,
      );
      records.push(record);
      const source = sourceOf(record, client, { random: random.fork(), pauseMs, pad: (of) => padding(stage, of) });
      const given = [{ call: record.plan.number }, { ...options, upstream: source }] as const;
      if (kind !== "pipe") {
        calls[kind](...given).then(
          (answer) => record.result(answer),
          (error: unknown) => record.failure(error),
        );
        return;
      }
      calls.pipe(given[0], { ...given[1], onGap: () => record.gap() }).subscribe({
        onEvent: (item) => record.event(item),
        onError: (error) => record.failure(error),
        onEnd: () => record.end(),
      });
    },
    orphan: (client) => {
      for (const record of records) if (record.plan.client === client.name) record.orphan();
    },
    expectQuiet: () => {
      for (const record of records) record.expectSettled();
    },
  };
}

interface SourceManner {
  readonly random: Random;
  pauseMs(random: Random): number;
  pad(random: Random): string;
}

/** Numbered items, until there are no more, or it fails, or nobody wants it any more. */
async function* sourceOf(record: UploadRecord, client: ClientProgram, { random, pauseMs, pad }: SourceManner) {
  const { number: call, items, failsAfter } = record.plan;
  record.source = "open";
  try {
    for (let left = items; left > 0; left--) {
      const ms = pauseMs(random);
      if (ms > 0) await client.process.sleep(ms);
      if (items - left === failsAfter) {
        record.source = "failed";
        throw new SourceFailed(`the source of ${record} fails`);
      }
      yield { call, item: record.give(), pad: pad(random) };
    }
    record.source = "done";
  } finally {
    if (record.source === "open") record.source = "closed";
  }
}
