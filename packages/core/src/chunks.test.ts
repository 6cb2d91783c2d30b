import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { type ByteSource, chunks, type Progress } from "./chunks.js";

const bytes = Uint8Array.from({ length: 10 }, (_, index) => index);
const pieces = () => [bytes.subarray(0, 7), bytes.subarray(7, 7), bytes.subarray(7)];

const generated = async function* () {
  yield* pieces();
};

const streamed = (underlying: UnderlyingSource<Uint8Array> = {}) =>
  new ReadableStream<Uint8Array>(underlying, { highWaterMark: 0 });

const whole = () =>
  streamed({
    start(controller) {
      for (const piece of pieces()) controller.enqueue(piece);
      controller.close();
    },
  });

/** The numbers in each chunk. */
async function read(source: ByteSource, chunkBytes?: number): Promise<number[][]> {
  const read: number[][] = [];
  for await (const chunk of chunks(source, { chunkBytes })) read.push([...chunk]);
  return read;
}

const cutBySize = [
  [0, 1, 2, 3],
  [4, 5, 6, 7],
  [8, 9],
];
const cutByPiece = [
  [0, 1, 2, 3],
  [4, 5, 6],
  [7, 8, 9],
];

describe("bytes are cut into chunks from", () => {
  it.each<[string, () => ByteSource, number[][]]>([
    ["a Uint8Array", () => bytes, cutBySize],
    ["a Blob", () => new Blob([bytes]), cutBySize],
    ["a File", () => new File([bytes], "a.bin"), cutBySize],
    ["a ReadableStream", whole, cutByPiece],
    ["a Node stream", () => Readable.from(pieces(), { objectMode: true }), cutByPiece],
    ["an async iterable", generated, cutByPiece],
    ["an array", pieces, cutByPiece],
  ])("%s", async (_, source, expected) => {
    expect(await read(source(), 4)).toEqual(expected);
    expect((await read(source())).flat()).toEqual([...bytes]);
  });

  it.each<[string, ByteSource]>([
    ["an empty Blob", new Blob([])],
    ["an empty Uint8Array", new Uint8Array(0)],
    ["an empty piece", [new Uint8Array(0)]],
  ])("%s: none", async (_, source) => {
    expect(await read(source)).toEqual([]);
  });

  it("a Blob as often as it is asked for", async () => {
    const twice = chunks(new Blob([bytes]));
    for (const _ of [1, 2]) for await (const chunk of twice) expect([...chunk]).toEqual([...bytes]);
  });
});

describe("a source", () => {
  it.each(["text", undefined, null, 7, {}])("is not %s", (source) => {
    expect(() => chunks(source as never)).toThrow(
      new TypeError("chunks takes a Blob, a ReadableStream, a Uint8Array, or an iterable of Uint8Arrays"),
    );
  });

  it("is read when a chunk is asked for, and not before", async () => {
    let reads = 0;
    const stream = streamed({ pull: (controller) => controller.enqueue(bytes.subarray(0, ++reads)) });
    const iterator = chunks(stream, { chunkBytes: 2 })[Symbol.asyncIterator]();
    const seen: number[] = [];
    for (let asked = 1; asked <= 4; asked++) {
      await iterator.next();
      seen.push(reads);
    }
    // The third piece is larger than a chunk.
    expect(seen).toEqual([1, 2, 3, 3]);
  });

  it("that is a Blob is read slice by slice", async () => {
    const slices: [number, number][] = [];
    const blob = new Blob([bytes]);
    const watched = {
      size: blob.size,
      arrayBuffer: () => expect.fail("it was read as a whole"),
      slice: (start: number, end: number) => {
        slices.push([start, end]);
        return blob.slice(start, end);
      },
    };
    const iterator = chunks(watched, { chunkBytes: 4 })[Symbol.asyncIterator]();
    await iterator.next();
    expect(slices).toEqual([[0, 4]]);
    await iterator.next();
    expect(slices.length).toBe(2);
  });

  it("is closed when no more is wanted, even where it has nothing to give", async () => {
    let reason: unknown = "open";
    const stream = streamed({
      cancel(why) {
        reason = why;
      },
    });
    const iterator = chunks(stream)[Symbol.asyncIterator]();
    const waiting = iterator.next();
    await iterator.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(reason).toBeUndefined();
  });

  it("that is a generator ends with its own clean-up", async () => {
    let closed = false;
    const source = (async function* () {
      try {
        yield bytes;
      } finally {
        closed = true;
      }
    })();
    for await (const _ of chunks(source)) break;
    expect(closed).toBe(true);
  });

  it("that fails fails as it did", async () => {
    const failure = new Error("no such file");
    await expect(read(streamed({ pull: (controller) => controller.error(failure) }))).rejects.toBe(failure);
  });

  it("that gives anything else is closed, and fails", async () => {
    const text = Readable.from(["text"]);
    await expect(read(text)).rejects.toThrow("expected a Uint8Array, not a string");
    expect(text.destroyed).toBe(true);
  });

  it.each([0, 1.5, -1, Number.NaN, "4" as never])("is not cut into chunks of %s", (chunkBytes) => {
    expect(() => chunks(bytes, { chunkBytes })).toThrow(TypeError);
  });

  it.each([{}, new Date()])("is not %o", (source) => {
    expect(() => chunks(source as never)).toThrow(TypeError);
  });
});

describe("progress", () => {
  const heard = async (source: ByteSource, options = {}) => {
    const told: Progress[] = [];
    const order: string[] = [];
    const onProgress = (progress: Progress) => order.push(`gone ${told.push(progress)}`);
    for await (const _ of chunks(source, { chunkBytes: 4, onProgress, ...options })) order.push("chunk");
    return { told, order };
  };

  it("is told of each chunk when the next is asked for, the last one too", async () => {
    const { told, order } = await heard(new Blob([bytes]));
    expect(told).toEqual([4, 8, 10].map((sum) => ({ bytes: sum, totalBytes: 10 })));
    expect(order).toEqual(["chunk", "gone 1", "chunk", "gone 2", "chunk", "gone 3"]);
  });

  it("has a total where one is known, or given", async () => {
    expect((await heard(bytes)).told[0]).toEqual({ bytes: 4, totalBytes: 10 });
    expect((await heard(generated())).told[0]).toEqual({ bytes: 4, totalBytes: undefined });
    expect((await heard(generated(), { totalBytes: 10 })).told[0]).toEqual({ bytes: 4, totalBytes: 10 });
  });

  it("that throws closes the source", async () => {
    let closed = false;
    const source = streamed({
      pull: (controller) => controller.enqueue(bytes),
      cancel() {
        closed = true;
      },
    });
    const onProgress = () => {
      throw new Error("no such bar");
    };
    await expect(
      (async () => {
        for await (const _ of chunks(source, { onProgress }));
      })(),
    ).rejects.toThrow("no such bar");
    expect(closed).toBe(true);
  });
});
