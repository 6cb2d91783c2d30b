import { describe, expect, it } from "vitest";
import { defaultLimits } from "./limits.js";
import { parse } from "./parse.js";
import { isViolation } from "./violation.js";

const read = (text: string) => parse(text, defaultLimits);
const maxId = 2 ** 53 - 1;

/** What is not a count, and what is not a positive number either. */
const notCounts = ["-1", "-0", "0.5", "1.5", "1e999", "9007199254740992", '"1"', "null", "true", "[]", "[1]", "{}"];
const notPositive = [...notCounts, "0"];

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

describe("a bound", () => {
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
