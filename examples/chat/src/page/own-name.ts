/** The reader's own name: asked for once, kept by the browser where it keeps anything. */
import { NAME_LENGTH } from "../contract.js";
import { printable } from "../printable.js";
import { byId } from "./element.js";

const STORED = "trunkline-chat.name";

const tempers = ["Quiet", "Early", "Curious", "Patient", "Merry", "Distant", "Amber", "Northern"];
const birds = ["Heron", "Wren", "Plover", "Siskin", "Curlew", "Martin", "Avocet", "Dunlin"];

/** The name that was chosen before, if any. */
export function storedName(): string | undefined {
  try {
    return localStorage.getItem(STORED) ?? undefined;
  } catch {
    // The browser keeps nothing for this page.
    return undefined;
  }
}

/** Asks for a name; resolves when there is one. `reason`: why, where it is not the first time. */
export function askName(current: string | undefined, reason = ""): Promise<string> {
  const dialog = byId("name-dialog", HTMLDialogElement);
  const field = byId("name", HTMLInputElement);
  const form = byId("name-form", HTMLFormElement);
  byId("name-reason", HTMLElement).textContent = reason;
  field.maxLength = NAME_LENGTH;
  field.value = current ?? `${pick(tempers)} ${pick(birds)}`;
  if (!dialog.open) dialog.showModal();
  field.select();
  return new Promise((resolve) => {
    const submitted = (event: SubmitEvent) => {
      event.preventDefault();
      const name = printable(field.value).trim();
      if (name !== "") chosen(name);
    };
    // Escape means: whatever stands there.
    const cancelled = (event: Event) => {
      event.preventDefault();
      chosen(printable(field.value).trim() || (current ?? `${pick(tempers)} ${pick(birds)}`));
    };
    const chosen = (name: string) => {
      form.removeEventListener("submit", submitted);
      dialog.removeEventListener("cancel", cancelled);
      dialog.close();
      store(name);
      resolve(name);
    };
    form.addEventListener("submit", submitted);
    dialog.addEventListener("cancel", cancelled);
  });
}

function store(name: string): void {
  try {
    localStorage.setItem(STORED, name);
  } catch {
    // It is asked for again next time.
  }
}

const pick = (words: readonly string[]) => words[Math.floor(Math.random() * words.length)]!;
