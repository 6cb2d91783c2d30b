/** `npm start`: the chat on port 3000, on PORT, or on a free one; until Ctrl-C. */
import { fileURLToPath } from "node:url";
import { startChat } from "./server/chat-server.js";
import { staticPage } from "./server/static-page.js";

const wanted = Number(process.env.PORT ?? 3000);
if (!Number.isInteger(wanted) || wanted < 0 || wanted > 65_535) {
  console.error(`PORT: expected a number from 0 to 65535, but came ${process.env.PORT}`);
  process.exit(1);
}

// The build's folder, or the one that is named.
const folder = process.argv[2] ?? fileURLToPath(new URL("../dist", import.meta.url));
const page = await staticPage(folder).catch(() => undefined);
if (page === undefined) {
  console.error(`The page is not built: expected it in ${folder}. Run npm run build -w @trunkline/example-chat.`);
  process.exit(1);
}
const chat = await startChat({ port: wanted, page, guestTempo: 1 });
if (wanted !== 0 && chat.port !== wanted) console.log(`Port ${wanted} is taken, so this one is another.`);
console.log(`Trunkline chat: ${chat.url} (Ctrl-C ends it)`);

const signals = ["SIGINT", "SIGTERM"] as const;
const leave = () => {
  // Under npm a Ctrl-C comes twice, from the terminal and from npm: the second one must not cut the drain short.
  for (const signal of signals) process.off(signal, leave).on(signal, () => {});
  void chat.drain();
};
for (const signal of signals) process.on(signal, leave);
