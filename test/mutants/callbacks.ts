/** Bugs in what servers call their clients: whom they call, and what a client does that nobody waits for. */
import { IncomingCalls, op } from "@trunkline/core/internal";
import { ServerConnection } from "@trunkline/server/internal";
import { patch, patchGetter } from "./plant.js";

/** A client does not hear that its server has called something off. */
export function goOnUnwanted(): void {
  patch(IncomingCalls.prototype, "request", (request) => {
    return function (this: IncomingCalls<unknown>, frame, now, announced) {
      const ofServer = frame.id % 2 === 0;
      return ofServer && frame.op === op.cancel ? undefined : request.call(this, frame, now, announced);
    };
  });
}

/** Whoever of an identity is called, it is the one that was called first. */
export function mixConnections(): void {
  const first = new WeakMap<object, Map<string, ServerConnection>>();
  patch(ServerConnection.prototype, "client", (client) => {
    return function (this: ServerConnection, contract) {
      const { identity } = this.context as { readonly identity: string };
      const known = first.get(contract) ?? new Map<string, ServerConnection>();
      first.set(contract, known);
      const called = known.get(identity)?.attached ? known.get(identity)! : this;
      known.set(identity, called);
      return client.call(called, contract) as never;
    };
  });
}

/** A client that moves on waits for answers alone, and not for whom it answers. */
export function leaveCallers(): void {
  patchGetter(IncomingCalls.prototype, "awaited", () => 0);
}
