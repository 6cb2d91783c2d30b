import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { implement } from "@trunkline/server";
import { files } from "./contract.js";

/** What is not read yet stays where it is: the disk sets the pace. */
export const storing = (folder: string) =>
  implement(files).router({
    upload: async ({ input, upstream }) => {
      await using file = await open(join(folder, encodeURIComponent(input.name)), "w");
      const hash = createHash("sha256");
      for await (const bytes of upstream) {
        hash.update(bytes);
        await file.writeFile(bytes);
      }
      return { sha256: hash.digest("hex") };
    },
  });
