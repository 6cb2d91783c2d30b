/**
 * `npm run chaos:slow -- --subscribers 1000 --rate 5000 --seconds 15`: two of the subscribers stop reading. The last line has the
 * figures; exit code 1 where the server's memory grows by 50 MiB, or another subscriber stops too.
 */
import { option } from "./options.js";
import { runSlowReader } from "./slow-reader.js";

const MiB = 1024 * 1024;

const subscribers = option("subscribers", 1_000);
const eventsPerSecond = option("rate", 5_000);
const figures = await runSlowReader({ subscribers, eventsPerSecond, seconds: option("seconds", 15) });
const { events, growthBytes, p99BeforeMs, p99AfterMs, reading, failures } = figures;
if (failures[0] !== undefined) console.log(`first: ${failures[0]}`);
console.log(
  `subscribers ${subscribers} events/s ${eventsPerSecond} events ${events} readers that stopped 2 ` +
    `server memory growth ${(growthBytes / MiB).toFixed(1)} MiB ` +
    `p99 of the others ${p99BeforeMs.toFixed(1)} ms before, ${p99AfterMs.toFixed(1)} ms after, reading to the end ${reading}`,
);
if (growthBytes >= 50 * MiB || reading < subscribers - 2) process.exitCode = 1;
