/** The plugin for rollup. */
import { stripContracts } from "./plugin.js";

export default stripContracts.rollup;
