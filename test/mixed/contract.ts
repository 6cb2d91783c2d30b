/** One procedure of each kind, and a router that answers them truly, now at once and now late. */
import { defineContract, mutation, query, subscription } from "@trunkline/core";
import { event, implement, topics } from "@trunkline/server";
import { z } from "zod";

/** What the server asks of its client. */
export const person = defineContract({
  confirm: query({ input: z.object({ question: z.string() }), output: z.string() }),
});

const At = z.object({ waitMs: z.number() });

export const contract = defineContract({
  echo: query({ input: At.extend({ number: z.int() }), output: z.int() }),
  pad: mutation({
    input: At.extend({ number: z.int(), length: z.int() }),
    output: z.object({ number: z.int(), pad: z.string() }),
    errors: { ODD: z.object({ number: z.int() }) },
  }),
  values: query({
    input: z.object({ at: z.date(), large: z.bigint() }),
    output: z.object({ at: z.date(), large: z.bigint(), words: z.set(z.string()) }),
  }),
  bytes: mutation({ input: z.instanceof(Uint8Array), output: z.instanceof(Uint8Array) }),
  count: subscription({
    input: At.extend({ to: z.int(), length: z.int() }),
    event: z.object({ number: z.int(), pad: z.string() }),
  }),
  sum: mutation({ input: At, upstream: z.number(), output: z.number() }),
  weigh: mutation({ upstream: z.instanceof(Uint8Array), output: z.number() }),
  channel: subscription({ upstream: z.string(), event: z.string() }),
  ask: mutation({ input: z.object({ question: z.string() }), output: z.string() }),
  room: subscription({ input: z.object({ room: z.string() }), event: z.object({ number: z.int() }) }),
  say: mutation({ input: z.object({ room: z.string(), number: z.int() }) }),
  kept: query({ input: z.object({ key: z.int() }), output: z.int(), cache: { maxAgeMs: 1_000 } }),
});

export const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Handlers that answer at once are another path than those that wait. */
const late = async (ms: number) => (ms > 0 ? pause(ms) : undefined);

export function openRouter() {
  const rooms = topics(contract.room);
  return implement(contract).router({
    echo: async ({ input }) => {
      await late(input.waitMs);
      return input.number;
    },
    pad: async ({ input, errors }) => {
      await late(input.waitMs);
      if (input.number % 2 === 1) throw errors.ODD({ number: input.number });
      return { number: input.number, pad: "x".repeat(input.length) };
    },
    values: ({ input }) => ({ ...input, words: new Set(["a", "b"]) }),
    bytes: ({ input }) => input,
    count: async function* ({ input, lastEventId }) {
      for (let number = lastEventId === undefined ? 0 : Number(lastEventId) + 1; number < input.to; number++) {
        await late(input.waitMs);
        yield event({ number, pad: "y".repeat(input.length) }, { id: String(number) });
      }
    },
    sum: async ({ input, upstream }) => {
      await late(input.waitMs);
      let sum = 0;
      for await (const number of upstream) sum += number;
      return sum;
    },
    weigh: async ({ upstream }) => {
      let weight = 0;
      for await (const bytes of upstream) weight += bytes.length;
      return weight;
    },
    channel: async function* ({ upstream }) {
      for await (const word of upstream) yield word.toUpperCase();
    },
    ask: ({ input, connection }) => connection.client(person).confirm(input),
    room: ({ input, lastEventId }) => rooms(input.room).subscribe({ after: lastEventId }),
    say: async ({ input }) => {
      await rooms(input.room).publish({ number: input.number });
    },
    kept: ({ input }) => input.key * 2,
  });
}

export const answers = (waitMs: number) => ({
  confirm: async ({ input }: { readonly input: { readonly question: string } }) => {
    await late(waitMs);
    return `yes: ${input.question}`;
  },
});
