import { describe, expect, it } from "vitest";
import { defaultLimits, peerLimits } from "./limits.js";
import { isViolation, parse } from "./parse.js";

const read = (text: string) => parse(text, defaultLimits);
const inBatch = (frame: string) => read(`[[1,0],${frame}]`);
const maxId = 2 ** 53 - 1;

/** What is not a count, and what is not a positive number either. */
const notCounts = ["-1", "-0", "0.5", "1.5", "1e999", "9007199254740992", '"1"', "null", "true", "[]", "[1]", "{}"];
const notPositive = [...notCounts, "0"];
const notStrings = ["null", "1", "true", "[]", '["a"]', "{}"];

describe("a message", () => {
  it.each([
    ["nothing", ""],
    ["a blank", " "],
    ["null", "null"],
    ["a number", "1"],
    ["a string", '"hello"'],
    ["an object", "{}"],
    ["an empty array", "[]"],
    ["an array of null", "[null]"],
    ["an array of a number", "[1]"],
    ["a bare frame", "[3,1]"],
    ["a batch like object", '{"0":[1,0]}'],
    ["a byte order mark", "\ufeff[[1,0]]"],
    ["half a message", "[[1,0]"],
    ["more than a message", "[[1,0]] []"],
    ["two messages", "[[1,0]][[1,0]]"],
    ["a trailing comma", "[[1,0],]"],
    ["a comment", "[[1,0]/**/]"],
    ["single quotes", "[[1,0],[9,1,'a']]"],
    ["NaN", "[[1,NaN]]"],
    ["hexadecimal", "[[0x1,0]]"],
    ["a leading zero", "[[01,0]]"],
    ["a raw control character", '[[1,0],[9,1,"\n"]]'],
    ["a lone surrogate outside of a string", "[[1,0],\ud800]"],
    ["null bytes", "\0\0\0\0"],
    ["an unknown greeting", '["howdy",{}]'],
    ["a greeting named like a method", '["toString",{}]'],
    ["a greeting in other letters", '["Goodbye",{"spreadMs":1}]'],
  ])("that is %s is a violation", (_, text) => {
    expect(read(text)).toMatchObject({ type: "violation", close: "protocol" });
  });

  it("is a violation that holds nothing a peer sent", () => {
    expect(JSON.stringify(read('["secret-4711",{}]'))).not.toContain("4711");
    expect(JSON.stringify(read("secret-4711"))).not.toContain("4711");
  });
});

describe("a batch head", () => {
  it.each([
    ["[[1,0]]", 1, 0],
    [`[[${maxId},${maxId}]]`, maxId, maxId],
    [" [ [ 1 , 0 ] ] ", 1, 0],
  ])("%s is read", (text, seq, ack) => {
    expect(read(text)).toStrictEqual({ type: "batch", seq, ack, frames: [] });
  });

  it.each([
    "[[]]",
    "[[1]]",
    "[[1,0,0]]",
    "[[[1,0]]]",
    ...notPositive.map((seq) => `[[${seq},0]]`),
    ...notCounts.map((ack) => `[[1,${ack}]]`),
  ])("%s is a violation", (text) => {
    expect(read(text)).toMatchObject({ type: "violation", close: "protocol" });
  });
});

/** Each frame in its shape: a template per field, so that each field can be broken by itself. */
const shapes: Record<string, { fields: string[]; bad: Record<number, string[]>; sizes: number[] }> = {
  call: {
    fields: ["1", "7", '"a.b"', "100", '{"k":1}', '"in"'],
    bad: { 1: notPositive, 2: notStrings, 3: notCounts, 4: ["1", '"a"', "[]", "true"] },
    sizes: [5, 6],
  },
  subscribe: {
    fields: ["2", "7", '"a.b"', "0", "null", "64", '"e1"', '"in"'],
    bad: {
      ...{ 1: notPositive, 2: notStrings, 3: notCounts, 4: ["1", '"a"', "[]", "true"], 5: notCounts },
      6: notStrings.filter((text) => text !== "null"),
    },
    sizes: [7, 8],
  },
  cancel: { fields: ["3", "7"], bad: { 1: notPositive }, sizes: [2] },
  credit: { fields: ["4", "7", "128"], bad: { 1: notPositive, 2: notPositive }, sizes: [3] },
  result: { fields: ["5", "7", '{"v":1}'], bad: { 1: notPositive }, sizes: [2, 3] },
  error: {
    fields: ["6", "7", '{"code":"A","message":"m","data":1,"errorId":"e","refused":true}'],
    bad: {
      1: notPositive,
      2: [
        ...["null", "1", '"A"', "[]", "{}", '["A","m"]', '{"code":"A"}', '{"message":"m"}', '{"code":1,"message":"m"}'],
        ...['{"code":"A","message":null}', '{"code":"A","message":"m","errorId":1}'],
        ...['{"code":"A","message":"m","errorId":null}', '{"code":"A","message":"m","refused":false}'],
        ...['{"code":"A","message":"m","refused":null}', '{"code":"A","message":"m","refused":1}'],
      ],
    },
    sizes: [3],
  },
  event: {
    fields: ["7", "7", '"e1"', "null"],
    bad: { 1: notPositive, 2: notStrings.filter((text) => text !== "null") },
    sizes: [3, 4],
  },
  end: { fields: ["8", "7"], bad: { 1: notPositive }, sizes: [2] },
  gap: { fields: ["9", "7", '"why"'], bad: { 1: notPositive, 2: notStrings }, sizes: [3] },
};

describe.each(Object.entries(shapes))("a frame: %s", (_, { fields, bad, sizes }) => {
  const frame = (parts: readonly string[]) => `[${parts.join(",")}]`;
  const padded = (size: number) => [...fields, "null", "null"].slice(0, size);

  it.each(sizes)("has %d fields", (size) => {
    expect(inBatch(frame(padded(size)))).toMatchObject({ type: "batch", frames: [{ op: Number(fields[0]), id: 7 }] });
  });

  it.each([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10].filter((size) => !sizes.includes(size)))("has not %d fields", (size) => {
    expect(isViolation(inBatch(frame(padded(size))))).toBe(true);
  });

  const broken = Object.entries(bad).flatMap(([index, values]) =>
    values.map((value) => frame(fields.map((field, i) => (i === Number(index) ? value : field)))),
  );
  it.each(broken)("%s is a violation", (text) => {
    expect(inBatch(text)).toMatchObject({ type: "violation", close: "protocol" });
  });
});

describe("any frame", () => {
  it.each(["0", "10", "-1", "1.5", '"3"', "null", "true", "[3]", "{}"])("with op %s is a violation", (unknown) => {
    expect(isViolation(inBatch(`[${unknown},7]`))).toBe(true);
  });

  it.each(["null", "1", '"[3,7]"', "{}", '{"0":3,"1":7,"length":2}', "true", "[]", "[[3,7]]"])(
    "that is %s is a violation",
    (text) => expect(isViolation(inBatch(text))).toBe(true),
  );

  it("that is wrong spoils its batch", () => {
    expect(isViolation(read("[[1,0],[3,7],[3,0],[3,9]]"))).toBe(true);
  });

  it("may hold null, lone surrogates and numbers of any kind as its value", () => {
    expect(inBatch('[5,1,[null,"\\ud800",-0,1.5,1e300]]')).toMatchObject({
      frames: [{ value: [null, "\ud800", -0, 1.5, 1e300] }],
    });
  });

  it.each([1_023, 1_024])("has an event id of %d units", (length) => {
    const id = "€".repeat(length);
    expect(inBatch(`[7,1,"${id}",1]`)).toMatchObject({ frames: [{ eventId: id }] });
    expect(inBatch(`[2,1,"a",0,null,1,"${id}"]`)).toMatchObject({ frames: [{ lastEventId: id }] });
  });

  it("has no event id of 1,025 units", () => {
    const id = "e".repeat(1_025);
    expect(isViolation(inBatch(`[7,1,"${id}",1]`))).toBe(true);
    expect(isViolation(inBatch(`[2,1,"a",0,null,1,"${id}"]`))).toBe(true);
  });
});

describe("a greeting", () => {
  const limits = { ...peerLimits(defaultLimits) };
  const bodies: Record<string, Record<string, unknown>> = {
    hello: { contract: "h", session: "t", received: 3, limits },
    welcome: {
      session: "t",
      resumed: true,
      received: 3,
      contract: "h",
      heartbeatMs: 1,
      spreadMs: 0,
      resumeMs: 0,
      limits,
    },
    goodbye: { spreadMs: 0 },
  };
  const say = (name: string, body: unknown) => read(JSON.stringify([name, body]));
  const wrong = [null, -1, 1.5, 2 ** 53, [], {}];
  const cases = Object.entries(bodies).flatMap(([name, body]) =>
    Object.keys(body).flatMap((key) => wrong.map((value) => [name, key, value] as const)),
  );

  it.each(Object.entries(bodies))("%s is read", (name, body) => {
    expect(say(name, body)).toStrictEqual({ type: name, ...body });
  });

  it.each(cases)("%s with %s = %j is a violation", (name, key, value) => {
    expect(isViolation(say(name, { ...bodies[name], [key]: value }))).toBe(true);
  });

  const required = Object.entries(bodies).flatMap(([name, body]) =>
    Object.keys(body).flatMap((key) => (key === "session" && name === "hello" ? [] : [[name, key] as const])),
  );
  it.each(required)("%s without %s is a violation", (name, key) => {
    expect(isViolation(say(name, { ...bodies[name], [key]: undefined }))).toBe(true);
  });

  const entries = Object.keys(limits).flatMap((key) =>
    [0, -1, 1.5, "1", null, undefined].map((value) => [key, value] as const),
  );
  it.each(entries)("with limits.%s = %j is a violation", (key, value) => {
    expect(isViolation(say("hello", { ...bodies.hello, limits: { ...limits, [key]: value } }))).toBe(true);
    expect(isViolation(say("welcome", { ...bodies.welcome, limits: { ...limits, [key]: value } }))).toBe(true);
  });

  it.each([
    '["goodbye"]',
    '["goodbye",{"spreadMs":1},1]',
    '["goodbye",[1]]',
    '["goodbye",null]',
    '["goodbye","spreadMs"]',
    '["goodbye",{"spreadMs":-0}]',
  ])("%s is a violation", (text) => expect(isViolation(read(text))).toBe(true));

  it("keeps its type whatever its body says", () => {
    expect(say("goodbye", { spreadMs: 1, type: "batch" })).toEqual({ type: "goodbye", spreadMs: 1 });
    expect(say("hello", { ...bodies.hello, type: "batch" })).toMatchObject({ type: "hello" });
    expect(say("welcome", { ...bodies.welcome, type: "batch" })).toMatchObject({ type: "welcome" });
  });
});

describe("the key __proto__", () => {
  const spellings = ["__proto__", "\\u005f_proto__", "__\\u0070roto__", "__pr\\u006Fto__", "__proto\\u005F\\u005f"];

  it.each(spellings)("spelled %s is a violation, wherever it stands", (key) => {
    expect(isViolation(inBatch(`[5,1,{"${key}":{"polluted":true}}]`))).toBe(true);
    expect(isViolation(inBatch(`[5,1,[{"a":{"${key}":1}}]]`))).toBe(true);
    expect(isViolation(inBatch(`[1,1,"a",0,{"${key}":{}}]`))).toBe(true);
    expect(isViolation(read(`["goodbye",{"spreadMs":1,"${key}":{}}]`))).toBe(true);
  });

  it.each(spellings)("spelled %s may be a value", (text) => {
    expect(inBatch(`[5,1,"${text}"]`)).toMatchObject({ frames: [{ value: "__proto__" }] });
  });

  it("is looked for without a throw, however deep a text may nest", () => {
    const depth = 200_000;
    const text = `[[1,0],[5,1,["\\u0070",${"[".repeat(depth)}${"]".repeat(depth)}]]]`;
    expect(isViolation(parse(text, { ...defaultLimits, jsonDepth: 1_000_000 }))).toBe(true);
  });

  it("is not taken from an escaped backslash", () => {
    expect(inBatch('[5,1,{"\\\\u005f_proto__":1}]')).toMatchObject({ type: "batch" });
  });

  it("has harmless cousins", () => {
    const text = '[5,1,{"constructor":{"prototype":{"polluted":true}},"toString":1,"hasOwnProperty":null}]';
    expect(inBatch(text)).toMatchObject({ type: "batch" });
    expect("polluted" in {}).toBe(false);
  });
});

describe("a bound", () => {
  const nested = (depth: number) => `[[1,0],[5,1,${"[".repeat(depth - 2)}${"]".repeat(depth - 2)}]]`;

  it.each([
    [63, false],
    [64, false],
    [65, true],
    [100_000, true],
  ])("of nesting: %d levels", (depth, refused) => {
    expect(isViolation(read(nested(depth)))).toBe(refused);
  });

  it("of nesting, looked for before a text is parsed that would take long", () => {
    const open = `[[1,0],[5,1,${"[".repeat(100_000)}`;
    expect(read(open)).toMatchObject({ type: "violation", name: "tooDeep" });
  });

  it.each([
    [1_023, false],
    [1_024, false],
    [1_025, true],
  ])("of frames: %d", (count, refused) => {
    expect(isViolation(read(`[[1,0]${",[3,1]".repeat(count)}]`))).toBe(refused);
  });

  it.each(["a", "é", "€", "😀"])("of bytes, with text of %s", (char) => {
    const text = `[[1,0],[5,1,"${char.repeat(50)}"]]`;
    const bytes = Buffer.byteLength(text);
    const at = (messageBytes: number) => parse(text, { ...defaultLimits, messageBytes });
    expect(at(bytes + 1)).toMatchObject({ type: "batch" });
    expect(at(bytes)).toMatchObject({ type: "batch" });
    expect(at(bytes - 1)).toMatchObject({ type: "violation", close: "tooLarge" });
  });
});
