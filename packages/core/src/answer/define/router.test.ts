import { describe, expect, it } from "vitest";
import { defineContract } from "../../call/define-contract.js";
import { mutation, query, subscription } from "../../contract/procedure.js";
import type { RunningArgs } from "./handler.js";
import { implement } from "./implement.js";

const contract = defineContract({
  rooms: {
    list: query({}),
    send: mutation({ errors: { ROOM_FULL: null } }),
    messages: subscription({}),
  },
  ping: query({}),
});

const app = implement(contract);
const messages = async function* () {};
const complete = () => ({ rooms: { list: () => {}, send: () => {}, messages }, ping: () => {} });

/** What a JavaScript user may pass. */
const route = (handlers: unknown) => app.router(handlers as never);

describe("a router", () => {
  it("leads from each path to its procedure and its handler, in the contract's order", () => {
    const handlers = complete();
    const { routes } = app.router(handlers);
    expect([...routes.keys()]).toEqual(["rooms.list", "rooms.send", "rooms.messages", "ping"]);
    const send = routes.get("rooms.send");
    expect(send).toMatchObject({ path: "rooms.send", procedure: contract.rooms.send, handler: handlers.rooms.send });
    expect(Object.keys(send?.errors ?? {})).toEqual(["ROOM_FULL"]);
  });

  it("is frozen, and carries its contract", () => {
    const router = app.router(complete());
    expect(router.contract).toBe(contract);
    expect(Object.isFrozen(router)).toBe(true);
    expect(Object.isFrozen(router.routes.get("ping"))).toBe(true);
  });

  it("takes handlers from several files", () => {
    const rooms = app.handlers(contract.rooms, { list: () => {}, send: () => {}, messages });
    const ping = app.handler(contract.ping, () => {});
    expect(app.router({ rooms, ping }).routes.get("ping")?.handler).toBe(ping);
  });

  it("holds handlers with their middleware around them", () => {
    const limited = app.middleware(({ next }) => next({ limited: true }));
    const ping = limited(({ context }) => context as never);
    const { handler } = app.router({ ...complete(), ping }).routes.get("ping") ?? {};
    expect(handler?.({ context: { user: "ada" } } as unknown as RunningArgs<never>)).toEqual({
      user: "ada",
      limited: true,
    });
  });
});

describe("handlers are refused, every path by name:", () => {
  it("missing and superfluous ones", () => {
    const { ping, rooms } = complete();
    const { send: _, ...others } = rooms;
    expect(() => route({ ping, pong: ping, rooms: { ...others, sned: rooms.send } })).toThrow(
      new TypeError(
        [
          "the router does not fit its contract:",
          "  rooms.send: expected a handler for this mutation, but came none",
          "  pong: expected nothing here, the contract has no such procedure",
          "  rooms.sned: expected nothing here, the contract has no such procedure",
        ].join("\n"),
      ),
    );
  });

  it("those that are no functions", () => {
    expect(() => route({ ...complete(), ping: "pong" })).toThrow(
      "ping: expected a handler for this query, but came a value of type string",
    );
    expect(() => route({ ...complete(), ping: null })).toThrow(
      "ping: expected a handler for this query, but came null",
    );
  });

  it("a function in place of a group", () => {
    const refused = () => route({ ...complete(), rooms: () => {} });
    expect(refused).toThrow("rooms.list: expected a handler for this query, but came none");
    expect(refused).toThrow("rooms: expected nothing here, the contract has no such procedure");
  });

  it("a group in place of a function", () => {
    const cycle: Record<string, unknown> = {};
    cycle.cycle = cycle;
    expect(() => route({ ...complete(), ping: cycle })).toThrow(
      "ping: expected a handler for this query, but came a value of type object",
    );
  });

  it("nothing at all", () => {
    expect(() => route(undefined)).toThrow("rooms.list: expected a handler for this query, but came none");
  });

  it("names that objects inherit", () => {
    const inherited = Object.create(complete());
    expect(() => route(inherited)).toThrow("ping: expected a handler for this query, but came none");
  });

  it("middleware whose codes the procedure does not declare, however deep it is", () => {
    const full = app.middleware({ errors: { ROOM_FULL: null } }, ({ next }) => next());
    const banned = full.middleware({ errors: { BANNED: null } }, ({ next }) => next());
    const outer = app.middleware(({ next }) => next());
    const wrap = (middleware: unknown) => (middleware as (handler: unknown) => unknown)(() => {});
    const { rooms, ping } = complete();
    expect(() => route({ ping, rooms: { ...rooms, send: wrap(full) } })).not.toThrow();
    expect(() => route({ ping, rooms: { ...rooms, send: outer(wrap(banned) as never) } })).toThrow(
      "rooms.send: a middleware may fail with BANNED, which the procedure does not declare",
    );
    expect(() => route({ ping: wrap(full), rooms })).toThrow("ping: a middleware may fail with ROOM_FULL, which");
  });

  it("a contract that defineContract did not make", () => {
    expect(() => implement({ ping: query({}) }).router({ ping: () => {} })).toThrow(
      "expected a contract made by defineContract()",
    );
  });
});
