/**
 * `npm run chaos:slow -- --subscribers 1000 --events-per-second 50 --seconds 60`: every event goes to each of the subscribers,
 * two of whom stop reading, and go on, and stop again. The last line has the figures; exit code 1 where the server's memory
 * grows by 50 MiB, where another subscriber misses an event, or where their p99 grows by a tenth and by more than a
 * millisecond.
 */
import { option } from "./options.js";
import { runSlowReader } from "./slow-reader.js";

const MiB = 1024 * 1024;

const subscribers = option("subscribers", 1_000);
const eventsPerSecond = option("events-per-second", 50);
const seconds = option("seconds", 15);
const figures = await runSlowReader({ subscribers, eventsPerSecond, seconds });
const { deliveries, growthBytes, p99AllMs, p99OthersMs, reading, failures } = figures;
if (failures[0] !== undefined) console.log(`first: ${failures[0]}`);
console.log(
  `subscribers ${subscribers} events/s ${eventsPerSecond} (to each) seconds ${seconds} events read ${deliveries} ` +
    `readers that stopped 2 server memory growth ${(growthBytes / MiB).toFixed(1)} MiB ` +
    `p99 while all read ${p99AllMs.toFixed(1)} ms, of the others while two do not ${p99OthersMs.toFixed(1)} ms, ` +
    `missed nothing ${reading}`,
);
const slower = p99OthersMs > 1.1 * p99AllMs && p99OthersMs > p99AllMs + 1;
if (growthBytes >= 50 * MiB || reading < subscribers - 2 || failures.length > 0 || slower) process.exitCode = 1;
