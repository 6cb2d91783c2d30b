/** The floor: one message per frame, and a system call for each. Every ratio is to this one. */
import { rawPeer } from "./raw.js";

export const peer = rawPeer("raw-ws", { batch: false });
