/** The server's process: serves one peer, and answers what the client's process asks beside it. */
import { setImmediate as turn } from "node:timers/promises";
import { loadPeer } from "../peers/peers.js";
import { answerControl, usageOf } from "./control.js";
import type { ServerTask } from "./measure.js";
import { nowUs, sampleOf } from "./sample.js";

const { peer: name, procedures } = JSON.parse(process.argv[2] ?? "") as ServerTask;
const peer = await loadPeer(name);
const serving = await peer.serve({ procedures });
let published = 0;
let due = 0;

/**
 * One event a turn, however many are due: events do not come in heaps. Each is stamped with the time, so that the reader
 * knows how old it is.
 */
function publish(): void {
  const { id, name, tags } = sampleOf(published++);
  serving.publish({ id, name, tags, score: nowUs() });
  if (--due > 0) setImmediate(publish);
}

/** Two collections with a turn between them, after which what nobody holds is gone. */
async function collected() {
  for (let n = 0; n < 3; n++) {
    await turn();
    globalThis.gc?.();
  }
  return usageOf();
}

const controlPort = await answerControl((what, count) => {
  if (what === "publish") {
    due += count;
    if (due === count) setImmediate(publish);
    return undefined;
  }
  if (what === "readers") return serving.readers();
  return what === "collected" ? collected() : usageOf();
});

process.send?.({ port: serving.port, controlPort });
process.once("disconnect", () => process.exit());
