/** The plugin for vite. */
import { stripContracts } from "./plugin.js";

export default stripContracts.vite;
