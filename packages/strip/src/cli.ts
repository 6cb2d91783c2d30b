#!/usr/bin/env node
/** `trunkline-strip`. */
import { strip, usage } from "./command.js";

const args = process.argv.slice(2);

if (args.includes("--help") || args.includes("-h")) console.log(usage);
else {
  try {
    for (const file of await strip(args)) console.log(file);
  } catch (error) {
    console.error(`trunkline-strip: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
