import { defineContract, mutation, query, subscription } from "@trunkline/core";
import { implement } from "@trunkline/server";
import { createTestClient } from "@trunkline/testing";
import { expect, test } from "vitest";
import { z } from "zod";
import { until } from "./exchange.js";

/** Equal queries in flight share a call, and nobody can tell but by counting. */

const contract = defineContract({
  list: query({ output: z.array(z.number()) }),
  add: mutation({ input: z.number() }),
  added: subscription({ event: z.number() }),
});

/** A list that is read slowly: what a query answers is what was there when its handler started. */
function open() {
  const list: number[] = [];
  const waiting: (() => void)[] = [];
  let tell: (number: number) => void = () => {};
  const router = implement(contract).router({
    list: async () => {
      const read = [...list];
      await new Promise<void>((resolve) => waiting.push(resolve));
      return read;
    },
    add: ({ input }) => {
      list.push(input);
      tell(input);
    },
    added: async function* () {
      while (true) yield await new Promise<number>((resolve) => (tell = resolve));
    },
  });
  const release = () => {
    for (const go of waiting.splice(0)) go();
  };
  /** Somebody else adds to the list. */
  const addElsewhere = (number: number) => {
    list.push(number);
    tell(number);
  };
  return { ...createTestClient(router), waiting, release, addElsewhere };
}

test("twenty who ask at once make one call", async () => {
  const { client, close, waiting, release } = open();
  const asked = Array.from({ length: 20 }, () => client.list());
  await until(() => waiting.length > 0, "the handler");
  release();
  expect(await Promise.all(asked)).toEqual(Array(20).fill([]));
  await client.add(1);
  expect(waiting).toHaveLength(0);
  await close();
});

test("whoever has changed something sees it, although an earlier query is in flight still", async () => {
  const { client, close, waiting, release } = open();
  const before = client.list();
  await until(() => waiting.length === 1, "the handler");
  await client.add(1);
  const after = client.list();
  await until(() => waiting.length === 2, "a handler of its own");
  release();
  expect(await Promise.all([before, after])).toEqual([[], [1]]);
  await close();
});

test("whoever has heard of a change sees it, although an earlier query is in flight still", async () => {
  const { client, close, waiting, release, addElsewhere } = open();
  const changes = client.added();
  const before = client.list();
  await until(() => waiting.length === 1, "the handler");
  addElsewhere(7);
  expect(await changes.next()).toEqual({ done: false, value: 7 });
  const after = client.list();
  await until(() => waiting.length === 2, "a handler of its own");
  release();
  expect(await Promise.all([before, after])).toEqual([[], [7]]);
  await changes.return();
  await close();
});

test("a shared query goes through a cut as any other", async () => {
  const { client, close, cut, waiting, release } = open();
  const asked = [client.list(), client.list()];
  await until(() => waiting.length === 1, "the handler");
  cut();
  release();
  expect(await Promise.all(asked)).toEqual([[], []]);
  await close();
});
