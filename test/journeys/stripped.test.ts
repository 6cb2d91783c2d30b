/** A client that has no schema, and a server that has them all, over a socket. */
import { createClient } from "@trunkline/client";
import { type ContractDifference, defineContract, query, subscription } from "@trunkline/core";
import { describeContract, strippedContract } from "@trunkline/core/stripped";
import { implement, serve } from "@trunkline/server";
import { expect, test } from "vitest";
import { z } from "zod";

const Photo = z.object({ at: z.date(), bytes: z.instanceof(Uint8Array), size: z.bigint(), tags: z.set(z.string()) });
const contract = defineContract({
  photos: {
    keep: query({ input: Photo, output: Photo, errors: { TAKEN: z.object({ since: z.date() }) } }),
    all: subscription({ event: Photo }),
  },
});
const router = implement(contract).router({
  photos: {
    keep: ({ input, errors }) => {
      if (input.size === 0n) throw errors.TAKEN({ since: input.at });
      return { ...input, size: input.size + 1n };
    },
    all: async function* () {
      yield photo;
    },
  },
});
const photo = { at: new Date(5), bytes: new Uint8Array([1, 2, 3]), size: 2n ** 70n, tags: new Set(["a"]) };

test("a client of a stripped contract agrees with the server, and its values travel both ways", async () => {
  await using server = await serve(router, {});
  const told: ContractDifference[] = [];
  const description = JSON.parse(JSON.stringify(describeContract(contract)));
  await using client = createClient(strippedContract<typeof contract>(description), {
    url: server.url,
    onContractMismatch: (difference) => told.push(difference),
  });
  expect(await client.photos.keep(photo)).toEqual({ ...photo, size: photo.size + 1n });
  for await (const each of client.photos.all()) expect(each).toEqual(photo);
  await expect(client.photos.keep({ ...photo, size: 0n })).rejects.toMatchObject({
    code: "TAKEN",
    data: { since: photo.at },
  });
  await expect(client.photos.keep({ ...photo, at: "now" as never })).rejects.toMatchObject({
    code: "INVALID_ARGUMENT",
    outcome: "not-sent",
  });
  expect(told).toEqual([]);
});
