import { expectTypeOf } from "vitest";
import { z } from "zod";
import { defineContract } from "../call/define-contract.js";
import { query, subscription } from "./procedure.js";

const list = query({ output: z.array(z.string()) });
const contract = defineContract({ rooms: { list, deep: { messages: subscription({ event: z.string() }) } } });

expectTypeOf(contract.rooms.list).toEqualTypeOf<typeof list>();
expectTypeOf(contract.rooms.deep.messages.kind).toEqualTypeOf<"subscription">();
// @ts-expect-error what is not declared is not there
contract.rooms.send;

// @ts-expect-error then is reserved: a client would pass for a promise
// biome-ignore lint/suspicious/noThenProperty: refusing it is the point
defineContract({ then: query({}) });
// @ts-expect-error catch is reserved at any depth
defineContract({ rooms: { catch: query({}) } });
// @ts-expect-error names with $ belong to the client
defineContract({ rooms: { $connection: query({}) } });
// @ts-expect-error a schema is no procedure
defineContract({ rooms: { list: z.string() } });
// @ts-expect-error nor is a number
defineContract({ rooms: 5 });
