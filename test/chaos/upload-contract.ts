/** What the processes of an upload say to each other, and to the one that started them. */
import { defineContract, mutation, query } from "@trunkline/core";
import { z } from "zod";

const Growth = z.object({ rss: z.number(), external: z.number(), arrayBuffers: z.number() });
/** By how many bytes a process was larger, at most, than when the watch began. */
export type Growth = z.infer<typeof Growth>;

export const contract = defineContract({
  upload: mutation({ upstream: z.instanceof(Uint8Array), output: z.object({ sha256: z.string(), bytes: z.int() }) }),
  /** Begins to watch the server's memory. */
  watch: mutation({}),
  growth: query({ output: Growth }),
});

export interface UploadOrder {
  readonly url: string;
  readonly bytes: number;
}

/** What the client's process tells: how far it is, and in the end how it went. */
export type UploadReport =
  | { readonly gone: number }
  | {
      readonly seconds: number;
      /** As the client has sent it, and as the server has received it. */
      readonly sent: string;
      readonly received: string;
      readonly receivedBytes: number;
      readonly client: Growth;
      readonly server: Growth;
    };
