/** What does not fit a contract does not compile. One contract, one mistake at a time. */

import { expectTypeOf } from "vitest";
import { z } from "zod";
import { defineContract } from "../../call/define-contract.js";
import type { Contract } from "../../contract/contract.js";
import { mutation, query, subscription } from "../../contract/procedure.js";
import type { RpcError } from "../../error/rpc-error.js";
import { event, gap } from "./event.js";
import type { Handlers } from "./handler.js";
import { implement } from "./implement.js";
import type { Router } from "./router.js";

const Message = z.object({ id: z.string(), kind: z.enum(["text", "image"]) });

/** What the end that answers knows its caller by: here, and in the packages of the two ends, its own. */
interface Connection {
  readonly id: string;
}

const contract = defineContract({
  rooms: {
    list: query({ input: z.object({ limit: z.string().transform(Number) }), output: z.array(Message) }),
    send: mutation({
      input: Message,
      output: Message,
      errors: { FULL: z.object({ capacity: z.number() }), GONE: null },
    }),
    messages: subscription({ input: z.object({ room: z.string() }), event: Message }),
  },
  ping: query({}),
});

interface Context {
  readonly user?: string;
}

const app = implement<typeof contract, Connection>(contract).context<Context>();

// An upstream is what its schema gives, where one is declared.
const files = defineContract({ upload: mutation({ upstream: z.string().transform(Number) }), touch: mutation({}) });
implement<typeof files, Connection>(files).router({
  upload: ({ upstream }) => void expectTypeOf(upstream).toEqualTypeOf<AsyncIterable<number>>(),
  touch: ({ upstream }) => void expectTypeOf(upstream).toEqualTypeOf<undefined>(),
});

declare const message: z.infer<typeof Message>;
const list = () => [];
const send = () => message;
const messages = async function* () {};
const ping = () => {};

// Everything a handler is given is typed where the handler is written.
const router = app.router({
  rooms: {
    list: ({ input, context, signal, deadline, meta, connection, lastEventId, path, procedure }) => {
      expectTypeOf(input).toEqualTypeOf<{ limit: number }>();
      expectTypeOf(context).toEqualTypeOf<Context>();
      expectTypeOf(signal).toEqualTypeOf<AbortSignal>();
      expectTypeOf(deadline).toEqualTypeOf<number>();
      expectTypeOf(meta).toEqualTypeOf<Readonly<Record<string, unknown>>>();
      expectTypeOf(connection).toEqualTypeOf<Connection>();
      expectTypeOf(lastEventId).toEqualTypeOf<string | undefined>();
      expectTypeOf(path).toEqualTypeOf<string>();
      expectTypeOf(procedure.kind).toEqualTypeOf<"query" | "mutation" | "subscription">();
      return [{ id: "1", kind: "text" }];
    },
    send: async ({ input, errors }) => {
      expectTypeOf(errors.FULL({ capacity: 5 })).toEqualTypeOf<RpcError<"FULL", { capacity: number }>>();
      expectTypeOf(errors.GONE()).toEqualTypeOf<RpcError<"GONE", undefined>>();
      return { ...input, kind: "image" };
    },
    messages: async function* ({ input, lastEventId }) {
      if (lastEventId === input.room) yield gap({ reason: "the log was trimmed" });
      yield { id: "1", kind: "text" };
      yield event({ id: "2", kind: "image" }, { id: "2" });
    },
  },
  ping: ({ input }) => {
    expectTypeOf(input).toEqualTypeOf<undefined>();
  },
});

expectTypeOf(router.contract).toEqualTypeOf<typeof contract>();

// A router says which context it must be given.
declare function serve<Given>(router: Router<Contract, Given, Connection>, context: () => Given): void;
serve(router, () => ({ user: "ada" }));
// @ts-expect-error a user is a string
serve(router, () => ({ user: 5 }));

// A router says by what connection it knows its caller.
declare function attach(router: Router<Contract, Context, { readonly address: string }>): void;
// @ts-expect-error an address is no id
attach(router);

// @ts-expect-error rooms.send is missing
app.router({ rooms: { list, messages }, ping });
// @ts-expect-error the whole group rooms is missing
app.router({ ping });
// @ts-expect-error the contract has no rooms.sned
app.router({ rooms: { list, send, messages, sned: send }, ping });
// @ts-expect-error the contract has no pong
app.router({ rooms: { list, send, messages }, ping, pong: ping });

app.router({
  rooms: {
    // @ts-expect-error a limit was made a number before the handler sees it
    list: ({ input }) => [{ id: input.limit, kind: "text" }],
    // @ts-expect-error the input has no room
    send: ({ input }) => ({ id: input.room, kind: "text" }),
    // @ts-expect-error the input has no limit
    messages: async function* ({ input: { limit } }) {
      yield { id: limit, kind: "text" };
    },
  },
  // @ts-expect-error there is no input to read from
  ping: ({ input }) => input.limit,
});

app.router({
  rooms: {
    // @ts-expect-error a message needs a kind
    list: () => [{ id: "1" }],
    // @ts-expect-error a message is not a number, promised or not
    send: async () => 5,
    // @ts-expect-error an event is a message
    messages: async function* () {
      yield { id: "1", kind: "sound" };
    },
  },
  // @ts-expect-error nothing is declared, so nothing is returned
  ping: () => 5,
});

app.router({
  rooms: {
    // @ts-expect-error a query answers once
    list: messages,
    send,
    // @ts-expect-error a subscription answers with a stream
    messages: send,
  },
  ping,
});

app.router({
  rooms: {
    // @ts-expect-error the query declares no errors
    list: ({ errors }) => [errors.FULL({ capacity: 5 }), message].slice(1),
    send: ({ errors }) => {
      // @ts-expect-error the contract does not declare NOPE
      errors.NOPE();
      // @ts-expect-error a capacity is a number
      errors.FULL({ capacity: "5" });
      // @ts-expect-error FULL carries data
      errors.FULL();
      // @ts-expect-error GONE carries none
      throw errors.GONE({ capacity: 5 });
    },
    // @ts-expect-error an event with an id still carries a message
    messages: async function* () {
      yield event({ id: "1" }, { id: "1" });
    },
  },
  ping: ({ context }) => {
    // @ts-expect-error the context has no session
    context.session;
  },
});

// Members of their own do not make an event a gap, nor one with an id.
app.router({
  rooms: {
    list,
    send,
    // @ts-expect-error only gap() makes a gap
    messages: async function* () {
      yield { reason: "own" };
    },
  },
  ping,
});

// Without a stated context there is nothing to read from it.
implement(contract).router({
  rooms: { list, send, messages },
  // @ts-expect-error no context was stated
  ping: ({ context }) => context.user,
});

// Split over files: a group, a handler, or the bare type; the router takes them together.
const group = app.handlers(contract.rooms, {
  list: ({ input }) => [{ id: input.limit.toFixed(), kind: "text" }],
  send,
  messages,
});
const one = app.handler(contract.rooms.send, ({ input, errors }) => {
  if (input.id === "") throw errors.GONE();
  return input;
});
const bare = { list, send: one, messages } satisfies Handlers<typeof contract.rooms, Context, Connection>;
app.router({ rooms: group, ping });
app.router({ rooms: { ...group, send: one }, ping });
app.router({ rooms: bare, ping });

// @ts-expect-error a part must be whole too
app.handlers(contract.rooms, { list, send });
// @ts-expect-error and have nothing that the group has not
app.handlers(contract.rooms, { list, send, messages, sned: send });
// @ts-expect-error a message needs a kind
app.handler(contract.rooms.send, () => ({ id: "1" }));
// @ts-expect-error the handler of another procedure does not fit
app.router({ rooms: { list: one, send, messages }, ping });
// @ts-expect-error handlers that read another context do not fit
implement(contract).context<{ readonly user: number }>().router({ rooms: group, ping });
