/** The conformance vectors of PROTOCOL.md section 10, run against the code that ships. */
import { readFileSync } from "node:fs";
import { closeCodes, type Data, isViolation, parse } from "@trunkline/core/internal";
import { describe, expect, it } from "vitest";
import { bytesOf, encodingOf, type PlainMessage, plainMessage } from "./vectors/frames.js";
import { type ConversationCase, Script } from "./vectors/script.js";

interface MessageCase {
  readonly title: string;
  readonly section: string;
  readonly limits: Parameters<typeof parse>[1];
  /** One of the two: a text message, or a binary one in hexadecimal. */
  readonly text?: string;
  readonly binary?: string;
  readonly message?: unknown;
  readonly close?: number;
}

interface EncodingCase {
  readonly title: string;
  readonly section: string;
  readonly message: PlainMessage;
  readonly text?: string;
  readonly binary?: string;
}

const read = <Case>(name: string): Case[] =>
  JSON.parse(readFileSync(new URL(`vectors/${name}.json`, import.meta.url), "utf8"));

const messages = read<MessageCase>("messages");
const encodings = read<EncodingCase>("encoding");
const conversations = read<ConversationCase>("conversation");

describe("a text becomes a message or a violation:", () => {
  it.each(messages.map((one) => [one.section, one.title, one] as const))("§%s %s", (_section, _title, one) => {
    const read = parse(dataOf(one), one.limits);
    if (isViolation(read)) expect({ close: closeCodes[read.close].code }).toEqual({ close: one.close });
    else expect(plainMessage(read)).toStrictEqual(one.message);
  });
});

describe("a message becomes a text:", () => {
  it.each(encodings.map((one) => [one.section, one.title, one] as const))("§%s %s", (_section, _title, one) => {
    expect(encodingOf(one.message)).toEqual(dataOf(one));
  });

  it.each(encodings.map((one) => [one.title, one] as const))("and the text the same message: %s", (_title, one) => {
    const read = parse(dataOf(one), { messageBytes: 1_048_576, jsonDepth: 64, batchFrames: 1_024 });
    expect(isViolation(read) ? read : plainMessage(read)).toStrictEqual(one.message);
  });
});

describe("a conversation follows its script:", () => {
  for (const one of conversations) {
    it(`§${one.section} ${one.title}`, () => {
      const script = new Script(one);
      const done = one.steps.map((step) => script.step(step));
      const expected = one.steps.map(({ out = [], effects = [] }) => ({ out: out.map(asText), effects }));
      expect(done).toStrictEqual(expected);
    });
  }
});

describe("the vectors", () => {
  it.each([
    ["messages", messages],
    ["encoding", encodings],
    ["conversation", conversations],
  ])("%s have a title of their own each", (_name, cases) => {
    const titles = cases.map(({ title }) => title);
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([]);
  });

  it("name sections that PROTOCOL.md has", () => {
    const page = readFileSync(new URL("../PROTOCOL.md", import.meta.url), "utf8");
    const known = new Set([...page.matchAll(/^#{2,3} ([\d.]+?)\.? /gm)].map(([, number]) => number));
    const named = new Set([...messages, ...encodings, ...conversations].map(({ section }) => section));
    expect([...named].filter((section) => !known.has(section))).toEqual([]);
  });
});

const dataOf = ({ text, binary }: { readonly text?: string; readonly binary?: string }): Data =>
  binary === undefined ? text! : bytesOf(binary);

const asText = (message: unknown): unknown =>
  typeof message === "object" && message !== null && "binary" in message ? message : JSON.stringify(message);
