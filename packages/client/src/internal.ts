/** What the simulation of dialling is built from. Not for applications: it may change in any release. */
export { Dialer } from "./dialer.js";
