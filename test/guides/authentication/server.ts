import { implement, RpcError, serve } from "@trunkline/server";
import { account } from "./contract.js";
import { type Ticket, verify } from "./tickets.js";

/** What handlers are given. A guest has no ticket. */
interface Context {
  readonly ticket?: Ticket;
}

const app = implement(account).context<Context>();
const signedIn = app.middleware(({ context, next, fail }) =>
  context.ticket ? next({ user: context.ticket.user }) : fail("UNAUTHENTICATED"),
);

const router = app.router({
  motto: () => "many calls, one line",
  me: signedIn(({ context }) => context.user),
  news: signedIn(async function* ({ context }) {
    yield `hello, ${context.user}`;
  }),
});

export const open = () =>
  serve(router, {
    context: async ({ auth }) => {
      if (auth === undefined) return {};
      const ticket = await verify(auth);
      if (ticket === undefined) throw new RpcError("UNAUTHENTICATED");
      return { ticket };
    },
    identity: ({ ticket }) => ticket?.user,
    expiresAt: ({ ticket }) => ticket?.expires,
  });
