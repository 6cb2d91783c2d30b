/** A shelf of files: each goes to disk as it arrives, and is hashed on its way. */
import { createHash, randomUUID } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { RpcError } from "@trunkline/core";
import { chunks, event, implement } from "@trunkline/server";
import { files, type StoredFile } from "./contract.js";

export function shelf(folder: string, mostBytes = 1_000_000_000) {
  const stored = new Map<string, StoredFile>();

  return implement(files).router({
    list: () => [...stored.values()],

    upload: async ({ input, upstream, errors, signal }) => {
      const id = randomUUID();
      const path = join(folder, id);
      const hash = createHash("sha256");
      let size = 0;
      const weighed = async function* () {
        for await (const bytes of upstream) {
          size += bytes.length;
          if (size > mostBytes) throw errors.TOO_LARGE({ mostBytes });
          hash.update(bytes);
          yield bytes;
        }
      };
      try {
        // The disk sets the pace: while it is busy, nothing is asked of the page.
        await pipeline(weighed, createWriteStream(path), { signal });
      } catch (error) {
        await rm(path, { force: true });
        throw error;
      }
      const file = { id, name: input.name, size, sha256: hash.digest("hex") };
      stored.set(id, file);
      return file;
    },

    // The id of each event is the place in the file where the next begins: whoever was cut off goes on from there.
    download: async function* ({ input: { id }, lastEventId }) {
      if (!stored.has(id)) throw new RpcError("NOT_FOUND", { message: "there is no such file" });
      let at = Number(lastEventId ?? 0);
      for await (const bytes of chunks(createReadStream(join(folder, id), { start: at }))) {
        at += bytes.length;
        yield event(bytes, { id: String(at) });
      }
    },
  });
}
