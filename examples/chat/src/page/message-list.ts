/** The messages on the screen. Elements are kept by key, so a change touches what changed and the reader keeps their place. */
import type { Message } from "../contract.js";
import { errorSentence } from "../sentence.js";
import { avatar, paint } from "./avatar.js";
import type { Entry } from "./conversation.js";
import { arrange, button, byId, element } from "./element.js";

/** Messages of one author this close together stand under one name. */
const GROUP_MS = 4 * 60_000;
/** From here on a message scrolls within itself. */
const LONG_TEXT = 3_000;
/** This close to the end counts as reading along. */
const NEAR_END_PX = 48;

export interface MessageActions {
  retry(key: string): void;
  discard(key: string): void;
}

interface Shown {
  readonly entry: Entry;
  readonly node: HTMLElement;
}

export class MessageList {
  readonly #scroller = byId("scroller", HTMLElement);
  readonly #list = byId("messages", HTMLElement);
  readonly #newest = byId("newest", HTMLButtonElement);
  readonly #actions: MessageActions;
  #shown = new Map<string, Shown>();
  /** Whether the reader is at the end, where new messages come. */
  #atEnd = true;

  constructor(actions: MessageActions) {
    this.#actions = actions;
    // What scrolls must be reachable by keyboard.
    this.#scroller.tabIndex = 0;
    this.#newest.addEventListener("click", () => this.scrollToEnd());
    this.#scroller.addEventListener("scroll", () => this.#look(), { passive: true });
    // A banner above or a long draft below takes room: who was at the end stays there.
    new ResizeObserver(() => this.#atEnd && this.scrollToEnd()).observe(this.#scroller);
  }

  scrollToEnd(): void {
    this.#scroller.scrollTop = this.#scroller.scrollHeight;
    this.#look();
  }

  /** Shows these entries; `me` is who reads. Follows the end if the reader is there, else keeps what they look at. */
  show(entries: readonly Entry[], me: string): void {
    const top = this.#list.firstElementChild;
    const fromEnd = this.#scroller.scrollHeight - this.#scroller.scrollTop;
    const next = new Map<string, Shown>();
    for (const entry of entries) next.set(entry.key, this.#keep(entry, me));
    this.#shown = next;
    let before: Entry | undefined;
    for (const { entry, node } of next.values()) {
      node.classList.toggle("follows", continues(before, entry, me));
      before = entry;
    }
    arrange(
      this.#list,
      [...next.values()].map(({ node }) => node),
    );
    if (this.#atEnd) this.scrollToEnd();
    else if (this.#list.firstElementChild !== top) this.#scroller.scrollTop = this.#scroller.scrollHeight - fromEnd;
    this.#look();
  }

  #look(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.#scroller;
    this.#atEnd = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    this.#newest.hidden = this.#atEnd;
  }

  #keep(entry: Entry, me: string): Shown {
    const shown = this.#shown.get(entry.key);
    return shown !== undefined && isSame(shown.entry, entry) ? shown : { entry, node: this.#draw(entry, me) };
  }

  #draw(entry: Entry, me: string): HTMLElement {
    if (entry.type === "gap") {
      return element("li", { class: "gap" }, element("span", {}, `Messages are missing here: ${entry.reason}.`));
    }
    if (entry.type === "message") return said(entry.message, entry.message.author === me);
    return this.#unsent(entry, me);
  }

  #unsent(entry: Extract<Entry, { type: "unsent" }>, me: string): HTMLElement {
    const { key, text, sending } = entry;
    const node = bubble({ author: me, text, mine: true }, element("span", { class: "time" }, "sending…"));
    node.classList.add("unsent");
    if (sending.name === "failed") {
      node.classList.add("failed");
      node.querySelector(".time")!.textContent = "not sent";
      const retry = button("Try again", "link", () => this.#actions.retry(key));
      const discard = button("Discard", "link", () => this.#actions.discard(key));
      const why = element("span", {}, errorSentence(sending.error));
      node.append(element("p", { class: "failure", role: "alert" }, why, " ", retry, " ", discard));
    }
    return node;
  }
}

const isSame = (one: Entry, other: Entry) =>
  one === other || (one.type === "message" && other.type === "message" && one.message === other.message);

/** Whether an entry goes on under the name that stands above it. */
function continues(before: Entry | undefined, entry: Entry, me: string): boolean {
  if (before === undefined || before.type === "gap" || entry.type === "gap") return false;
  const [one, other] = [before, entry].map((each) => (each.type === "message" ? each.message : undefined));
  if ((one?.author ?? me) !== (other?.author ?? me)) return false;
  return one === undefined || other === undefined || other.sentAt.getTime() - one.sentAt.getTime() < GROUP_MS;
}

function said({ author, text, sentAt: at }: Message, mine: boolean): HTMLElement {
  const clock = at.toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return bubble(
    { author, text, mine },
    element("time", { class: "time", datetime: at.toISOString(), title: at.toLocaleString() }, clock),
  );
}

function bubble({ author, text, mine }: { author: string; text: string; mine: boolean }, time: Node): HTMLElement {
  const words = element("p", { class: "text", dir: "auto" }, text);
  if (text.length > LONG_TEXT) {
    words.classList.add("long");
    // What scrolls must be reachable by keyboard.
    words.tabIndex = 0;
  }
  const head = element("p", { class: "head" }, element("span", { class: "author" }, mine ? "You" : author), " ", time);
  const node = element("li", { class: mine ? "message mine" : "message" }, avatar(author), head, words);
  paint(node, author);
  return node;
}
