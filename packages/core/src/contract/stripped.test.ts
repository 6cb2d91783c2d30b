import { describe, expect, it } from "vitest";
import { z } from "zod";
import { implement } from "../answer/define/implement.js";
import { conversions } from "../call/conversions.js";
import { defineContract } from "../call/define-contract.js";
import { upstreams } from "../call/upstreams.js";
import type { Contract } from "./contract.js";
import { type ContractDescription, describeContract } from "./description.js";
import { contractHash, procedureHashes } from "./hashes.js";
import { mutation, query, subscription } from "./procedure.js";
import { routes } from "./routes.js";
import { strippedContract } from "./stripped.js";
import { BlobReader, BlobWriter } from "./wire/blob.js";
import { carried } from "./wire/carried.js";
import { wireOf } from "./wire/procedure-wire.js";

interface Visit {
  at: Date;
  photo: Uint8Array;
  id: bigint;
  tags: Map<string, Date>;
}
const Visit = carried(z.custom<Visit>(), {
  object: { at: "date", photo: "bytes", id: "bigint", tags: { map: ["string", "date"] } },
});

const contract = defineContract({
  ping: query({ timeoutMs: Infinity, meta: { role: "admin" }, summary: "Not for clients." }),
  visits: {
    log: mutation({ input: Visit, output: Visit, errors: { LATE: Visit, GONE: null }, idempotent: true }),
    state: subscription({ event: Visit, slow: { latest: "id" } }),
    count: query({ cache: { maxAgeMs: Infinity, tags: ["visits"] } }),
    last: query({ input: Visit, cache: { maxAgeMs: 500, tags: ({ id }) => [`visit:${id}`] } }),
    first: query({ cache: { maxAgeMs: 5 } }),
    upload: mutation({ upstream: Visit, timeoutMs: 500, priority: "low" }),
  },
});

/** As a module would have it. */
const shipped = (): ContractDescription => JSON.parse(JSON.stringify(describeContract(contract)));
const stripped = () => strippedContract<typeof contract>(shipped(), { conversions, upstreams });

describe("a stripped contract", () => {
  it("has the hashes of the contract", () => {
    expect(contractHash(stripped())).toBe(contractHash(contract));
    expect(procedureHashes(stripped())).toEqual(procedureHashes(contract));
  });

  it("has its procedures under the same names, frozen, with what clients read of them", () => {
    const { ping, visits } = stripped();
    expect([...routes(stripped()).keys()]).toEqual([...routes(contract).keys()]);
    expect(Object.isFrozen(visits) && Object.isFrozen(visits.log) && Object.isFrozen(visits.log.definition)).toBe(true);
    expect(ping).toMatchObject({ kind: "query", definition: { timeoutMs: Number.MAX_VALUE } });
    expect(visits.log).toMatchObject({ kind: "mutation", definition: { idempotent: true } });
    expect(visits.state).toMatchObject({ kind: "subscription", definition: { slow: { latest: "id" } } });
    expect(visits.count.definition.cache).toEqual({ maxAgeMs: Number.MAX_VALUE, tags: ["visits"] });
    expect(visits.last.definition.cache).toEqual({ maxAgeMs: 500, tags: ["*"] });
    expect(visits.first.definition.cache).toEqual({ maxAgeMs: 5 });
    expect(visits.upload.definition).toMatchObject({ timeoutMs: 500, priority: "low", upstream: expect.anything() });
    expect(JSON.stringify(shipped())).not.toMatch(/admin|Not for clients/);
  });

  it("carries values as the contract does, there and back", () => {
    const value = {
      at: new Date(5),
      photo: new Uint8Array([1, 2, 3]),
      id: 2n ** 70n,
      tags: new Map([["a", new Date(7)]]),
    };
    const [full, bare] = [contract.visits, stripped().visits];
    for (const [one, other] of [
      [wireOf(full.log).input, wireOf(bare.log).input],
      [wireOf(full.log).output, wireOf(bare.log).output],
      [wireOf(full.log).errors.get("LATE"), wireOf(bare.log).errors.get("LATE")],
      [wireOf(full.state).event, wireOf(bare.state).event],
      [wireOf(full.upload).upstream, wireOf(bare.upload).upstream],
    ]) {
      for (const [from, to] of [
        [one!, other!],
        [other!, one!],
      ] as const) {
        const writer = new BlobWriter();
        const json: unknown = JSON.parse(JSON.stringify(from.encode(value, writer)));
        expect(to.decode(json, new BlobReader(writer.take()))).toEqual(value);
      }
    }
    expect(wireOf(stripped().ping).plans).toEqual({});
  });

  it("is refused by whoever would answer with it, whole or in part", () => {
    expect(() => implement(stripped())).toThrow("expected a contract with its validators, but came a stripped one");
    expect(() => defineContract({ again: stripped().ping })).toThrow("contract at again: expected a procedure");
  });

  it("needs conversions only where a value has a plan, and upstreams only where callers send a stream", () => {
    const plain = describeContract(defineContract({ ping: contract.ping }));
    expect(wireOf(strippedContract<typeof contract>(plain).ping).plans).toEqual({});
    expect(() => strippedContract(shipped(), { upstreams })).toThrow("stripped contract: expected conversions");
    expect(() => strippedContract(shipped(), { conversions })).toThrow("stripped contract: expected upstreams");
  });

  it("is refused where its description has another format", () => {
    expect(() => strippedContract({ ...shipped(), version: 2 })).toThrow("expected a description of version 1");
    expect(() => strippedContract(undefined as never)).toThrow(TypeError);
  });
});

describe("a contract with a conversion of the author's own", () => {
  const own = carried(z.custom<object>(), { name: "money", encode: String, decode: () => ({}) });
  const price = carried(z.custom<object>(), { list: { object: { price: own } } });

  it.each<[string, Contract]>([
    ["output", { shop: { buy: query({ output: price }) } }],
    ["upstream", { shop: { buy: mutation({ upstream: price }) } }],
    ["errors.COSTS", { shop: { buy: query({ errors: { COSTS: price } }) } }],
  ])("cannot be described, and the place is named: %s", (place, tree) => {
    expect(() => describeContract(defineContract(tree))).toThrow(
      `contract at shop.buy: a stripped contract cannot have this procedure: its ${place} travels by the conversion "money"`,
    );
  });
});
