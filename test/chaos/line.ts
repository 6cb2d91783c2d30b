/**
 * `npm run chaos:line -- --mib 20 --calls 1000`: a large answer and small calls beside it, on a line of 10 Mbit/s and
 * 50 ms, and on loopback. The last line has the figures; exit code 1 where the p99 of the small calls on the slow line is
 * 250 ms or more, or the connection was lost.
 */
import { runHeadOfLine } from "./head-of-line.js";
import { option } from "./options.js";

const MiB = 1024 * 1024;

const mib = option("mib", 20);
const smallCalls = option("calls", 1_000);
const slow = await runHeadOfLine({
  valueBytes: mib * MiB,
  smallCalls,
  everyMs: 15,
  bytesPerSecond: (option("kbits", 10_000) * 1_000) / 8,
  latencyMs: option("delay", 50) / 2,
});
const loopback = await runHeadOfLine({ valueBytes: mib * MiB, smallCalls, everyMs: 1 });
const ms = (value: number) => value.toFixed(1);
console.log(
  `10 Mbit/s, 50 ms: ${mib} MiB in ${ms(slow.valueMs / 1_000)} s, ${slow.beside} small calls beside it: ` +
    `p50 ${ms(slow.p50Ms)} ms p99 ${ms(slow.p99Ms)} ms worst ${ms(slow.largestMs)} ms, connection lost ${slow.losses} times; ` +
    `loopback: ${ms(loopback.valueMs)} ms, ${loopback.beside} beside it: p50 ${ms(loopback.p50Ms)} ms p99 ${ms(loopback.p99Ms)} ms`,
);
if (slow.p99Ms >= 250 || slow.losses + loopback.losses > 0) process.exitCode = 1;
