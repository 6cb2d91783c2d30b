/** The same with the frames of one tick in one message: about as far as `ws` and JSON go without more thought. */
import { rawPeer } from "./raw.js";

export const peer = rawPeer("raw-ws-batch", { batch: true });
