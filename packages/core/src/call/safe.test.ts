import { expect, it } from "vitest";
import { RpcError } from "../error/rpc-error.js";
import { safe } from "./safe.js";

it("gives a result as data", async () => {
  expect(await safe(Promise.resolve(1))).toEqual({ ok: true, data: 1 });
  expect(await safe(Promise.resolve(undefined))).toEqual({ ok: true, data: undefined });
});

it("gives a failure as an error, the same one", async () => {
  const error = new RpcError("NOT_FOUND");
  const result = await safe(Promise.reject(error));
  expect(result).toEqual({ ok: false, error });
  expect(!result.ok && result.error).toBe(error);
});

it.each([[new TypeError("mistake")], ["text"], [undefined], [{ code: "NOT_FOUND", name: "RpcError" }]])(
  "throws what is no RpcError: %s",
  async (stranger) => {
    await expect(safe(Promise.reject(stranger))).rejects.toBe(stranger);
  },
);
