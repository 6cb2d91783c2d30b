/** The code that docs/errors.md quotes, and what its table says of codes. */
import { readFileSync } from "node:fs";
import { isStandardCode, RpcError } from "@trunkline/core";
import { createTestClient } from "@trunkline/testing";
import { expect, test } from "vitest";
import { recording, reserve } from "./client.js";
import { openOffice } from "./server.js";

const house = { open: true, left: 4, book: async (name: string) => `${name}'s` };

test("each way in which a reservation ends is told apart", async () => {
  const broken = new Error("the database is away");
  const failures: unknown[] = [];
  const record: string[] = [];
  const office = (of: Partial<typeof house>) =>
    createTestClient(openOffice({ ...house, ...of }), {
      onError: ({ error, errorId, path }) => failures.push({ error, errorId, path }),
      client: { interceptors: [recording((path, code) => record.push(`${path} ${code}`))] },
    });

  await using open = office({});
  expect(await reserve(open.client, "Ada", 2)).toBe("reserved: Ada's");
  expect(await reserve(open.client, "Ada", 5)).toBe("only 4 are left");
  expect(await reserve(open.client, "", 9)).toBe("see name, see seats");
  expect(await reserve(open.client, "Hades", 1)).toBe("not in this house");
  await using closed = office({ open: false });
  expect(await reserve(closed.client, "Ada", 2)).toBe("we open at noon");
  await using busy = office({ book: () => Promise.reject(new RpcError("ABORTED")) });
  expect(await reserve(busy.client, "Ada", 2)).toBe(new RpcError("ABORTED").message);
  await using failing = office({ book: () => Promise.reject(broken) });
  const [, errorId] = /^our fault: tell us (\w+)$/.exec(await reserve(failing.client, "Ada", 2)) ?? [];
  expect(failures).toEqual([{ error: broken, errorId, path: "reserve" }]);
  expect(record.map((line) => line.replace("reserve ", ""))).toEqual([
    ...["OK", "SOLD_OUT", "INVALID_ARGUMENT", "PERMISSION_DENIED", "CLOSED", "ABORTED", "INTERNAL"],
  ]);
});

test("the table has every standard code, once, and says truly which are worth another try", () => {
  const page = readFileSync(new URL("../../../docs/errors.md", import.meta.url), "utf8");
  const rows = [...page.matchAll(/^\| `([A-Z_]+)`( \*)? \|/gm)].map(([, code = "", star]) => ({ code, again: !!star }));
  expect(rows.filter(({ code }) => !isStandardCode(code))).toEqual([]);
  expect(new Set(rows.map(({ code }) => code)).size).toBe(16);
  for (const { code, again } of rows) expect(new RpcError(code, { outcome: "not-sent" }).retryable).toBe(again);
});
