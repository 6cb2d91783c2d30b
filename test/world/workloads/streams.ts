/** Subscriptions with a source of their own, of numbered events: with ids and without, read quickly, slowly or in part. */

import type { EventStream } from "@trunkline/client";
import { type Gap, RpcError, subscription } from "@trunkline/core";
import type { Random } from "@trunkline/core/simulation";
import { event, gap } from "@trunkline/server";
import { z } from "zod";
import type { ClientProgram } from "../client-program.js";
import { askOptions, padding } from "../manner.js";
import { StreamRecord } from "../records/stream-record.js";
import type { Stage } from "../stage.js";
import type { Workload } from "../workload.js";

const input = z.object({ call: z.number() });
const item = z.object({ call: z.number(), event: z.number(), pad: z.string() });
type Item = z.infer<typeof item>;

export const procedures = { count: subscription({ input, event: item }) };

const MOST_EVENTS = 30;

export function workload(stage: Stage): Workload<typeof procedures> {
  const records: StreamRecord[] = [];
  const chance = stage.fork();
  return {
    handlers: ({ process }) => ({
      count: async function* ({ input: { call }, lastEventId, signal }) {
        const record = records[call]!;
        const { withIds, events } = record.plan;
        // A source without ids goes on where the one before it was.
        let next = (withIds ? Number(lastEventId ?? 0) : record.produced) + 1;
        if (lastEventId !== undefined && !stage.swarm.calm && chance.chance(0.1)) {
          yield gap({ reason: "the source has forgotten" });
          next = Math.min(next + 1, events + 1);
        }
        for (; next <= events; next++) {
          const ms = stage.busy ? chance.pick([0, 0, chance.int(20), chance.int(1_500)]) : 0;
          if (ms > 0) await process.sleep(ms);
          if (signal.aborted) return;
          record.produced = Math.max(record.produced, next);
          const value = { call, event: next, pad: padding(stage, chance) };
          yield withIds ? event(value, { id: `${next}` }) : value;
        }
      },
    }),
    act: (client, calls, random) => {
      const { process } = client;
      const number = records.length;
      const events = random.int(MOST_EVENTS);
      const record = new StreamRecord({ number, client: process.name, events, withIds: random.chance(0.7) }, stage);
      records.push(record);
      const options = askOptions(stage, process, random);
      const hears = !stage.swarm.hard.has("no gap listeners") || random.chance(0.5);
      const hearing = hears ? { onGap: (missing: Gap) => record.gap(missing) } : {};
      const stream = calls.count({ call: number }, { ...options, ...hearing });
      const slow = stage.swarm.hard.has("slow readers");
      if (slow && random.chance(0.6)) void readSlowly({ stage, client, record, random: random.fork() }, stream);
      else {
        stream.subscribe({
          onEvent: (value) => record.event(value),
          onError: (error) => record.failure(error),
          onEnd: () => record.end(),
        });
      }
    },
    orphan: (client) => {
      for (const record of records) if (record.plan.client === client.name) record.orphan();
    },
    expectQuiet: () => {
      for (const record of records) record.expectSettled();
    },
  };
}

interface Reading {
  readonly stage: Stage;
  readonly client: ClientProgram;
  readonly record: StreamRecord;
  readonly random: Random;
}

/** Takes one event after the other, with pauses, and may leave in the middle. */
async function readSlowly({ stage, client, record, random }: Reading, stream: EventStream<Item>): Promise<void> {
  const takes = random.chance(0.3) ? random.int(10) : Infinity;
  try {
    for (let taken = 0; taken < takes; taken++) {
      const result = await stream.next();
      if (result.done) return record.end();
      record.event(result.value);
      if (stage.busy) await client.process.sleep(random.int(2_000));
    }
    record.leave();
    await stream.return();
  } catch (error) {
    if (error instanceof RpcError) record.failure(error);
    else stage.ledger.check(false, "I13", () => `${record} rejects with ${String(error)}`);
  }
}
