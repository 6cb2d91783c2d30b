/** The server of an upload, in its own process: it takes what comes, in no hurry, and hashes it. */
import { createHash } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { implement, serve } from "@trunkline/server";
import { MemoryWatch } from "./memory-watch.js";
import { contract } from "./upload-contract.js";

let watch: MemoryWatch | undefined;

const router = implement(contract).router({
  upload: async ({ upstream }) => {
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const chunk of upstream) {
      hash.update(chunk);
      bytes += chunk.length;
      await pause(1);
    }
    return { sha256: hash.digest("hex"), bytes };
  },
  watch: () => {
    watch ??= new MemoryWatch();
  },
  growth: () => watch?.growth ?? { rss: 0, external: 0, arrayBuffers: 0 },
});

const server = await serve(router, { port: 0 });
process.on("disconnect", () => process.exit());
process.send?.({ port: server.port });
