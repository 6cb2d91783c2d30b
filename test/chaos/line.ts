/**
 * `npm run chaos:line -- --mib 16 --calls 1000`: a large answer and small calls beside it, on a line of 10 Mbit/s and
 * 50 ms, and on loopback; each beside a server written by hand that sends it as one message. The last line has the
 * figures; exit code 1 where the p99 of the small calls on the slow line is 250 ms or more, or more than a tenth of the
 * other's, or the connection was lost.
 */
import { type HeadOfLineFigures, runHeadOfLine } from "./head-of-line.js";
import { option } from "./options.js";

const valueBytes = option("mib", 16) * 1024 * 1024;
const smallCalls = option("calls", 1_000);
const line = {
  bytesPerSecond: (option("kbits", 10_000) * 1_000) / 8,
  latencyMs: option("delay", 50) / 2,
};

const slow = { valueBytes, smallCalls, everyMs: 15, ...line };
const quick = { valueBytes, smallCalls, everyMs: 1 };
const inParts = await runHeadOfLine(slow);
const inOne = await runHeadOfLine({ ...slow, inOneMessage: true });
const loopback = await runHeadOfLine(quick);
const loopbackInOne = await runHeadOfLine({ ...quick, inOneMessage: true });

const ms = (value: number) => value.toFixed(1);
const figures = ({ valueMs, beside, p50Ms, p99Ms, largestMs }: HeadOfLineFigures) =>
  `all of it in ${ms(valueMs)} ms, ${beside} small calls p50 ${ms(p50Ms)} p99 ${ms(p99Ms)} worst ${ms(largestMs)} ms`;
console.log(`loopback, in parts: ${figures(loopback)}; as one message: ${figures(loopbackInOne)}`);
console.log(
  `${valueBytes} bytes at ${line.bytesPerSecond} bytes/s, in parts: ${figures(inParts)}; as one message: ${figures(inOne)}; ` +
    `connection lost ${inParts.losses} times`,
);
const tooSlow = inParts.p99Ms >= 250 || inParts.p99Ms > inOne.p99Ms / 10;
if (tooSlow || inParts.losses + loopback.losses > 0) process.exitCode = 1;
