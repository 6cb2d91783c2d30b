/** What a client may do, each with its own idea of the right answer: it throws where it is given another. */
import type { Client } from "@trunkline/client";
import { RpcError } from "@trunkline/core";
import type { Random } from "@trunkline/core/simulation";
import { type contract, pause } from "./contract.js";

export interface Stage {
  readonly client: Client<typeof contract>;
  readonly random: Random;
  /** No item of an upstream may be larger. */
  readonly upstreamBytes: number;
  /** Gives each message of a room a number that no other has. */
  next(): number;
}

export type Act = (stage: Stage) => Promise<void>;

const waits = [0, 0, 1, 3];

export const acts: Readonly<Record<string, Act>> = {
  async echo({ client, random }) {
    const number = random.int(1_000_000);
    same(await client.echo({ number, waitMs: random.pick(waits) }), number);
  },
  async pad({ client, random }) {
    const [number, length] = [random.int(1_000_000), random.pick([0, 100, 3_000, 40_000])];
    try {
      const padded = await client.pad({ number, length, waitMs: random.pick(waits) });
      same([padded.number, padded.pad.length, number % 2], [number, length, 0]);
    } catch (error) {
      if (!(error instanceof RpcError && error.code === "ODD")) throw error;
      same(error.data, { number });
    }
  },
  async values({ client, random }) {
    const asked = { at: new Date(random.int(2 ** 31)), large: BigInt(random.int(2 ** 31)) ** 3n };
    const { at, large, words } = await client.values(asked);
    same([at.getTime(), `${large}`, [...words]], [asked.at.getTime(), `${asked.large}`, ["a", "b"]]);
  },
  async bytes({ client, random }) {
    const sent = new Uint8Array(random.pick([0, 5, 3_000, 100_000])).map((_, at) => at * 31);
    same(Buffer.compare(await client.bytes(sent), sent), 0);
  },
  async count({ client, random }) {
    const input = { to: random.int(50), waitMs: random.pick([0, 0, 1]), length: random.pick([0, 100, 5_000]) };
    const leavesAt = random.next() < 0.2 ? random.int(20) : Infinity;
    let expected = 0;
    for await (const { number } of client.count(input)) {
      same(number, expected++);
      if (number === leavesAt) return;
      if (random.next() < 0.05) await pause(2);
    }
    same(expected, input.to);
  },
  async sum({ client, random }) {
    const numbers = Array.from({ length: random.int(60) }, () => random.int(1_000));
    const upstream = random.next() < 0.5 ? numbers : hesitant(numbers, random);
    const sum = numbers.reduce((before, number) => before + number, 0);
    same(await client.sum({ waitMs: random.pick(waits) }, { upstream }), sum);
  },
  async weigh({ client, random, upstreamBytes }) {
    const [items, weight] = [random.int(6), Math.min(random.pick([10, 700, 20_000]), upstreamBytes >> 2)];
    const upstream = Array.from({ length: items }, () => new Uint8Array(weight));
    same(await client.weigh(undefined, { upstream }), items * weight);
  },
  async channel({ client, random }) {
    const words = Array.from({ length: random.int(30) }, (_, index) => `word ${index}`);
    const heard: string[] = [];
    for await (const word of client.channel(undefined, { upstream: hesitant(words, random) })) heard.push(word);
    same(
      heard,
      words.map((word) => word.toUpperCase()),
    );
  },
  async ask({ client }) {
    same(await client.ask({ question: "may I?" }), "yes: may I?");
  },
  async room({ client, random, next }) {
    const room = `room ${random.int(4)}`;
    const messages = client.room({ room });
    const wanted = random.between(1, 4);
    const heard: number[] = [];
    const reading = (async () => {
      for await (const { number } of messages) {
        same(heard.includes(number), false);
        if (heard.push(number) === wanted) return;
      }
    })();
    let isOver = false;
    const over = () => (isOver = true);
    reading.then(over, over);
    while (!isOver) {
      await client.say({ room, number: next() }).catch(onlyIf("UNAVAILABLE", "RESOURCE_EXHAUSTED"));
      await pause(1);
    }
    await reading;
  },
  async kept({ client, random }) {
    const key = random.int(5);
    same(await client.kept({ key }), key * 2);
  },
  async leave({ client, random }) {
    const { signal, abort } = aborting(random.int(5));
    await client.echo({ number: 1, waitMs: 20 }, { signal }).catch(onlyIf("CANCELLED", "RESOURCE_EXHAUSTED"));
    abort();
  },
  async leaveUpstream({ client, random }) {
    const { signal, abort } = aborting(random.int(8));
    const endless = (async function* () {
      for (let number = 0; ; number++) {
        await pause(1);
        yield number;
      }
    })();
    await client.sum({ waitMs: 0 }, { signal, upstream: endless }).catch(onlyIf("CANCELLED", "RESOURCE_EXHAUSTED"));
    abort();
  },
};

function same(found: unknown, expected: unknown): void {
  const [left, right] = [JSON.stringify(found), JSON.stringify(expected)];
  if (left !== right) throw new Error(`expected ${right}, but it was ${left}`);
}

async function* hesitant<Item>(items: readonly Item[], random: Random): AsyncGenerator<Item> {
  for (const item of items) {
    if (random.next() < 0.1) await pause(1);
    yield item;
  }
}

function aborting(afterMs: number): { readonly signal: AbortSignal; abort(): void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(), afterMs);
  return { signal: controller.signal, abort: () => clearTimeout(timer) };
}

const onlyIf =
  (...codes: readonly string[]) =>
  (error: unknown) => {
    if (!(error instanceof RpcError && codes.includes(error.code))) throw error;
  };
