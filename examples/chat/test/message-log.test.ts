import { describe, expect, it } from "vitest";
import type { Message } from "../src/contract.js";
import { MessageLog } from "../src/server/message-log.js";

const say = (log: MessageLog, text: string): Message =>
  log.append({ author: "Ada", key: text, text, sentAt: new Date(0) });

/** What a reader gets who comes back with an id and does not stay. */
async function read(log: MessageLog, lastEventId: string): Promise<string[]> {
  const stay = new AbortController();
  const items: string[] = [];
  const reading = (async () => {
    for await (const item of log.follow(lastEventId, stay.signal)) items.push(JSON.stringify(item));
  })();
  await new Promise(setImmediate);
  stay.abort();
  await reading;
  return items;
}

describe("a log", () => {
  it("keeps so many messages, and a key as long as its message", () => {
    const log = new MessageLog({ messages: 2, length: 100 });
    const [one, two, three] = ["1", "2", "3"].map((text) => say(log, text));
    expect(log.page().messages).toEqual([two, three]);
    expect([log.find("Ada", "1"), log.find("Ada", "2"), log.find("Bob", "2")]).toEqual([undefined, two, undefined]);
    expect(log.page(one!.id).messages).toEqual([]);
  });

  it("keeps so much text", () => {
    const log = new MessageLog({ messages: 100, length: 5 });
    say(log, "four");
    const five = say(log, "fives");
    expect(log.page().messages).toEqual([five]);
  });

  it("reads on after an id", async () => {
    const log = new MessageLog();
    const one = say(log, "1");
    const two = say(log, "2");
    expect(await read(log, one.id)).toEqual([JSON.stringify({ data: two, id: two.id })]);
    expect(await read(log, two.id)).toEqual([]);
  });

  it("reports what is no longer kept", async () => {
    const log = new MessageLog({ messages: 1, length: 100 });
    const one = say(log, "1");
    for (const text of ["2", "3", "4"]) say(log, text);
    const [gap, four, ...more] = await read(log, one.id);
    expect(gap).toContain("2 messages are no longer kept");
    expect(four).toContain('"text":"4"');
    expect(more).toEqual([]);
  });

  it.each(["", "x.1", "1", "other.0", "999999"])("takes the id %j for that of another log", async (id) => {
    const log = new MessageLog();
    say(log, "1");
    const [gap, one] = await read(log, id);
    expect(gap).toContain("started anew");
    expect(one).toContain('"text":"1"');
  });
});
