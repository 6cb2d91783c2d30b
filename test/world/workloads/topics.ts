/** Topics in a backplane that all servers share: each way with slow readers, published to by every server. */

import type { EventStream } from "@trunkline/client";
import { RpcError, type SlowReader, subscription } from "@trunkline/core";
import type { Random } from "@trunkline/core/simulation";
import { type Topics, topics } from "@trunkline/server";
import { z } from "zod";
import type { ClientProgram } from "../client-program.js";
import { type Said, TopicRecord } from "../records/topic-record.js";
import type { ServerProgram } from "../server-program.js";
import type { Stage } from "../stage.js";
import type { Workload } from "../workload.js";

const input = z.object({ topic: z.string() });
const said = z.object({ token: z.number(), key: z.string() });
const declare = (slow: SlowReader<"key">) => subscription({ input, event: said, slow });

export const procedures = {
  block: declare("block"),
  newest: declare({ latest: "key" }),
  oldest: declare({ dropOldest: 3 }),
  strict: declare({ fail: 5 }),
};

type Kind = keyof typeof procedures;
type Families = { readonly [K in Kind]: Topics<(typeof procedures)[K]> };

const kinds: readonly Kind[] = ["block", "newest", "oldest", "strict"];
const keys = ["red", "green"];
const names = ["a", "b"];

export function workload(stage: Stage): Workload<typeof procedures> {
  const records: TopicRecord[] = [];
  const leaving: (() => void)[] = [];
  const published = new WeakMap<ServerProgram, Families>();
  const keptEvents = stage.fork().pick([3, 20, 1_000]);
  let tokens = 0;

  const publish = (server: ServerProgram, kind: Kind, topic: string, key: string) => {
    const token = ++tokens;
    published
      .get(server)!
      [kind](topic)
      .publish({ token, key })
      .catch((error: unknown) => {
        // It may have been appended all the same: the log knows.
        stage.ledger.check(error instanceof RpcError, "I13", () => `publishing ${token} rejects with ${String(error)}`);
      });
  };

  return {
    handlers: (server, backplane) => {
      const family = <K extends Kind>(kind: K) =>
        topics(procedures[kind], {
          backplane,
          name: kind,
          clock: server.process,
          keep: { events: keptEvents },
          onError: (error) => stage.ledger.check(false, "I13", () => `a topic reports ${String(error)}`),
        });
      const families = {
        block: family("block"),
        newest: family("newest"),
        oldest: family("oldest"),
        strict: family("strict"),
      };
      published.set(server, families);
      return {
        block: ({ input: { topic }, lastEventId }) => families.block(topic).subscribe({ after: lastEventId }),
        newest: ({ input: { topic }, lastEventId }) => families.newest(topic).subscribe({ after: lastEventId }),
        oldest: ({ input: { topic }, lastEventId }) => families.oldest(topic).subscribe({ after: lastEventId }),
        strict: ({ input: { topic }, lastEventId }) => families.strict(topic).subscribe({ after: lastEventId }),
      };
    },
    stir: (server, random) => {
      for (let left = random.pick([1, 1, 2, 12]); left > 0; left--) {
        publish(server, random.pick(kinds), random.pick(names), random.pick(keys));
      }
    },
    act: (client, calls, random) => {
      const kind = random.pick(kinds);
      const topic = random.pick(names);
      const log = stage.backplane.log(`${kind}.${topic}`) as readonly Said[];
      const plan = { number: records.length, client: client.name, isState: kind === "newest", log };
      const record = new TopicRecord(plan, stage);
      records.push(record);
      const stream = calls[kind]({ topic }, { onGap: (gap) => record.gap(gap) });
      const leave = () =>
        client.process.run(() => {
          record.leave();
          void stream.return();
        });
      if (stage.swarm.hard.has("cancels") && random.chance(0.3)) stage.clock.after(random.int(10_000), leave);
      leaving.push(leave);
      if (stage.swarm.hard.has("slow readers") && random.chance(0.5)) {
        void readSlowly({ stage, client, record, random: random.fork() }, stream);
      } else {
        stream.subscribe({
          onEvent: (value) => record.event(value),
          onError: (error) => record.failure(error),
          onEnd: () => record.leave(),
        });
      }
    },
    orphan: (client) => {
      for (const record of records) if (record.plan.client === client.name) record.leave();
    },
    conclude: (server) => {
      for (const kind of kinds) for (const topic of names) for (const key of keys) publish(server, kind, topic, key);
    },
    expectQuiet: () => {
      for (const record of records) record.expectUpToDate();
      for (const leave of leaving) leave();
    },
  };
}

interface Reading {
  readonly stage: Stage;
  readonly client: ClientProgram;
  readonly record: TopicRecord;
  readonly random: Random;
}

/** Takes one event after the other, with pauses while the world is busy. */
async function readSlowly({ stage, client, record, random }: Reading, stream: EventStream<Said>): Promise<void> {
  try {
    for await (const value of stream) {
      if (!record.open) return;
      record.event(value);
      if (stage.busy) await client.process.sleep(random.int(3_000));
    }
    record.leave();
  } catch (error) {
    if (error instanceof RpcError) record.failure(error);
    else stage.ledger.check(false, "I13", () => `${record} rejects with ${String(error)}`);
  }
}
