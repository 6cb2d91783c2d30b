import { expect, it } from "vitest";
import { z } from "zod";
import { isSchema } from "./schema.js";

it("knows a schema by its Standard Schema property, whoever made it", () => {
  expect(isSchema(z.string())).toBe(true);
  const callable = Object.assign(() => true, {
    "~standard": { version: 1, vendor: "own", validate: () => ({ value: 1 }) },
  });
  expect(isSchema(callable)).toBe(true);
});

it.each([undefined, null, 5, "~standard", {}, []])("takes %j for no schema", (value) => {
  expect(isSchema(value)).toBe(false);
});

it("does not read the property, so that a schema nobody uses stays unbuilt", () => {
  const schema = {
    get "~standard"(): never {
      throw new Error("read");
    },
  };
  expect(isSchema(schema)).toBe(true);
});
