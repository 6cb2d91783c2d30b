/** The plugin for esbuild. */
import { stripContracts } from "./plugin.js";

export default stripContracts.esbuild;
