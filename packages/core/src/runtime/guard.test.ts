import { expect, it } from "vitest";
import { guard } from "./guard.js";

it("C13: reports what a callback throws", () => {
  const heard: unknown[] = [];
  guard(
    () => {
      throw "thrown";
    },
    (error) => heard.push(error),
  );
  expect(heard).toEqual(["thrown"]);
});

it("C13: reports what an async callback rejects with", async () => {
  const heard: unknown[] = [];
  guard(
    async () => {
      throw "rejected";
    },
    (error) => heard.push(error),
  );
  await Promise.resolve();
  await Promise.resolve();
  expect(heard).toEqual(["rejected"]);
});

it("reports nothing of a callback that returns", () => {
  guard(
    () => 1,
    () => expect.unreachable(),
  );
});
