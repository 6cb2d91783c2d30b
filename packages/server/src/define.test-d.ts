/** What a server adds to the words of core: the connection its handlers are given. */
import { defineContract, query } from "@trunkline/core";
import { expectTypeOf } from "vitest";
import type { Connection, Handlers, Router } from "./define.js";
import { implement } from "./define.js";

const contract = defineContract({ whoami: query({}) });

const router = implement(contract)
  .context<{ user: string }>()
  .router({
    whoami: ({ connection }) => {
      expectTypeOf(connection).toEqualTypeOf<Connection>();
    },
  });
expectTypeOf(router).toEqualTypeOf<Router<typeof contract, { user: string }>>();

const signedIn = implement(contract).middleware(({ connection, next }) => next({ address: connection.http?.url }));
expectTypeOf(signedIn(({ connection }) => connection.close()))
  .parameter(0)
  .toHaveProperty("connection");

export const handlers: Handlers<typeof contract, object> = { whoami: ({ connection }) => connection.close() };
