/** The client's process: runs one workload over one peer, tells its figures, and is ended. */
import { loadPeer } from "../peers/peers.js";
import { workloadOf } from "../workloads/workloads.js";
import { openControl } from "./control.js";
import type { ClientTask, Told } from "./measure.js";

const { peer: name, workload, port, controlPort, ...settings } = JSON.parse(process.argv[2] ?? "") as ClientTask;

const tell = (told: Told) => process.send?.(told);
process.once("disconnect", () => process.exit());

try {
  const peer = await loadPeer(name);
  const control = await openControl(controlPort);
  tell({ figures: await workloadOf(workload).run({ ...settings, control, connect: () => peer.connect(port) }) });
} catch (error) {
  tell({ failure: error instanceof Error ? error.message : String(error) });
}
