/** One contract and one router for the journeys, over real sockets, and what the router has seen. */
import { type ClientOptions, createClient } from "@trunkline/client";
import { defineContract, mutation, query, subscription } from "@trunkline/core";
import {
  event,
  type FailureReport,
  gap,
  implement,
  type ListenOptions,
  type ServerOptions,
  serve,
} from "@trunkline/server";
import { openFaultProxy } from "@trunkline/testing";
import { z } from "zod";

export const contract = defineContract({
  add: query({ input: z.object({ a: z.number(), b: z.number() }), output: z.number() }),
  echo: query({ input: z.object({ text: z.string() }), output: z.object({ text: z.string() }) }),
  secret: query({ output: z.string() }),
  /** Answers when the test releases it. */
  slow: query({ input: z.object({ token: z.string() }), output: z.string() }),
  orders: {
    place: mutation({
      input: z.object({ token: z.string(), amount: z.number().int().min(1) }),
      output: z.object({ token: z.string() }),
      errors: { SOLD_OUT: z.object({ left: z.number() }) },
    }),
    set: mutation({ input: z.object({ token: z.string() }), output: z.string(), idempotent: true }),
  },
  /** Numbers from 1, with ids; continues after `lastEventId`. */
  count: subscription({ input: z.object({ to: z.number() }), event: z.number() }),
  /** The same without ids. */
  anonymous: subscription({ input: z.object({ to: z.number() }), event: z.number() }),
});

/** What the handlers have seen, and the gates that hold them. */
export class Ledger {
  readonly started: string[] = [];
  readonly aborted: string[] = [];
  readonly ended: string[] = [];
  readonly failures: FailureReport[] = [];
  readonly #gates = new Map<string, () => void>();

  /** Holds a handler until `release`. */
  gate(token: string): Promise<void> {
    return new Promise((resolve) => this.#gates.set(token, resolve));
  }

  holds(token: string): boolean {
    return this.#gates.has(token);
  }

  release(): void {
    for (const open of this.#gates.values()) open();
    this.#gates.clear();
  }
}

function routerFor(ledger: Ledger) {
  const app = implement(contract);
  const seen = async (token: string, signal: AbortSignal) => {
    ledger.started.push(token);
    signal.addEventListener("abort", () => ledger.aborted.push(token));
    if (token.startsWith("slow")) await ledger.gate(token);
  };
  return app.router({
    add: ({ input }) => input.a + input.b,
    echo: ({ input }) => input,
    secret: () => {
      throw Object.assign(new Error("SELECT * FROM users -- password=hunter2"), { config: { token: "hunter2" } });
    },
    slow: async ({ input, signal }) => {
      await seen(input.token, signal);
      return input.token;
    },
    orders: {
      place: async ({ input, signal, errors }) => {
        await seen(input.token, signal);
        if (input.amount > 100) throw errors.SOLD_OUT({ left: 100 });
        return { token: input.token };
      },
      set: async ({ input, signal }) => {
        await seen(input.token, signal);
        return input.token;
      },
    },
    count: async function* ({ input, lastEventId }) {
      const from = Number(lastEventId ?? 0);
      try {
        if (from > input.to) yield gap({ reason: "the log begins anew" });
        for (let number = from + 1; number <= input.to; number++) yield event(number, { id: String(number) });
      } finally {
        ledger.ended.push("count");
      }
    },
    anonymous: async function* ({ input, signal }) {
      for (let number = 1; number <= input.to; number++) yield number;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    },
  });
}

/** A server, a relay before it that can be cut, and a client through the relay. */
export async function openExchange(
  options: Partial<ListenOptions> &
    Pick<ServerOptions<object>, "maxConnectionAgeMs" | "onConnect"> & {
      client?: Partial<ClientOptions>;
      limits?: ClientOptions["limits"];
    } = {},
) {
  const ledger = new Ledger();
  const { client: clientOptions, limits, ...listen } = options;
  const onError = (failure: FailureReport) => void ledger.failures.push(failure);
  const start = (port = 0) => serve(routerFor(ledger), { ...listen, port, onError, ...(limits ? { limits } : {}) });
  const server = await start();
  const relay = await openFaultProxy(server.port);
  const client = createClient(contract, {
    url: `ws://127.0.0.1:${relay.port}/`,
    // Attempts follow at once, so that no journey waits for chance.
    random: () => 0,
    ...(limits ? { limits } : {}),
    ...clientOptions,
  });
  const close = async () => {
    client.$connection.close();
    ledger.release();
    await relay.close();
    await server.close();
  };
  return { ledger, server, relay, client, start, close, [Symbol.asyncDispose]: close };
}

/** Waits until something is so; fails after two seconds. */
export async function until(holds: () => boolean, what = "the condition"): Promise<void> {
  for (const end = Date.now() + 2_000; !holds(); ) {
    if (Date.now() > end) throw new Error(`${what} did not come about within 2 s`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
