/** The plugin for webpack. */
import { stripContracts } from "./plugin.js";

export default stripContracts.webpack;
