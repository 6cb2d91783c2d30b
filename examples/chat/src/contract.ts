/**
 * What the chat is made of, shared by the server, the page, the terminal and the two guests. Times are milliseconds
 * since the epoch.
 */
import { defineContract, type InferErrors, mutation, query, subscription } from "@trunkline/core";
import { z } from "zod";
import { isPrintable } from "./printable.js";

/** A message's length at most, in UTF-16 units: with every kind of text it fits a WebSocket message of 1 MiB. */
export const TEXT_LENGTH = 250_000;
export const NAME_LENGTH = 24;

export const Name = z.string().trim().min(1).max(NAME_LENGTH).refine(isPrintable, "control characters are not text");

const Room = z.object({
  id: z.string(),
  title: z.string(),
  topic: z.string(),
  /** How many people fit in. */
  capacity: z.int(),
});

const Message = z.object({
  /** Names the message and its place in the room: a subscription resumes after it. */
  id: z.string(),
  /** Chosen by the author, who recognizes the message by it. */
  key: z.string(),
  author: z.string(),
  text: z.string(),
  sentAt: z.date(),
});

const Person = z.object({ name: z.string(), rooms: z.array(z.string()) });

const inRoom = z.object({ room: z.string().max(40) });
const Draft = inRoom.extend({
  /** Sending the same key twice sends one message. */
  key: z.string().min(1).max(64),
  text: z
    .string()
    .max(TEXT_LENGTH)
    .refine((text) => text.trim() !== "", "a message needs a text")
    .refine(isPrintable, "control characters are not text"),
});
const roomFull = { ROOM_FULL: z.object({ capacity: z.int() }) };

export const chat = defineContract({
  rooms: {
    list: query({ output: z.array(Room), summary: "The rooms there are." }),
    history: query({
      input: inRoom.extend({ before: z.string().max(64).optional() }),
      output: z.object({
        messages: z.array(Message),
        /** Where live messages continue: the `lastEventId` of `rooms.messages`. */
        cursor: z.string(),
        /** Whether older messages are there. */
        more: z.boolean(),
      }),
      summary: "The latest messages of a room, or those before one, oldest first.",
    }),
    send: mutation({
      input: Draft,
      output: Message,
      errors: { ...roomFull, TOO_FAST: z.object({ retryAfterMs: z.int() }) },
      // The key makes it so: the second time, the message of the first is the answer.
      idempotent: true,
      timeoutMs: 15_000,
    }),
    messages: subscription({
      input: inRoom,
      event: Message,
      errors: roomFull,
      summary: "Being in a room: what is said there, live, from `lastEventId` on.",
    }),
    typing: subscription({
      input: inRoom,
      event: z.array(z.string()),
      slow: "latest",
      summary: "Who is typing, at each change.",
    }),
    setTyping: mutation({ input: inRoom.extend({ typing: z.boolean() }), idempotent: true, timeoutMs: 3_000 }),
  },
  people: subscription({
    event: z.array(Person),
    // Each event is all there is to know: who missed some has missed nothing.
    slow: "latest",
    summary: "Who is here, and in which rooms, at each change.",
  }),
});

export type Room = z.infer<typeof Room>;
export type Message = z.infer<typeof Message>;
export type Person = z.infer<typeof Person>;
export type Draft = z.infer<typeof Draft>;

/** Whatever a call of this contract may fail with. */
export type ChatError = InferErrors<typeof chat.rooms.send> | InferErrors<typeof chat.rooms.messages>;
