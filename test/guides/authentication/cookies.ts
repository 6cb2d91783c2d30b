import { type Greeting, RpcError } from "@trunkline/server";
import { type Ticket, verify } from "./tickets.js";

/** Who it is, by the cookie that the site's own sign-in has set. */
export async function byCookie({ request }: Greeting): Promise<{ readonly ticket: Ticket }> {
  const [, session] = /(?:^|; )session=([\w-]+)/.exec(request?.headers.cookie ?? "") ?? [];
  const ticket = await verify(session);
  if (ticket === undefined) throw new RpcError("UNAUTHENTICATED");
  return { ticket };
}
