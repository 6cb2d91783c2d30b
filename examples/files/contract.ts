/** Files go up as an upstream of bytes, and come down as a stream of them. */
import { defineContract, mutation, query, subscription } from "@trunkline/core";
import { z } from "zod";

const StoredFile = z.object({ id: z.string(), name: z.string(), size: z.int(), sha256: z.string() });
export type StoredFile = z.infer<typeof StoredFile>;

const Bytes = z.instanceof(Uint8Array);

export const files = defineContract({
  list: query({ output: z.array(StoredFile) }),
  upload: mutation({
    input: z.object({ name: z.string().min(1).max(200) }),
    upstream: Bytes,
    output: StoredFile,
    errors: { TOO_LARGE: z.object({ mostBytes: z.int() }) },
  }),
  download: subscription({ input: z.object({ id: z.string() }), event: Bytes }),
});
