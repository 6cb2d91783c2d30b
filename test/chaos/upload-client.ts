/** The client of an upload, in its own process: it makes the bytes as they are asked for, and keeps none of them. */
import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { chunks, createClient } from "@trunkline/client";
import { MemoryWatch } from "./memory-watch.js";
import { contract, type UploadOrder, type UploadReport } from "./upload-contract.js";

const KiB = 1024;
/** What was sent before memory is looked at: by then code is compiled, and buffers are as large as they become. */
const WARM_BYTES = 16 * KiB * KiB;

const tell = (report: UploadReport) => void process.send?.(report);

/** Noise that does not repeat: every piece carries its place. */
function* noise(bytes: number, seen: (piece: Uint8Array) => void): Generator<Uint8Array> {
  const block = randomBytes(256 * KiB);
  for (let at = 0; at < bytes; at += block.length) {
    const piece = Uint8Array.from(block.subarray(0, bytes - at));
    if (piece.length >= 8) new DataView(piece.buffer).setFloat64(0, at);
    seen(piece);
    yield piece;
  }
}

const [{ url, bytes }] = (await Promise.race([once(process, "message"), once(process, "disconnect")])) as [UploadOrder];
process.on("disconnect", () => process.exit());
// Attempts follow soon: it is not the waiting that is measured.
await using client = createClient(contract, { url, random: () => 0.01 });

await client.upload(undefined, { upstream: chunks(noise(Math.min(WARM_BYTES, bytes), () => {})) });
await client.watch();
using watch = new MemoryWatch();

const hash = createHash("sha256");
let told = 0;
const upstream = chunks(
  noise(bytes, (piece) => hash.update(piece)),
  {
    onProgress({ bytes: gone }) {
      if (gone - told < bytes / 200) return;
      told = gone;
      tell({ gone });
    },
  },
);
const startedAt = performance.now();
const received = await client.upload(undefined, { upstream });
tell({
  seconds: (performance.now() - startedAt) / 1_000,
  sent: hash.digest("hex"),
  received: received.sha256,
  receivedBytes: received.bytes,
  client: watch.growth,
  server: await client.growth(),
});
process.disconnect();
