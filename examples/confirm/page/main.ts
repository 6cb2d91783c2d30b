/** The page: it lists the files, and answers the server's question with a dialog. */
import { createClient, implement } from "@trunkline/client";
import { drawer, person } from "../contract.js";

const find = <Type extends Element>(id: string) => document.querySelector<Type & HTMLElement>(`#${id}`)!;
const dialog = find<HTMLDialogElement>("dialog");

/** Asks the person in front of the page. A question nobody waits for any more goes away. */
function ask(question: string, signal: AbortSignal): Promise<boolean> {
  find("question").textContent = question;
  dialog.returnValue = "no";
  dialog.showModal();
  signal.addEventListener("abort", () => dialog.close("no"));
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"), { once: true });
  });
}

const client = createClient(drawer, {
  url: `${location.protocol === "https:" ? "wss:" : "ws:"}//${location.host}/rpc`,
  serve: implement(person).router({
    confirm: ({ input, signal }) => ask(input.question, signal),
  }),
});

async function show(): Promise<void> {
  const files = await client.list();
  const entries = files.map((name) => {
    const entry = document.createElement("li");
    const button = document.createElement("button");
    button.textContent = "Remove";
    button.addEventListener("click", () => void client.remove({ name }).then(show));
    entry.append(name, button);
    return entry;
  });
  find("files").replaceChildren(...entries);
}

await show();
