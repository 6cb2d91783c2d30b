import { createReadStream } from "node:fs";
import { expectTypeOf } from "vitest";
import { z } from "zod";
import { type ChunksOptions, chunks } from "./chunks.js";

declare const file: File;
declare const body: ReadableStream<Uint8Array>;
declare const text: ReadableStream<string>;

const Bytes = z.instanceof(Uint8Array);
expectTypeOf(chunks(file)).toEqualTypeOf<AsyncIterable<z.infer<typeof Bytes>>>();
chunks(new Blob([]), { chunkBytes: 1, onProgress: ({ bytes, totalBytes }) => bytes / (totalBytes ?? bytes) });
chunks(body);
chunks(createReadStream("a"));
chunks(Buffer.from("a"));
chunks([new Uint8Array(1)]);
expectTypeOf<Parameters<NonNullable<ChunksOptions["onProgress"]>>[0]["bytes"]>().toEqualTypeOf<number>();

// @ts-expect-error text has no bytes until somebody encodes it
chunks("text");
// @ts-expect-error nor has a stream of it
chunks(text);
// @ts-expect-error an ArrayBuffer is looked at through a Uint8Array
chunks(new ArrayBuffer(1));
