/** A client that has no schema says what one with schemas says, frame by frame, to a server that has them all. */
import { type ClientOptions, createClient, queryCache } from "@trunkline/client";
import { type ContractDifference, defineContract, mutation, query, subscription } from "@trunkline/core";
import { type Clock, systemClock } from "@trunkline/core/internal";
import { conversions, describeContract, strippedContract, upstreams } from "@trunkline/core/stripped";
import { implement, serve } from "@trunkline/server";
import { expect, test } from "vitest";
import { WebSocket } from "ws";
import { z } from "zod";

const Photo = z.object({ at: z.date(), bytes: z.instanceof(Uint8Array), size: z.bigint(), tags: z.set(z.string()) });
const contract = defineContract({
  photos: {
    keep: mutation({ input: Photo, output: Photo, errors: { TAKEN: z.object({ since: z.date() }) } }),
    all: subscription({ input: z.map(z.string(), z.date()), event: Photo }),
    last: query({ input: z.date(), output: z.date(), cache: { maxAgeMs: 1e6, tags: (at) => [`at:${at.getTime()}`] } }),
    add: mutation({ upstream: Photo, output: z.bigint(), idempotent: true, timeoutMs: 5_000 }),
    /** Each photo that comes up, larger. */
    enlarge: subscription({ upstream: Photo, event: Photo, slow: { latest: "at" } }),
    plain: query({ input: z.object({ a: z.number().optional() }), output: z.string(), timeoutMs: Infinity }),
  },
});
type Photo = z.infer<typeof Photo>;

const larger = (each: Photo): Photo => ({ ...each, size: each.size + 1n });
const router = implement(contract).router({
  photos: {
    keep: ({ input, errors }) => {
      if (input.size === 0n) throw errors.TAKEN({ since: input.at });
      return larger(input);
    },
    all: async function* () {
      yield photo;
    },
    last: ({ input }) => input,
    add: async ({ upstream }) => {
      let sum = 0n;
      for await (const { size } of upstream) sum += size;
      return sum;
    },
    enlarge: async function* ({ upstream }) {
      for await (const each of upstream) yield larger(each);
    },
    plain: ({ input }) => JSON.stringify(input),
  },
});
const photo: Photo = { at: new Date(5), bytes: new Uint8Array([1, 2, 3]), size: 2n ** 70n, tags: new Set(["a"]) };

/** Time that stands still, so that the times in frames are alike. */
const still: Clock = { ...systemClock, now: () => 0, alarm: () => ({ set() {}, clear() {} }) };

/** The frames of a message, each with the bytes that go with the message. Which travel together is left to chance. */
function framesIn(message: string | Uint8Array): unknown[] {
  const bytes = Buffer.from(message);
  const end = typeof message === "string" ? undefined : 4 + bytes.readUInt32BE();
  const [head, ...rest] = JSON.parse(bytes.toString("utf8", end && 4, end)) as unknown[];
  const blob = end === undefined ? "" : bytes.toString("hex", end);
  return typeof head === "string" ? [head, ...rest] : rest.map((frame) => [frame, blob]);
}

/** Does all that the contract allows. Returns what was sent, and what came of it. */
async function visit(tree: typeof contract, options: ClientOptions) {
  const sent: unknown[] = [];
  class Recorder extends WebSocket {
    override send(message: string | Uint8Array): void {
      sent.push(...framesIn(message));
      super.send(message);
    }
  }
  await using client = createClient(tree, { ...options, cache: queryCache(), clock: still, WebSocket: Recorder });
  const { keep, all, last, add, enlarge, plain } = client.photos;
  const came: unknown[] = [await keep(photo), await last(photo.at), await last(photo.at), await plain({})];
  for await (const each of all(new Map([["since", photo.at]]))) came.push(each);
  came.push(await add(undefined, { upstream: [photo, photo] }));
  for await (const each of enlarge(undefined, { upstream: [photo] })) came.push(each);
  client.$connection.invalidate(["at:5"]);
  came.push(await last(photo.at));
  const failed = await keep({ ...photo, size: 0n }).catch((error: unknown) => error);
  const refused = await keep({ ...photo, at: "now" as never }).catch((error: unknown) => error);
  return { sent, came, failed, refused };
}

test("a client of a stripped contract sends the same frames as one of the whole contract, and is given the same", async () => {
  await using server = await serve(router, {});
  const told: ContractDifference[] = [];
  const options = { url: server.url, onContractMismatch: (difference: ContractDifference) => told.push(difference) };
  const description = JSON.parse(JSON.stringify(describeContract(contract)));
  const whole = await visit(contract, options);
  const bare = await visit(strippedContract<typeof contract>(description, { conversions, upstreams }), options);
  expect(bare).toEqual(whole);
  const enlarged = larger(photo);
  expect(bare.came).toEqual([enlarged, photo.at, photo.at, "{}", photo, 2n ** 71n, enlarged, photo.at]);
  expect(bare.failed).toMatchObject({ code: "TAKEN", data: { since: photo.at } });
  expect(bare.refused).toMatchObject({ code: "INVALID_ARGUMENT", outcome: "not-sent" });
  expect(bare.sent.length).toBeGreaterThan(10);
  expect(told).toEqual([]);
});
