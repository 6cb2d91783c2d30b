/** What simulations are built from, and bugs are planted in. Not for applications: it may change in any release. */
export { Dialer } from "./dialer.js";
export { QueryCache } from "./query-cache.js";
