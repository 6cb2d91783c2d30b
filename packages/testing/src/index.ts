/** For tests of what is built with Trunkline. */
export { memoryTransports } from "./memory-transport.js";
export { openRelay, type Relay } from "./relay.js";
export { createTestClient, type TestClient, type TestClientOptions } from "./test-client.js";
