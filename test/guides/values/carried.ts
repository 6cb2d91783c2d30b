import { carried } from "@trunkline/core";
import * as v from "valibot";
import { z } from "zod";
import { Money } from "./money.js";

export const Visit = carried(v.object({ at: v.date(), pages: v.set(v.string()) }), {
  object: { at: "date", pages: { set: "string" } },
});

export const Price = carried(z.instanceof(Money), {
  name: "money", // a part of the contract's hash
  encode: ({ cents, currency }) => `${cents} ${currency}`,
  decode: (json) => Money.parse(String(json)),
});
