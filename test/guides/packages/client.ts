import { createClient, safe } from "@trunkline/client";
import { tasks } from "./contract.js";

/** Adds a task, and shows what anybody adds until there are three. */
export async function plan(title: string, show: (line: string) => void, url = "ws://127.0.0.1:3000") {
  await using client = createClient(tasks, { url });
  const changes = client.changes();

  const added = await safe(client.add({ title, due: new Date("2030-01-01") }));
  if (added.ok) show(`added: ${added.data.title}`);
  else if (added.error.code === "TOO_MANY") show(`${added.error.data.most} are enough`);
  else show(added.error.outcome === "unknown" ? "it may be there: look first" : "not added");

  for await (const { id, title, due } of changes) {
    show(`${id}: ${title}${due ? `, until ${due.getFullYear()}` : ""}`);
    if (id === 3) break;
  }
}
