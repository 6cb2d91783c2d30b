/**
 * `npm run chaos:upload -- --megabytes 500 --cuts 5`: a file that is never anywhere as a whole goes from one process to
 * another, whose handler is slow, over a line that is cut. The last line has the figures; exit code 1 where what arrived is
 * not what was sent, or a process has grown by more than 96 MiB.
 */
import { option } from "./options.js";
import type { Growth } from "./upload-contract.js";
import { runUpload } from "./upload-run.js";

const MiB = 1024 * 1024;
const MOST_GROWTH = 96 * MiB;

const bytes = option("megabytes", 500) * 1_000_000;
const asked = option("cuts", 5);
const { seconds, sent, received, receivedBytes, cuts, client, server } = await runUpload({ bytes, cuts: asked });
const mib = (value: number) => (value / MiB).toFixed(1);
const grew = ({ rss, external, arrayBuffers }: Growth) =>
  `rss ${mib(rss)} MiB external ${mib(external)} MiB arrayBuffers ${mib(arrayBuffers)} MiB`;
const isEqual = sent === received && receivedBytes === bytes;
console.log(
  `bytes ${receivedBytes} seconds ${seconds.toFixed(1)} peak growth of the client ${grew(client)} ` +
    `of the server ${grew(server)} cuts ${cuts} hash ${isEqual ? "equal" : "NOT EQUAL"}`,
);
if (!isEqual || cuts !== asked || Math.max(client.rss, server.rss) > MOST_GROWTH) process.exitCode = 1;
