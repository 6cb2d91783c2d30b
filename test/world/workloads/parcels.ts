/**
 * Values with bytes and with everything else that JSON has no word for, both ways, as answers and as events. Some are so
 * large that they go in parts. At either end each is looked at byte by byte.
 */
import { mutation, query, subscription } from "@trunkline/core";
import type { Random } from "@trunkline/core/simulation";
import { type CallArgs, event } from "@trunkline/server";
import { z } from "zod";
import { askOptions, workMs } from "../manner.js";
import { isWhole, type Parcel, parcelOf, parcelShape } from "../parcel.js";
import { AskRecord } from "../records/ask-record.js";
import { StreamRecord } from "../records/stream-record.js";
import type { Stage } from "../stage.js";
import type { Guest, Workload } from "../workload.js";

const input = z.object({ call: z.number(), ...parcelShape });
const output = z.object({ call: z.number(), token: z.number(), ...parcelShape });
const item = z.object({ call: z.number(), event: z.number(), ...parcelShape });

export const procedures = {
  fetch: query({ input, output }),
  ship: mutation({ input, output }),
  feed: subscription({ input, event: item }),
};

type Asked = CallArgs<Guest> & { readonly input: z.infer<typeof input> };

const MOST_EVENTS = 12;

export function workload(stage: Stage): Workload<typeof procedures> {
  const asks: AskRecord[] = [];
  const streams: StreamRecord[] = [];
  const chance = stage.fork();
  let tokens = 0;

  /** More than any `messageBytes` of a world, now and then. */
  const lengthOf = (random: Random) => {
    const most = stage.swarm.hard.has("large values") && !stage.swarm.calm ? 150_000 : 3_000;
    return random.int(random.pick([1, 100, 3_000, most]));
  };
  const make = (random: Random) => parcelOf(random.int(1_000), lengthOf(random));
  const look = (parcel: Parcel, where: string) =>
    stage.ledger.check(isWhole(parcel), "I3", () => `${where} has parcel ${parcel.seed}, and it is not whole`);

  return {
    handlers: (server) => {
      const answer = async ({ input: given, signal, connection }: Asked) => {
        look(given, server.process.name);
        asks[given.call]!.start(server.nameOf(connection));
        const settled = server.attend(connection, signal);
        await server.process.sleep(workMs(stage, chance));
        settled();
        const token = ++tokens;
        asks[given.call]!.answer(token);
        return { call: given.call, token, ...make(chance) };
      };
      return {
        fetch: answer,
        ship: answer,
        feed: async function* ({ input: given, lastEventId, signal }) {
          look(given, server.process.name);
          const record = streams[given.call]!;
          for (let next = Number(lastEventId ?? 0) + 1; next <= record.plan.events; next++) {
            if (stage.busy) await server.process.sleep(chance.pick([0, chance.int(20), chance.int(1_000)]));
            if (signal.aborted) return;
            record.produced = Math.max(record.produced, next);
            yield event({ call: given.call, event: next, ...make(chance) }, { id: `${next}` });
          }
        },
      };
    },
    act: ({ name, process }, calls, random) => {
      const options = askOptions(stage, process, random);
      const kind = random.pick(["fetch", "ship", "feed"] as const);
      const parcel = make(random);
      if (kind === "feed") {
        const number = streams.length;
        const record = new StreamRecord(
          { number, client: name, events: random.int(MOST_EVENTS), withIds: true },
          stage,
        );
        streams.push(record);
        calls.feed({ call: number, ...parcel }, { ...options, onGap: (gap) => record.gap(gap) }).subscribe({
          onEvent: (value) => {
            look(value, name);
            record.event(value);
          },
          onError: (error) => record.failure(error),
          onEnd: () => record.end(),
        });
        return;
      }
      const number = asks.length;
      const plan = { number, kind, repeatable: kind === "fetch", client: name, mayEnd: options !== undefined };
      const record = new AskRecord(plan, stage);
      asks.push(record);
      calls[kind]({ call: number, ...parcel }, options).then(
        (answer) => {
          look(answer, name);
          record.result(answer);
        },
        (error: unknown) => record.failure(error),
      );
    },
    orphan: (client) => {
      for (const record of asks) if (record.client === client.name) record.orphan();
      for (const record of streams) if (record.plan.client === client.name) record.orphan();
    },
    expectQuiet: () => {
      for (const record of [...asks, ...streams]) record.expectSettled();
    },
  };
}
