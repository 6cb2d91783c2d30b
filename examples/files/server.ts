import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { serve } from "@trunkline/server";
import { shelf } from "./shelf.js";
import { staticPage } from "./static-page.js";

const folder = await mkdtemp(join(tmpdir(), "trunkline-files-"));
const server = await serve(shelf(folder), {
  port: Number(process.env.PORT ?? 3000),
  path: "/rpc",
  onRequest: await staticPage(fileURLToPath(new URL("dist", import.meta.url))),
});
process.once("SIGTERM", () => void server.drain().then(() => rm(folder, { recursive: true })));
console.log(`http://127.0.0.1:${server.port}`);
