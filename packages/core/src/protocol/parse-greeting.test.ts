import { describe, expect, it } from "vitest";
import { defaultLimits, peerLimits } from "./limits.js";
import { parse } from "./parse.js";
import { isViolation } from "./violation.js";

const read = (text: string) => parse(text, defaultLimits);

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
