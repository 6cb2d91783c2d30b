import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineContract } from "./contract.js";
import { mutation, query, subscription } from "./procedure.js";

const refused = (define: () => unknown) => expect(define);
const node: z.ZodType = z.lazy(() => z.object({ next: node.optional(), text: z.string() }));

describe("a contract whose values JSON cannot carry", () => {
  it.each([
    ["a date in an output", { output: z.object({ sentAt: z.date() }) }, "output.sentAt is a date"],
    ["a bigint in a list", { output: z.array(z.object({ id: z.bigint() })) }, "output.*.id is a bigint"],
    ["a map behind optional", { output: z.map(z.string(), z.string()).optional() }, "output is a map"],
    ["a set in a union", { output: z.union([z.string(), z.set(z.string())]) }, "output is a set"],
    ["a date in a record", { output: z.record(z.string(), z.date()) }, "output.* is a date"],
    ["a date in a tuple", { output: z.tuple([z.string(), z.date()]) }, "output.1 is a date"],
    ["a date in an input", { input: z.object({ since: z.date().nullable() }) }, "input.since is a date"],
    ["a date in an error", { errors: { CLOSED: z.object({ until: z.date() }) } }, "errors.CLOSED.until is a date"],
    ["what a codec decodes to", { output: codec() }, "output is a date"],
  ])("is refused for %s, with its place", (_what, definition, place) => {
    refused(() => defineContract({ rooms: { history: query(definition) } })).toThrow(
      `contract at rooms.history: ${place}, which JSON cannot carry`,
    );
  });

  it("is refused for an upstream too", () => {
    refused(() => defineContract({ upload: mutation({ upstream: z.object({ at: z.date() }) }) })).toThrow(
      "upstream.at is a date",
    );
  });

  it("is refused for an event too", () => {
    refused(() => defineContract({ ticks: subscription({ event: z.object({ at: z.date() }) }) })).toThrow(
      "event.at is a date",
    );
  });

  it.each([
    ["what a codec encodes to", { input: codec() }],
    ["a date that is coerced from what JSON has", { input: z.object({ since: z.coerce.date() }) }],
    ["a recursive schema", { output: node }],
    ["plain JSON of every kind", { output: z.object({ a: z.string().nullish(), b: z.literal([1, "x", true, null]) }) }],
  ])("is not refused for %s", (_what, definition) => {
    refused(() => defineContract({ call: mutation(definition) })).not.toThrow();
  });
});

function codec() {
  return z.codec(z.iso.datetime(), z.date(), {
    decode: (text) => new Date(text),
    encode: (date) => date.toISOString(),
  });
}
