/** A small upload: `npm run chaos:upload` runs a large one. */
import { expect, test } from "vitest";
import { runUpload } from "./upload-run.js";

test("5 MB go from process to process through five cuts as they were", { timeout: 120_000 }, async () => {
  const { sent, received, receivedBytes, cuts } = await runUpload({ bytes: 5_000_000, cuts: 5 });
  expect(received).toBe(sent);
  expect({ receivedBytes, cuts }).toEqual({ receivedBytes: 5_000_000, cuts: 5 });
});
