/** Contracts without their validators, made at build time: the plugin for any bundler. */
export type { ReadOptions } from "./contract-module.js";
export { type StripOptions, stripContracts } from "./plugin.js";
