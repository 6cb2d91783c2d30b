/** Handlers inside middleware are typed where they are written, and middleware that does not fit does not compile. */

import { expectTypeOf } from "vitest";
import { z } from "zod";
import { defineContract } from "../../call/define-contract.js";
import { mutation, query, subscription } from "../../contract/procedure.js";
import type { RpcError } from "../../error/rpc-error.js";
import { event } from "./event.js";
import { implement } from "./implement.js";

const Message = z.object({ id: z.string(), kind: z.enum(["text", "image"]) });
const Reason = z.object({ reason: z.string() });

const contract = defineContract({
  send: mutation({ input: Message, output: Message, errors: { BANNED: Reason, GONE: null } }),
  messages: subscription({ input: z.object({ room: z.string() }), event: Message }),
  ping: query({ errors: { BANNED: null } }),
});

interface User {
  readonly name: string;
}

const app = implement(contract).context<{ user?: User; ip: string }>();
const { send, messages, ping } = contract;
declare const message: z.infer<typeof Message>;

const signedIn = app.middleware(({ context, next, fail }) => {
  expectTypeOf(context).toEqualTypeOf<{ user?: User; ip: string }>();
  return context.user ? next({ user: context.user }) : fail("UNAUTHENTICATED");
});
const admin = signedIn.middleware(async ({ context, next, fail, procedure }) => {
  if (procedure.definition.meta?.role !== context.user.name) return fail("PERMISSION_DENIED", "admins only");
  return next({ admin: true });
});
const banning = signedIn.middleware({ errors: { BANNED: Reason } }, ({ next, errors, context }) => {
  expectTypeOf(errors.BANNED).toEqualTypeOf<(data: { reason: string }) => RpcError<"BANNED", { reason: string }>>();
  if (context.user.name === "") throw errors.BANNED({ reason: "no name" });
  return next();
});
const plain = app.middleware(({ next }) => next());

// The handler sees the procedure's types and the extended context, at any depth.
app.router({
  send: admin(async ({ input, context, errors }) => {
    expectTypeOf(input).toEqualTypeOf<{ id: string; kind: "text" | "image" }>();
    expectTypeOf(context).toEqualTypeOf<{ admin: boolean; user: User; ip: string }>();
    if (context.admin) throw errors.BANNED({ reason: input.id });
    return { id: "1", kind: "text" };
  }),
  messages: plain(
    signedIn(async function* ({ input, context, lastEventId }) {
      yield { id: input.room, kind: "text" };
      yield event({ id: context.user.name, kind: "image" }, { id: lastEventId ?? "1" });
    }),
  ),
  ping: plain(({ input, context }) => {
    expectTypeOf(input).toEqualTypeOf<undefined>();
    expectTypeOf(context).toEqualTypeOf<{ user?: User; ip: string }>();
  }),
});

app.handler(
  send,
  banning(({ input, context }) => ({ ...input, id: context.user.name })),
);

const stream = async function* () {};
const nothing = () => {};
const stricter = banning.middleware(({ next }) => next());
// @ts-expect-error messages declares no BANNED
app.handler(messages, banning(stream));
// @ts-expect-error ping declares BANNED without data, this middleware throws it with a reason
app.handler(ping, banning(nothing));
// @ts-expect-error what is built on it may fail with BANNED too
app.handler(messages, stricter(stream));

app.handler(
  send,
  signedIn(({ context, errors }) => {
    // @ts-expect-error nobody added an admin
    context.admin;
    // @ts-expect-error the contract does not declare NOPE
    errors.NOPE();
    return message;
  }),
);
app.handler(
  send,
  // @ts-expect-error a message needs a kind
  signedIn(() => ({ id: "1" })),
);
app.handler(
  messages,
  // @ts-expect-error an event is a message
  signedIn(async function* () {
    yield { id: "1", kind: "sound" };
  }),
);
// @ts-expect-error a subscription answers with a stream
app.handler(messages, signedIn(send));

// A context must have what the middleware needs; it may have more.
const answer = () => message;
implement(contract).context<{ user?: User; ip: string; session: string }>().handler(send, signedIn(answer));
// @ts-expect-error this context has no ip
implement(contract).context<{ session: string }>().handler(send, signedIn(answer));

// A union stays a union, and what is added narrows it.
type Session = { readonly role: "guest" } | { readonly role: "user"; readonly name: string };
const sessions = implement(contract).context<Session>();
sessions
  .middleware(({ next }) => next({ ip: "::1" }))
  .middleware(({ context, next }) => {
    expectTypeOf(context.role === "user" ? context.name : context.ip).toEqualTypeOf<string>();
    return next();
  });

// Two ways out add what both add.
app
  .middleware(({ context, next }) => (context.user ? next({ user: context.user }) : next()))
  .middleware((args) => {
    // @ts-expect-error one way adds no user
    args.context.user.name;
    return args.next();
  });

// @ts-expect-error what next returned must be returned
app.middleware(({ next }) => {
  next();
});
// @ts-expect-error what a middleware returns comes from next
app.middleware(() => ({ user: "ada" }));
// @ts-expect-error fail takes a standard code
app.middleware(({ fail }) => fail("NOPE"));
// @ts-expect-error a code carries a schema's data, or null for none
app.middleware({ errors: { BANNED: "reason" } }, ({ next }) => next());
