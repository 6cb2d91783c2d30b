/** Queries, mutations, and mutations that may be repeated. Each answer carries a token that its handler alone has made. */
import { mutation, query } from "@trunkline/core";
import type { CallArgs } from "@trunkline/server";
import { z } from "zod";
import { askOptions, padding, workMs } from "../manner.js";
import { AskRecord } from "../records/ask-record.js";
import type { Stage } from "../stage.js";
import type { Guest, Workload } from "../workload.js";

const input = z.object({ call: z.number(), pad: z.string() });
const output = z.object({ call: z.number(), token: z.number(), pad: z.string() });

export const procedures = {
  look: query({ input, output }),
  book: mutation({ input, output }),
  put: mutation({ input, output, idempotent: true }),
};

type Asked = CallArgs<Guest> & { readonly input: z.infer<typeof input> };

/** How often a handler that obeys looks whether anybody waits for it still. */
const LOOK_MS = 250;

export function workload(stage: Stage): Workload<typeof procedures> {
  const records: AskRecord[] = [];
  const chance = stage.fork();
  let tokens = 0;
  return {
    handlers: (server) => {
      const handler = async ({ input: { call }, signal, connection }: Asked) => {
        const record = records[call]!;
        record.start(server.nameOf(connection));
        const settled = server.attend(connection, signal);
        const obeys = chance.chance(0.6);
        const pad = padding(stage, chance);
        try {
          for (let left = workMs(stage, chance); left > 0; left -= LOOK_MS) {
            await server.process.sleep(Math.min(left, LOOK_MS));
            if (obeys && signal.aborted) throw signal.reason;
          }
          const token = ++tokens;
          record.answer(token);
          return { call, token, pad };
        } finally {
          settled();
        }
      };
      return { look: handler, book: handler, put: handler };
    },
    act: ({ process }, calls, random) => {
      const kind = random.pick(["look", "book", "book", "put"] as const);
      const options = askOptions(stage, process, random);
      const number = records.length;
      const plan = { number, kind, repeatable: kind !== "book", client: process.name, mayEnd: options !== undefined };
      const record = new AskRecord(plan, stage);
      records.push(record);
      calls[kind]({ call: number, pad: padding(stage, random) }, options).then(
        (answer) => record.result(answer),
        (error: unknown) => record.failure(error),
      );
    },
    orphan: (client) => {
      for (const record of records) if (record.client === client.name) record.orphan();
    },
    expectQuiet: () => {
      for (const record of records) record.expectSettled();
    },
  };
}
