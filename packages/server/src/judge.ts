/** Who comes: the application's hooks are asked, as many at a time as are admitted. */
import { RpcError } from "@trunkline/core";
import type { Admission } from "./admission.js";
import type { Guest } from "./guest.js";
import type { Greeting } from "./handshake.js";
import type { ServerSetup } from "./server-options.js";

/** Asks. What it returns may reject anything, and holds its place until the `context` hook has settled. */
export function judge(setup: ServerSetup<unknown>, admission: Admission): (greeting: Greeting) => Promise<Guest> {
  return async (greeting) => {
    const release = admission.hook(greeting.request?.remoteAddress);
    if (release === undefined) throw new RpcError("RESOURCE_EXHAUSTED");
    try {
      const context = (await setup.context?.(greeting)) ?? {};
      const expiresAt = setup.expiresAt?.(context);
      return { context, identity: setup.identity?.(context), expiresAt: expiresAt?.valueOf() };
    } finally {
      release();
    }
  };
}
