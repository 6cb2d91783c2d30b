/** The client: a contract and an address become functions. */
export { createClient } from "./create-client.js";
export * from "./exports.js";
