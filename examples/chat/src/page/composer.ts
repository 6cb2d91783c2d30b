/** Where one writes. Enter sends, Shift+Enter breaks the line; what is begun in a room waits there. */
import { TEXT_LENGTH } from "../contract.js";
import { byId } from "./element.js";

/** While somebody types, they say so this often. */
const SAY_AGAIN_MS = 3_000;
/** Somebody who has paused this long is not typing. */
const PAUSE_MS = 4_000;

export interface ComposerListener {
  send(text: string): void;
  typing(typing: boolean): void;
}

export class Composer {
  readonly #field = byId("text", HTMLTextAreaElement);
  readonly #listener: ComposerListener;
  readonly #drafts = new Map<string, string>();
  #room = "";
  /** When typing was last said; undefined while nobody types. */
  #saidAt: number | undefined;
  #pause: ReturnType<typeof setTimeout> | undefined;

  constructor(listener: ComposerListener) {
    this.#listener = listener;
    this.#field.maxLength = TEXT_LENGTH;
    byId("composer", HTMLFormElement).addEventListener("submit", (event) => {
      event.preventDefault();
      this.#send();
    });
    this.#field.addEventListener("keydown", (event) => {
      // An input method uses Enter to choose a word.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      this.#send();
    });
    this.#field.addEventListener("input", () => this.#typed());
  }

  /** Goes to another room, before which one stops typing in this one. */
  enter(room: string, title: string): void {
    this.#stop();
    this.#drafts.set(this.#room, this.#field.value);
    this.#room = room;
    this.#field.value = this.#drafts.get(room) ?? "";
    this.#field.placeholder = `Say something in ${title}`;
    this.#fit();
  }

  focus(): void {
    this.#field.focus();
  }

  #send(): void {
    const text = this.#field.value;
    if (text.trim() === "") return;
    this.#field.value = "";
    this.#fit();
    // Who sends types no more, and the server knows.
    this.#forget();
    this.#listener.send(text);
  }

  #typed(): void {
    this.#fit();
    clearTimeout(this.#pause);
    if (this.#field.value.trim() === "") return this.#stop();
    this.#pause = setTimeout(() => this.#stop(), PAUSE_MS);
    const now = performance.now();
    if (this.#saidAt !== undefined && now - this.#saidAt < SAY_AGAIN_MS) return;
    this.#saidAt = now;
    this.#listener.typing(true);
  }

  #stop(): void {
    if (this.#saidAt !== undefined) this.#listener.typing(false);
    this.#forget();
  }

  #forget(): void {
    clearTimeout(this.#pause);
    this.#saidAt = undefined;
  }

  /** As high as its text, within what the style sheet allows. */
  #fit(): void {
    this.#field.style.height = "auto";
    this.#field.style.height = `${this.#field.scrollHeight}px`;
  }
}
