/**
 * Servers that call their clients: from a handler that waits for the answer, and unasked. Some of what they ask takes until
 * it is called off.
 */
import { implement, type Router } from "@trunkline/client";
import { defineContract, mutation, query, subscription } from "@trunkline/core";
import type { Connection } from "@trunkline/server";
import { z } from "zod";
import type { ClientProgram } from "../client-program.js";
import { askOptions, padding, workMs } from "../manner.js";
import { AskRecord } from "../records/ask-record.js";
import { CallbackRecord } from "../records/callback-record.js";
import type { ServerProgram } from "../server-program.js";
import type { Stage } from "../stage.js";
import type { Workload } from "../workload.js";

const input = z.object({ call: z.number() });
const asked = z.object({ number: z.number(), patient: z.boolean(), pad: z.string() });
const told = z.object({ number: z.number(), token: z.number(), pad: z.string() });

export const procedures = { run: mutation({ input, output: z.object({ call: z.number(), token: z.number() }) }) };

/** What clients serve. */
const desk = defineContract({
  sign: mutation({ input: asked, output: told }),
  peek: query({ input: asked, output: told }),
  ticks: subscription({ input: asked, event: z.object({ number: z.number(), tick: z.number() }) }),
});

/** How often a client's handler looks whether anybody waits for it still. */
const LOOK_MS = 250;
const MOST_TICKS = 12;

interface Errand {
  readonly server: ServerProgram;
  readonly connection: Connection;
  readonly signal?: AbortSignal;
}

export function workload(stage: Stage): Workload<typeof procedures> {
  const asks: AskRecord[] = [];
  const callbacks: { readonly record: CallbackRecord; readonly server: ServerProgram }[] = [];
  const serving = new Set<string>();
  const chance = stage.fork();
  let tokens = 0;

  const serve = (client: ClientProgram): Router<typeof desk> => {
    const answer = async ({ input: { number, patient }, signal }: Asked) => {
      const { record } = callbacks[number]!;
      const settled = record.start(client.name);
      try {
        for (let left = patient ? Infinity : workMs(stage, chance); left > 0; left -= LOOK_MS) {
          await client.process.sleep(Math.min(left, LOOK_MS));
          if (patient && signal.aborted) throw signal.reason;
        }
        const token = ++tokens;
        record.answer(token);
        return { number, token, pad: padding(stage, chance) };
      } finally {
        settled();
      }
    };
    return implement(desk).router({
      sign: answer,
      peek: answer,
      ticks: async function* ({ input: { number }, signal }) {
        const settled = callbacks[number]!.record.start(client.name);
        try {
          for (let tick = 1; tick <= MOST_TICKS && !signal.aborted; tick++) {
            if (stage.busy) await client.process.sleep(chance.pick([0, chance.int(20), chance.int(800)]));
            yield { number, tick };
          }
        } finally {
          settled();
        }
      },
    });
  };

  /** Calls the client, and waits for what comes of it. */
  const ask = async ({ server, connection, signal }: Errand): Promise<void> => {
    const visit = server.visits.find((known) => known.connection === connection);
    if (visit === undefined) return;
    const { client } = visit.guest;
    const kind = chance.pick(["sign", "sign", "peek", "ticks"] as const);
    const patient = kind !== "ticks" && !stage.swarm.calm && chance.chance(0.2);
    const own = askOptions(stage, server.process, chance);
    const options: { readonly signal?: AbortSignal; readonly timeoutMs?: number } = {
      ...(signal !== undefined && chance.chance(0.7) ? { signal } : {}),
      ...own,
      ...(patient ? { timeoutMs: chance.between(100, 5_000) } : {}),
    };
    // A drain waits for answers, and for no stream's end.
    const mustSucceed =
      kind !== "ticks" &&
      server.server.state === "serving" &&
      serving.has(client) &&
      Object.keys(options).every((name) => name === "signal");
    const number = callbacks.length;
    const asking = { session: visit.name, server: server.process.name, visitSince: visit.since };
    const plan = { number, kind, client, ...asking, mustSucceed, signal: options.signal };
    const record = new CallbackRecord(plan, stage);
    callbacks.push({ record, server });
    const given = { number, patient, pad: padding(stage, chance) };
    try {
      if (kind === "ticks") await readTicks(connection, record, given, options);
      else record.result(await connection.client(desk)[kind](given, options));
    } catch (error) {
      record.failure(error);
    }
  };

  const readTicks = async (
    connection: Connection,
    record: CallbackRecord,
    given: z.infer<typeof asked>,
    options: object,
  ) => {
    const wanted = chance.pick([0, 3, Infinity]);
    let last = 0;
    for await (const { number, tick } of connection.client(desk).ticks(given, options)) {
      const next = number === record.plan.number && tick === last + 1;
      stage.ledger.check(next, "I4", () => `${record}: tick ${tick} of ${number} after ${last}`);
      last = tick;
      if (last >= wanted) break;
    }
    const whole = last === MOST_TICKS || last >= wanted;
    stage.ledger.check(whole, "I4", () => `${record} ends at tick ${last}`, "lost");
    record.end();
  };

  return {
    serves: (client, random) => {
      if (!random.chance(0.7)) return undefined;
      serving.add(client.name);
      return serve(client);
    },
    handlers: (server) => ({
      run: async ({ input: { call }, connection, signal }) => {
        const record = asks[call]!;
        record.start(server.nameOf(connection));
        const settled = server.attend(connection, signal);
        await ask({ server, connection, signal });
        settled();
        const token = ++tokens;
        record.answer(token);
        return { call, token };
      },
    }),
    act: ({ name, process }, calls, random) => {
      const options = askOptions(stage, process, random);
      const number = asks.length;
      const plan = { number, kind: "run", repeatable: false, client: name, mayEnd: options !== undefined };
      const record = new AskRecord(plan, stage);
      asks.push(record);
      calls.run({ call: number }, options).then(
        (answer) => record.result(answer),
        (error: unknown) => record.failure(error),
      );
    },
    stir: (server, random) => {
      const { visits } = server;
      if (visits.length === 0) return;
      const { identity } = random.pick(visits).guest;
      const connections = server.server.connectionsOf(identity);
      if (connections.length > 0) void ask({ server, connection: random.pick(connections) });
    },
    gone: (server) => {
      for (const callback of callbacks) if (callback.server === server) callback.record.orphan();
    },
    orphan: (client) => {
      for (const { record } of callbacks) if (record.plan.client === client.name) record.forget();
      for (const record of asks) if (record.client === client.name) record.orphan();
    },
    expectQuiet: () => {
      for (const { record } of callbacks) record.expectSettled();
      for (const record of asks) record.expectSettled();
    },
  };
}

interface Asked {
  readonly input: z.infer<typeof asked>;
  readonly signal: AbortSignal;
}
