/**
 * One room as this page knows it: what was said, and what was typed here and is not said yet. What was said comes from
 * one place only, the log's own order: history up to a cursor, then the subscription from that cursor on. So nothing is
 * missing and nothing comes twice, and a message of one's own takes its place when it comes back.
 */
import { type Client, safe } from "@trunkline/client";
import type { ChatError, chat, Message } from "../contract.js";
import { printable } from "../printable.js";

/** `key`: the same for a message on its way and the same message once it has come back. */
export type Entry =
  | { readonly type: "message"; readonly key: string; readonly message: Message }
  | { readonly type: "unsent"; readonly key: string; readonly text: string; readonly sending: Sending }
  | { readonly type: "gap"; readonly key: string; readonly reason: string };

export type Sending = { readonly name: "under way" } | { readonly name: "failed"; readonly error: ChatError };

export type Reading =
  | { readonly name: "closed" }
  | { readonly name: "loading" }
  | { readonly name: "live" }
  | { readonly name: "failed"; readonly error: ChatError };

type Said = Exclude<Entry, { type: "unsent" }>;
type Unsent = Extract<Entry, { type: "unsent" }>;

/** How much a page keeps; what is older can be loaded again. */
const KEPT = 1_500;

export class Conversation {
  readonly room: string;
  readonly #client: Client<typeof chat>;
  readonly #changed: () => void;
  #reading: Reading = { name: "closed" };
  #visit = new AbortController();
  #said: Said[] = [];
  readonly #unsent = new Map<string, Unsent>();
  /** Where the subscription goes on; undefined until the history has come. */
  #cursor: string | undefined;
  #more = false;

  constructor(client: Client<typeof chat>, { room, changed }: { room: string; changed: () => void }) {
    this.#client = client;
    this.room = room;
    this.#changed = changed;
  }

  get entries(): readonly Entry[] {
    return [...this.#said, ...this.#unsent.values()];
  }

  get reading(): Reading {
    return this.#reading;
  }

  /** Whether there are older messages to load. */
  get more(): boolean {
    return this.#more;
  }

  /** Enters the room: it goes on where it was left. */
  async open(): Promise<void> {
    if (this.#reading.name === "live" || this.#reading.name === "loading") return;
    this.#visit = new AbortController();
    const { signal } = this.#visit;
    this.#become({ name: "loading" });
    if (this.#cursor === undefined) {
      const page = await safe(this.#client.rooms.history({ room: this.room }, { signal }));
      if (signal.aborted) return;
      if (!page.ok) return this.#become({ name: "failed", error: page.error });
      this.#cursor = page.data.cursor;
      this.#prepend(page.data);
    }
    this.#become({ name: "live" });
    const stream = this.#client.rooms.messages({ room: this.room }, { signal, lastEventId: this.#cursor });
    stream.subscribe({
      onEvent: (message) => this.#arrived(message),
      onGap: ({ reason }) => this.#append({ type: "gap", key: `gap ${this.#cursor} ${reason}`, reason }),
      onError: (error) => {
        // A stream's errors are those its procedure declares, which its listener's type does not say.
        if (!signal.aborted) this.#become({ name: "failed", error: error as ChatError });
      },
    });
  }

  /** Leaves the room, and keeps what is known of it. */
  close(): void {
    this.#visit.abort();
    this.#become({ name: "closed" });
  }

  /** Loads what came before. */
  async older(): Promise<void> {
    const first = this.#said.find((entry) => entry.type === "message");
    if (first === undefined) return;
    const page = await safe(this.#client.rooms.history({ room: this.room, before: first.message.id }));
    // Asked twice, it is answered twice.
    if (page.ok && this.#said.find((entry) => entry.type === "message") === first) this.#prepend(page.data);
    this.#changed();
  }

  send(text: string): void {
    this.#try({ type: "unsent", key: randomKey(), text: printable(text), sending: { name: "under way" } });
  }

  retry(key: string): void {
    const unsent = this.#unsent.get(key);
    if (unsent !== undefined) this.#try({ ...unsent, sending: { name: "under way" } });
  }

  discard(key: string): void {
    this.#unsent.delete(key);
    this.#changed();
  }

  #try(unsent: Unsent): void {
    const { key, text } = unsent;
    this.#unsent.set(key, unsent);
    this.#changed();
    void safe(this.#client.rooms.send({ room: this.room, key, text })).then((sent) => {
      // When it was sent, it comes back as everybody's messages do.
      if (sent.ok || !this.#unsent.has(key)) return;
      this.#unsent.set(key, { ...unsent, sending: { name: "failed", error: sent.error } });
      this.#changed();
    });
  }

  #arrived(message: Message): void {
    this.#cursor = message.id;
    this.#unsent.delete(message.key);
    this.#append({ type: "message", key: message.key, message });
  }

  #append(entry: Said): void {
    this.#said.push(entry);
    if (this.#said.length > KEPT) {
      this.#said.shift();
      this.#more = true;
    }
    this.#changed();
  }

  #prepend({ messages, more }: { readonly messages: readonly Message[]; readonly more: boolean }): void {
    this.#said = [
      ...messages.map((message) => ({ type: "message" as const, key: message.key, message })),
      ...this.#said,
    ];
    this.#more = more;
  }

  #become(reading: Reading): void {
    this.#reading = reading;
    this.#changed();
  }
}

/** `crypto.randomUUID` is only there on pages that came over TLS or loopback. */
function randomKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(12)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
