/** For tests of what is built with Trunkline. */
export { type FaultProxy, type FaultProxyOptions, openFaultProxy } from "./fault-proxy.js";
export type { Admission, Direction, Ending, Faults } from "./faults.js";
export { type MemoryLink, memoryLink } from "./memory-link.js";
export { createTestClient, type TestClient, type TestClientOptions } from "./test-client.js";
