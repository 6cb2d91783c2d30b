import { describe, expect, it } from "vitest";
import { WithBlob } from "../protocol/blob.js";
import { unseal } from "../protocol/envelope.js";
import { Cutting } from "./cutting.js";

const blob = Uint8Array.from({ length: 1_000 }, (_, index) => index);

/** Cuts it up in pieces of these sizes, the last of them again and again. */
function cut(cutting: Cutting, sizes: readonly number[]): WithBlob[] {
  const parts: WithBlob[] = [];
  for (let index = 0; cutting.left > 0; index++) parts.push(cutting.next(sizes[Math.min(index, sizes.length - 1)]!));
  return parts;
}

const joined = (parts: readonly WithBlob[]) => Uint8Array.from(parts.flatMap((part) => [...part.blob]));

describe("a large frame that is cut", () => {
  it.each([
    ["a text", '[5,1,"ä€😀"]', undefined],
    ["a text and bytes", "[5,1,[0,1000]]", blob],
  ])("is %s again when its parts are joined, however long each is", (_, text, bytes) => {
    for (const sizes of [[1], [7], [300], [1, 1_000], [5_000]]) {
      const cutting = new Cutting(1, bytes === undefined ? text : new WithBlob(text, bytes));
      const { total } = cutting;
      const whole = joined(cut(cutting, sizes));
      expect(whole.length).toBe(total);
      expect(unseal(whole)).toEqual({ text, bytes: bytes ?? new Uint8Array(0) });
    }
  });

  it("says in each part how much is still to come, that part included", () => {
    const parts = cut(new Cutting(7, new WithBlob("[5,7,[0,1000]]", blob)), [400]);
    expect(parts.map(({ text }) => text)).toEqual(["[10,7,1018]", "[10,7,1000]", "[10,7,600]", "[10,7,200]"]);
  });

  it("is kept once: what is cut of its bytes are views", () => {
    const [, second] = cut(new Cutting(7, new WithBlob("[5,7,[0,1000]]", blob)), [400]);
    expect(second!.blob.buffer).toBe(blob.buffer);
  });
});
