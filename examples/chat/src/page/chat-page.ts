/** The page's state, and what is done with it: one client, one conversation that is open, what is known of the house. */
import { type Client, type ConnectionStatus, createClient, safe } from "@trunkline/client";
import { chat, type Person, type Room } from "../contract.js";
import { errorSentence, typingPhrase } from "../sentence.js";
import { Composer } from "./composer.js";
import { showConnection } from "./connection-bar.js";
import { Conversation } from "./conversation.js";
import { button, byId } from "./element.js";
import { MessageList } from "./message-list.js";
import { askName } from "./own-name.js";
import { Sidebar } from "./sidebar.js";

const FIRST_ROOM = "lobby";

export class ChatPage {
  readonly client: Client<typeof chat>;
  #me: string;
  #rooms: readonly Room[] = [];
  #people: readonly Person[] = [];
  readonly #conversations = new Map<string, Conversation>();
  #open: Conversation;
  /** Ends what is followed beside the messages. */
  #following = new AbortController();
  #drawing = false;
  /** Not even the rooms are known. */
  #stalled = false;
  readonly #list: MessageList;
  readonly #sidebar = new Sidebar((room) => this.enter(room));
  readonly #composer: Composer;

  constructor(me: string) {
    this.#me = me;
    const url = new URL("rpc", location.href.replace(/^http/, "ws")).href;
    this.client = createClient(chat, { url, auth: () => ({ name: this.#me }) });
    this.#open = this.#conversation(FIRST_ROOM);
    this.#list = new MessageList({
      retry: (key) => this.#open.retry(key),
      discard: (key) => this.#open.discard(key),
    });
    this.#composer = new Composer({
      send: (text) => {
        this.#open.send(text);
        this.#list.scrollToEnd();
      },
      typing: (typing) => {
        // Nobody wants to hear later that somebody typed before.
        if (this.client.$connection.status.state !== "ready") return;
        void safe(this.client.rooms.setTyping({ room: this.#open.room, typing }));
      },
    });
    byId("older", HTMLButtonElement).addEventListener("click", () => void this.#open.older());
    byId("rename", HTMLButtonElement).addEventListener("click", () => void this.#rename());
    showConnection(this.client.$connection, (status) => this.#connectionChanged(status));
  }

  /** Goes to another room. */
  enter(room: string): void {
    this.#composer.enter(room, this.#rooms.find(({ id }) => id === room)?.title ?? "this room");
    if (this.#open.room !== room) this.#open.close();
    this.#open = this.#conversation(room);
    this.#follow();
    this.#draw();
    this.#list.scrollToEnd();
    // On a phone that would open the keyboard.
    if (matchMedia("(pointer: fine)").matches) this.#composer.focus();
  }

  /** Begins, or begins again what the connection's end has ended. */
  async begin(): Promise<void> {
    const rooms = await safe(this.client.rooms.list());
    this.#stalled = !rooms.ok;
    if (!rooms.ok) return this.#showNotice(errorSentence(rooms.error));
    this.#rooms = rooms.data;
    this.enter(this.#open.room);
  }

  #follow(): void {
    this.#following.abort();
    this.#following = new AbortController();
    const { signal } = this.#following;
    const { rooms, people } = this.client;
    const typing = byId("typing", HTMLElement);
    typing.textContent = "";
    void this.#open.open();
    rooms.typing({ room: this.#open.room }, { signal }).subscribe({
      onEvent: (names) => {
        typing.textContent = typingPhrase(names.filter((name) => name !== this.#me));
      },
    });
    people(undefined, { signal }).subscribe({
      onEvent: (everybody) => {
        this.#people = everybody;
        this.#draw();
      },
    });
  }

  #conversation(room: string): Conversation {
    const known = this.#conversations.get(room);
    if (known !== undefined) return known;
    const made: Conversation = new Conversation(this.client, {
      room,
      changed: () => {
        if (this.#open === made) this.#draw();
      },
    });
    this.#conversations.set(room, made);
    return made;
  }

  async #rename(reason?: string): Promise<void> {
    this.#me = await askName(this.#me, reason);
    this.client.$connection.reconnect();
    this.#draw();
  }

  #connectionChanged(status: ConnectionStatus): void {
    const { state } = status;
    if (state === "stopped" && status.code === "UNAUTHENTICATED")
      void this.#rename("The server did not take this name. Somebody else may have it.");
    // Stopping has ended everything that was open.
    if (state === "ready" && (this.#stalled || this.#open.reading.name === "failed")) void this.begin();
  }

  /** Once for all that changes in one turn. */
  #draw(): void {
    if (this.#drawing) return;
    this.#drawing = true;
    queueMicrotask(() => {
      this.#drawing = false;
      const { entries, reading, more } = this.#open;
      this.#list.show(entries, this.#me);
      this.#sidebar.show({ rooms: this.#rooms, people: this.#people, room: this.#open.room, me: this.#me });
      byId("scroller", HTMLElement).setAttribute("aria-busy", String(reading.name === "loading"));
      byId("older", HTMLButtonElement).hidden = !more;
      byId("empty", HTMLElement).hidden = reading.name !== "live" || entries.length > 0;
      this.#showNotice(reading.name === "failed" ? errorSentence(reading.error) : "");
    });
  }

  #showNotice(text: string): void {
    const notice = byId("notice", HTMLElement);
    notice.hidden = text === "";
    if (text !== "")
      notice.replaceChildren(
        text,
        " ",
        button("Try again", "link", () => void this.begin()),
      );
  }
}
