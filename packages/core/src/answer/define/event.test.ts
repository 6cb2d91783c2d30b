import { expect, it } from "vitest";
import { event, gap, isGap, isIdentifiedEvent } from "./event.js";

it("an event carries its data and its id", () => {
  const data = { text: "hello" };
  const identified = event(data, { id: "5" });
  expect(identified).toMatchObject({ data, id: "5" });
  expect(isIdentifiedEvent(identified)).toBe(true);
  expect(isGap(identified)).toBe(false);
});

it("a gap carries its reason, and nothing else travels along", () => {
  const reported = gap({ reason: "the log was trimmed", secret: 5 } as { reason: string });
  expect(reported.reason).toBe("the log was trimmed");
  expect(reported).not.toHaveProperty("secret");
  expect(isGap(reported)).toBe(true);
  expect(isIdentifiedEvent(reported)).toBe(false);
});

it.each([undefined, null, 5, "gap", { data: 1, id: "5" }, { reason: "own" }])("%j is a plain event", (value) => {
  expect(isIdentifiedEvent(value)).toBe(false);
  expect(isGap(value)).toBe(false);
});

it("refuses an id that cannot be resumed from, and a gap without a reason", () => {
  expect(() => event(1, { id: "" })).toThrow('event: expected an id that is a string and not empty, but came ""');
  expect(() => event(1, { id: 5 as never })).toThrow("but came 5");
  expect(() => gap({} as never)).toThrow("gap: expected a reason that is a string, but came undefined");
});
