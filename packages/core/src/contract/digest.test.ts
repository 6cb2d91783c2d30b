import { expect, it } from "vitest";
import { digest } from "./digest.js";

it("gives 16 hexadecimal digits, the same ones always", () => {
  expect(digest("")).toBe("84066ff38e166e9c");
  expect(digest("trunkline")).toBe("fe7265e8754b9df3");
});

it("tells a hundred thousand similar texts apart", () => {
  const digests = new Set<string>();
  for (let index = 0; index < 100_000; index++) digests.add(digest(`rooms.send${index}`));
  expect(digests.size).toBe(100_000);
});

it("changes half of its bits, about, when one character changes", () => {
  let changed = 0;
  for (let index = 0; index < 1_000; index++) {
    const difference = BigInt(`0x${digest(`a${index}`)}`) ^ BigInt(`0x${digest(`b${index}`)}`);
    changed += difference.toString(2).replaceAll("0", "").length;
  }
  expect(changed / 1_000).toBeGreaterThan(30);
  expect(changed / 1_000).toBeLessThan(34);
});

it("sees the order of characters, and those beyond ASCII", () => {
  expect(new Set(["ab", "ba", "é", "e", "日", "本", "a", "aa", "\0", "\0\0"].map(digest)).size).toBe(10);
});
