import { fileURLToPath } from "node:url";
import { openDrawer } from "./server.js";

const drawer = await openDrawer({
  files: new Set(["love letters", "tax return", "shopping list"]),
  port: Number(process.env.PORT ?? 3000),
  page: fileURLToPath(new URL("dist", import.meta.url)),
  kept: console.log,
});
process.once("SIGTERM", () => void drawer.drain());
console.log(`http://127.0.0.1:${drawer.port}`);
