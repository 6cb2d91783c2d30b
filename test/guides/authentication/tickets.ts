/** What stands for your tokens or your table of sessions: who holds a ticket, and until when. */
import { randomUUID } from "node:crypto";

export interface Ticket {
  readonly user: string;
  /** In milliseconds since the epoch. */
  readonly expires: number;
}

const tickets = new Map<string, Ticket>();

export function issue(user: string, lifeMs = 60_000): string {
  const token = randomUUID();
  tickets.set(token, { user, expires: Date.now() + lifeMs });
  return token;
}

export const withdraw = (token: string) => tickets.delete(token);

/** `auth` is whatever a client sent. */
export async function verify(auth: unknown): Promise<Ticket | undefined> {
  const ticket = typeof auth === "string" ? tickets.get(auth) : undefined;
  return ticket !== undefined && ticket.expires > Date.now() ? ticket : undefined;
}
