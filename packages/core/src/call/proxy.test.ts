import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { mutation, query, subscription } from "../contract/procedure.js";
import { routes } from "../contract/routes.js";
import { defineContract } from "./define-contract.js";
import { buildProxy } from "./proxy.js";

const contract = defineContract({
  ping: query({}),
  rooms: { send: mutation({}), admin: { ban: mutation({}) }, messages: subscription({}) },
});

type Group = { readonly [name: string]: Group } & (() => unknown);

/** A tree of functions that note that they were called. */
function build() {
  const called: string[] = [];
  const dispose = async () => {};
  const bind = (path: string) => () => called.push(path);
  const extras = { $connection: Object.freeze({ status: "idle" }), [Symbol.asyncDispose]: dispose };
  return { client: buildProxy(routes(contract), bind, extras) as unknown as Group, called };
}

/** Every object of the tree. */
const groups = (client: Group) => [client, client.rooms!, client.rooms!.admin!];

describe("the tree of a contract", () => {
  it("has a function for each procedure, under its names", () => {
    const { client, called } = build();
    client.ping!();
    client.rooms!.admin!.ban!();
    client.rooms!.messages!();
    expect(called).toEqual(["ping", "rooms.admin.ban", "rooms.messages"]);
    expect(client.rooms!.admin!.ban!.name).toBe("rooms.admin.ban");
  });

  it("gives the same function each time, to be passed around without its object", () => {
    const { client, called } = build();
    const { send } = client.rooms!;
    expect(send).toBe(client.rooms!.send);
    send!();
    expect(called).toEqual(["rooms.send"]);
  });

  it("C1: is not a thenable at any level: awaiting it gives it back and calls nothing", async () => {
    const { client, called } = build();
    for (const group of [...groups(client), client.rooms!.send!]) {
      expect(await group).toBe(group);
      expect(await Promise.resolve(group)).toBe(group);
      expect(await (async () => group)()).toBe(group);
      for (const name of ["then", "catch", "finally"]) expect((group as Group)[name]).toBeUndefined();
    }
    expect(called).toEqual([]);
  });

  it("C2: can be shown in every way, and calls nothing", () => {
    const { client, called } = build();
    expect(inspect(client, { depth: 9 })).toContain("ban: [Function: rooms.admin.ban]");
    expect(JSON.stringify(client)).toBe('{"rooms":{"admin":{}}}');
    expect(`${String(client)} ${client} ${client.rooms}`).toBe(
      "[trunkline client] [trunkline client] [trunkline rooms]",
    );
    expect(Object.prototype.toString.call(client)).toBe("[object Object]");
    expect(called).toEqual([]);
  });

  it("C2: can be compared and matched by a test", () => {
    const { client, called } = build();
    expect(client).toEqual(client);
    expect(client).toStrictEqual(client);
    expect(client).not.toEqual(build().client);
    expect(client).toHaveProperty("rooms.admin.ban");
    expect(() => expect(client).toEqual({})).toThrow();
    expect(() => expect(client).toBe(null)).toThrow();
    expect(called).toEqual([]);
  });

  it("C2: cannot be cloned, as no function can", () => {
    const { client, called } = build();
    expect(() => structuredClone(client)).toThrow("could not be cloned");
    expect(called).toEqual([]);
  });

  it("C2: asked for any well-known symbol, calls nothing", () => {
    const { client, called } = build();
    for (const symbol of Object.values(Object.getOwnPropertyDescriptors(Symbol)).map(({ value }) => value)) {
      if (typeof symbol !== "symbol") continue;
      const found = Reflect.get(client, symbol);
      if (symbol !== Symbol.toPrimitive && symbol !== Symbol.asyncDispose) expect(found).toBeUndefined();
    }
    expect(called).toEqual([]);
  });

  it("C3: has no prototype and nothing of one", () => {
    const { client } = build();
    for (const group of groups(client)) {
      expect(Object.getPrototypeOf(group)).toBeNull();
      for (const name of [...Object.getOwnPropertyNames(Object.prototype), "prototype"]) {
        expect(group[name]).toBeUndefined();
        expect(name in group).toBe(false);
      }
    }
  });

  it("C3: lists the contract's names and no others", () => {
    const { client } = build();
    expect(Object.keys(client)).toEqual(["ping", "rooms"]);
    expect(Object.keys(client.rooms!)).toEqual(["send", "admin", "messages"]);
    expect("ping" in client && "$connection" in client).toBe(true);
    expect("pong" in client).toBe(false);
    expect(client.pong).toBeUndefined();
    expect({ ...client }).not.toHaveProperty("$connection");
  });

  it("C3: is frozen, the functions too", () => {
    const { client } = build();
    for (const member of [...groups(client), client.ping!, client.rooms!.admin!.ban!]) {
      expect(Object.isFrozen(member)).toBe(true);
      expect(Reflect.set(member, "x", 1)).toBe(false);
      expect(Reflect.setPrototypeOf(member, {})).toBe(false);
    }
    expect(Reflect.deleteProperty(client, "ping")).toBe(false);
    expect(Reflect.set(client, "ping", () => {})).toBe(false);
  });
});
