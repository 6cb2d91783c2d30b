import { createInterface } from "node:readline";
import { createClient } from "@trunkline/client";
import { words } from "./contract.js";

await using client = createClient(words, { url: process.argv[2] ?? "ws://127.0.0.1:3000" });

// What is typed goes up line by line, what comes down is printed; the end of the input is the end of both. The iterator
// is made at once, because an interface drops the lines that nobody listens for.
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
for await (const counts of client.count(undefined, { upstream: lines })) {
  console.log(counts.map(([word, times]) => `${word} ${times}`).join(", "));
}
