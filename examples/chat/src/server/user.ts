/**
 * Who is calling. A name is claimed and not proved, as on a party line; only the guests, who live in this process, show
 * a key, so that nobody speaks in their names.
 */
import { RpcError } from "@trunkline/core";
import { z } from "zod";
import { Name } from "../contract.js";

export interface User {
  readonly name: string;
}

/** Name → the key that its bearer must show. */
export type ReservedNames = ReadonlyMap<string, string>;

const Credentials = z.object({ name: Name, key: z.string().optional() });

/**
 * The user that a connection's `auth` stands for; undefined for one without it, who may look around but not speak.
 *
 * @throws RpcError `UNAUTHENTICATED` for what is no name, and for somebody else's.
 */
export function identify(auth: unknown, reserved: ReservedNames): User | undefined {
  if (auth === undefined || auth === null) return undefined;
  const { data } = Credentials.safeParse(auth);
  if (data === undefined) throw new RpcError("UNAUTHENTICATED");
  const folded = data.name.toLowerCase();
  for (const [name, key] of reserved) {
    if (name.toLowerCase() === folded && data.key !== key) throw new RpcError("UNAUTHENTICATED");
  }
  return { name: data.name };
}
