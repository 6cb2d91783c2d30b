/** A client's functions take what the contract says, and no more; what does not fit does not compile. */
import { defineContract, type InferErrors, mutation, query, subscription } from "@trunkline/core";
import type { EventStream, RpcPromise } from "@trunkline/core/internal";
import { expectTypeOf } from "vitest";
import { z } from "zod";
import type { Client } from "./client.js";
import { createClient } from "./create-client.js";

const Message = z.object({ id: z.string(), text: z.string() });
const contract = defineContract({
  ping: query({}),
  search: query({ input: z.object({ text: z.string().optional() }).optional(), output: z.array(Message) }),
  rooms: {
    send: mutation({
      input: z.object({ room: z.string(), text: z.string() }),
      output: Message,
      errors: { FULL: null },
    }),
    messages: subscription({ input: z.object({ room: z.string() }), event: Message }),
    ticks: subscription({}),
  },
  files: {
    upload: mutation({
      input: z.object({ name: z.string() }),
      upstream: z.string().transform(Number),
      output: z.int(),
    }),
    sum: query({ upstream: z.number(), output: z.number() }),
    talk: subscription({ upstream: Message, event: Message }),
  },
});
const client = createClient(contract, { url: "wss://example.com" });
const { rooms } = client;
const { signal } = new AbortController();

// Outputs and events are what the contract says.
expectTypeOf(rooms.send({ room: "a", text: "b" })).toEqualTypeOf<
  RpcPromise<{ id: string; text: string }, InferErrors<typeof contract.rooms.send>>
>();
expectTypeOf(await client.search()).toEqualTypeOf<{ id: string; text: string }[]>();
expectTypeOf(await client.ping()).toEqualTypeOf<void>();
expectTypeOf(rooms.messages({ room: "a" })).toEqualTypeOf<
  EventStream<{ id: string; text: string }, InferErrors<typeof contract.rooms.messages>>
>();
for await (const message of rooms.messages({ room: "a" }))
  expectTypeOf(message).toEqualTypeOf<z.infer<typeof Message>>();
for await (const tick of rooms.ticks()) expectTypeOf(tick).toEqualTypeOf<void>();

// Options stand second; an input that is nothing, or may be, can be left out.
void rooms.send({ room: "a", text: "b" }, { signal, timeoutMs: 5, meta: { trace: "t" } });
rooms.messages({ room: "a" }, { signal, lastEventId: "7", onGap: ({ reason }) => expectTypeOf(reason).toBeString() });
void client.ping(undefined, { timeoutMs: 1 });
void client.search(undefined, { timeoutMs: 1 });
void client.search({ text: "x" });
void client.search({});

// @ts-expect-error a declared input is required
void rooms.send();
// @ts-expect-error with each of its members
void rooms.send({ room: "a" });
// @ts-expect-error of their types
void rooms.send({ room: "a", text: 5 });
// @ts-expect-error and no others
void rooms.send({ room: "a", text: "b", colour: "red" });
// @ts-expect-error nothing is taken where nothing is declared
void client.ping({ room: "a" });
// @ts-expect-error a misspelt option
void rooms.send({ room: "a", text: "b" }, { timeout: 5 });
// @ts-expect-error an option of the wrong type
void rooms.send({ room: "a", text: "b" }, { timeoutMs: "5" });
// @ts-expect-error a call has no events to continue after
void rooms.send({ room: "a", text: "b" }, { lastEventId: "7" });
// @ts-expect-error metadata is an object
void rooms.send({ room: "a", text: "b" }, { meta: "trace" });
// @ts-expect-error a subscription is no promise
rooms.messages({ room: "a" }).then;
// @ts-expect-error what the contract does not have
void rooms.leave();
// @ts-expect-error a group is no function
void client.rooms();
// @ts-expect-error C1: a client is no promise
client.then;
// @ts-expect-error a client is not changed
client.ping = async () => {};
// @ts-expect-error an address is required
createClient(contract, {});

// An upstream is given where one is declared, as what its schema takes, and nowhere else.
expectTypeOf(await client.files.upload({ name: "a" }, { upstream: ["1"], signal })).toEqualTypeOf<number>();
void client.files.upload({ name: "a" }, { upstream: new ReadableStream<string>() });
void client.files.sum(undefined, { upstream: new Set([1]) });
expectTypeOf(client.files.talk(undefined, { upstream: rooms.messages({ room: "a" }), onGap: () => {} })).toEqualTypeOf<
  EventStream<{ id: string; text: string }, InferErrors<typeof contract.files.talk>>
>();
// @ts-expect-error a declared upstream is required
void client.files.upload({ name: "a" });
// @ts-expect-error among the other options too
void client.files.upload({ name: "a" }, { signal });
// @ts-expect-error of items that its schema takes
void client.files.upload({ name: "a" }, { upstream: [1] });
// @ts-expect-error nothing is sent where nothing is declared
void rooms.send({ room: "a", text: "b" }, { upstream: ["1"] });

// The connection narrows by its state.
const { status } = client.$connection;
if (status.state === "waiting") expectTypeOf(status.retryAt).toEqualTypeOf<number>();
// @ts-expect-error each state says what is known in it and nothing else
else status.retryAt;
rooms.messages({ room: "a" }).subscribe((message) => expectTypeOf(message).toEqualTypeOf<z.infer<typeof Message>>());
rooms.messages({ room: "a" }).subscribe({ onEvent: ({ text }) => expectTypeOf(text).toBeString() });
// @ts-expect-error without onEvent nothing would be read
rooms.messages({ room: "a" }).subscribe({ onEnd: () => {} });
client.$connection.subscribe(({ state }) => expectTypeOf(state).toEqualTypeOf<typeof status.state>());

// Mapped from the contract's own keys without renaming, so that an editor leads from a call to its declaration.
expectTypeOf<keyof Client<typeof contract>["rooms"]>().toEqualTypeOf<keyof (typeof contract)["rooms"]>();
expectTypeOf<Parameters<typeof rooms.send>[0]>().toEqualTypeOf<{ room: string; text: string }>();
