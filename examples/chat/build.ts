/** Builds the page. Not `vite build`, which would load what its configuration imports as it is published, and not from source. */
import { build } from "vite";
import config from "./vite.config.js";

await build({ ...config, configFile: false });
