/** How a client gets a transport: a WebSocket by default, anything else for tests and other runtimes. */
import type { Opening, OpeningListener } from "./opening.js";

/** Begins to open a transport. The listener hears of it later, exactly once, and not after an abort. */
export type OpenTransport = (listener: OpeningListener) => Opening;
