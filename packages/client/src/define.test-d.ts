/** What a client may serve, and what its handlers are given. */
import { defineContract, mutation, query } from "@trunkline/core";
import * as core from "@trunkline/core/internal";
import { expectTypeOf } from "vitest";
import { z } from "zod";
import type { ConnectionControl } from "./connection-control.js";
import { createClient } from "./create-client.js";
import { implement } from "./define.js";

const api = defineContract({ ping: query({}) });
const page = defineContract({ confirm: mutation({ input: z.string(), output: z.boolean() }) });
const url = "wss://example.com";

const app = implement(page);
const router = app.router({
  confirm: ({ input, connection }) => {
    expectTypeOf(input).toEqualTypeOf<string>();
    expectTypeOf(connection).toEqualTypeOf<ConnectionControl>();
    return true;
  },
});
createClient(api, { url, serve: router });

// Middleware may add to the context, which begins empty.
const visible = app.middleware(({ next }) => next({ visible: true }));
createClient(api, { url, serve: app.router({ confirm: visible(({ context }) => context.visible) }) });

const needy = app.context<{ user: string }>().router({ confirm: ({ context }) => context.user === "ada" });
// @ts-expect-error nobody makes a context for what a client serves
createClient(api, { url, serve: needy });

const foreign = core
  .implement<typeof page, { readonly http: string }>(page)
  .router({ confirm: ({ connection }) => connection.http === "" });
// @ts-expect-error it was implemented for another end: a client's connection has no http
createClient(api, { url, serve: foreign });

// @ts-expect-error a handler is missing
app.router({});
