import { defineContract, mutation, query, subscription } from "@trunkline/core";
import type { ReportedGap, TopicEvent } from "@trunkline/core/internal";
import { z } from "zod";
import { implement } from "../define.js";
import { MemoryBackplane } from "./memory-backplane.js";
import { createTopic, topics } from "./topics.js";

const Message = z.object({ author: z.string(), text: z.string(), edited: z.boolean().default(false) });

const chat = defineContract({
  messages: subscription({ input: z.object({ room: z.string() }), event: Message }),
  numbers: subscription({ event: z.number() }),
  ticks: subscription({}),
  lengths: subscription({ event: z.string().transform((text) => text.length) }),
  history: query({ output: z.array(Message) }),
  send: mutation({}),
});

const rooms = topics(chat.messages);
const numbers = createTopic(chat.numbers);
const lengths = createTopic(chat.lengths);

// What is published is what the schema takes; what is read is what it gives.
void rooms("lobby").publish({ author: "ada", text: "hello" });
void createTopic(chat.ticks).publish();
void lengths.publish("four");
export const read: AsyncIterable<TopicEvent<string, number> | ReportedGap> = lengths.subscribe();
export const last: Promise<number | undefined> = lengths.snapshot().then(({ events }) => events[0]?.data);

// @ts-expect-error the event has a text
void rooms("lobby").publish({ author: "ada" });
// @ts-expect-error the topic is of numbers
void numbers.publish("1");
// @ts-expect-error an event that carries something is not left out
void numbers.publish();
// @ts-expect-error a query has no events
topics(chat.history);
// @ts-expect-error neither has a mutation
createTopic(chat.send);
// @ts-expect-error logs that are elsewhere have a name there
topics(chat.messages, { backplane: new MemoryBackplane() });

const app = implement(chat);
app.handlers(chat, {
  messages: ({ input, lastEventId }) => rooms(input.room).subscribe({ after: lastEventId }),
  // @ts-expect-error the events of another topic are not those of this subscription
  numbers: () => rooms("lobby").subscribe(),
  ticks: async function* () {},
  lengths: ({ signal }) => lengths.subscribe({ signal }),
  history: async () => (await rooms("lobby").snapshot({ last: 10 })).events.map(({ data }) => data),
  send: async () => void (await numbers.publish(1)),
});
