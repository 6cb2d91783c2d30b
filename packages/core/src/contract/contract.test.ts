import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineContract } from "../call/define-contract.js";
import { mutation, query } from "./procedure.js";
import { routes } from "./routes.js";

/** What a JavaScript user may pass. */
const define = (tree: unknown) => defineContract(tree as never);

describe("a contract", () => {
  it("is a copy of the tree, frozen at every depth, without a prototype", () => {
    const send = mutation({});
    const tree = { rooms: { admin: { send } } };
    const contract = defineContract(tree);
    expect(contract.rooms.admin.send).toBe(send);
    for (const group of [contract, contract.rooms, contract.rooms.admin]) {
      expect(Object.isFrozen(group)).toBe(true);
      expect(Object.getPrototypeOf(group)).toBe(null);
    }
    expect(Object.isFrozen(tree.rooms)).toBe(false);
  });

  it("may be made of other contracts, of modules and of empty groups", () => {
    const inner = defineContract({ ping: query({}) });
    const module = Object.create(null, { [Symbol.toStringTag]: { value: "Module" } });
    module.list = query({});
    expect([...routes(define({ inner, module, empty: {} })).keys()]).toEqual(["inner.ping", "module.list"]);
  });

  it("takes names as the language writes them", () => {
    expect(() => define({ a: { A9_: query({}) }, _x: query({}), default: query({}), kind: query({}) })).not.toThrow();
  });
});

describe("its routes", () => {
  it("lead from dotted paths to procedures, in the order of declaration", () => {
    const procedures = [query({}), mutation({}), query({})] as const;
    const contract = defineContract({ b: { z: procedures[0], a: { c: procedures[1] } }, a: procedures[2] });
    expect([...routes(contract)]).toEqual([
      ["b.z", procedures[0]],
      ["b.a.c", procedures[1]],
      ["a", procedures[2]],
    ]);
  });

  it("are collected once", () => {
    const contract = defineContract({ ping: query({}) });
    expect(routes(contract)).toBe(routes(contract));
  });

  it("belong to a whole contract only", () => {
    const contract = defineContract({ rooms: { list: query({}) } });
    for (const other of [contract.rooms, { ping: query({}) }, {}, null as never, undefined as never]) {
      expect(() => routes(other)).toThrow("expected a contract made by defineContract(), whole and not a part of it");
    }
  });
});

describe("a tree is refused, with the path of what is wrong:", () => {
  it.each([
    "then",
    "catch",
    "finally",
    "constructor",
    "prototype",
    "__proto__",
    "toJSON",
    "toString",
    "valueOf",
    "$connection",
  ])("the name %s", (name) => {
    const rooms = Object.defineProperty({}, name, { value: query({}), enumerable: true });
    expect(() => define({ rooms })).toThrow(`contract at rooms.${name}: the name ${name} is reserved`);
  });

  it.each(["a.b", "9a", "a-b", "é", "a b"])("the name %j", (name) => {
    expect(() => define({ rooms: { [name]: query({}) } })).toThrow(
      `contract at rooms.${name}: expected a name of letters, digits and _`,
    );
  });

  it("an empty name", () => {
    expect(() => define({ "": query({}) })).toThrow("a name must not be empty");
  });

  it("a symbol", () => {
    expect(() => define({ rooms: { [Symbol("x")]: query({}) } })).toThrow(
      "contract at rooms: expected names that are strings, but came Symbol(x)",
    );
  });

  it.each([
    ["undefined", undefined],
    ["null", null],
    ["a number", 5],
    ["a function", () => {}],
    ["an array", [query({})]],
    ["a schema", z.string()],
    ["an object of class Map", new Map()],
    ["an object of class Date", new Date()],
  ])("%s", (came, member) => {
    const message = "expected a procedure (query, mutation, subscription) or a group of procedures, but came";
    expect(() => define({ rooms: { list: member } })).toThrow(`contract at rooms.list: ${message} ${came}`);
  });

  it.each([
    ["undefined", undefined],
    ["a query", query({})],
    ["a schema", z.object({})],
  ])("%s in place of the tree", (came, tree) => {
    expect(() => define(tree)).toThrow(`contract: expected a group of procedures, but came ${came}`);
  });

  it("a member that only looks like a procedure", () => {
    expect(() => define({ list: { kind: "query", definition: {} } })).toThrow("contract at list.kind: expected");
  });

  it("the same procedure under two paths", () => {
    const list = query({});
    expect(() => define({ rooms: { list }, users: { list } })).toThrow(
      "contract at users.list: the same procedure object already stands under rooms.list",
    );
  });

  it("a group within itself", () => {
    const rooms: Record<string, unknown> = { list: query({}) };
    rooms.inner = { rooms };
    expect(() => define({ rooms })).toThrow("contract at rooms.inner.rooms: this group contains itself");
  });
});

it("a value that cannot travel is refused with its path and its place", () => {
  const define = () =>
    defineContract({ rooms: { send: mutation({ errors: { FULL: z.object({ plan: z.file() }) } }) } });
  expect(define).toThrow(TypeError);
  expect(define).toThrow("contract at rooms.send: errors.FULL.plan is a file, which cannot travel");
});
