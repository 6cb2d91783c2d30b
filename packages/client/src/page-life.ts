/**
 * What a page's life means for its connection. A browser hides, freezes and revives pages, a computer sleeps with all of
 * them, and sockets die meanwhile without a word: so whoever wakes up looks whether the socket can still be good,
 * instead of waiting for a timer that was asleep too.
 *
 *   the page hears                        | then
 *   --------------------------------------|-------------------------------------------------------------------------
 *   online                                | dial soon, spread out: everybody behind one router hears it at once
 *   visibilitychange, resume, focus       | dial now, if more has passed unheard than the server's patience
 *   pagehide, into the back/forward cache | let go of the transport: it would be cut, or the page not kept for it
 *   pageshow, out of it                   | dial now, if it held one then
 *
 * How much has passed unheard is what has passed since the last look, less the time in which the server was heard. The
 * wall clock is asked beside the monotonic one, which on some platforms stops while the computer sleeps. A tab that was
 * merely hidden has heard the server all the time, and keeps its socket.
 *
 * Nothing is listened to before the first dial: until then there is nothing to lose, and a client that is never used is
 * held by no page. There is no timer, and nothing for `unload`: a page with a listener for that is not kept either.
 */
import type { Clock } from "@trunkline/core/internal";

/** How long those who hear `online` together are spread over. */
const ONLINE_SPREAD_MS = 1_000;

const windowEvents = ["online", "focus", "pagehide", "pageshow"] as const;
const documentEvents = ["visibilitychange", "resume"] as const;

type Listened = Pick<EventTarget, "addEventListener" | "removeEventListener">;

/** As much of a page as is used here. */
export interface Page {
  readonly window: Listened;
  readonly document: Listened & Pick<Document, "visibilityState">;
  /** The time of the day in milliseconds: it goes on while the computer sleeps, and may be set. */
  wallNow(): number;
}

/** The page this runs in; undefined in Node, Deno and workers. */
export function thisPage(): Page | undefined {
  const { document } = globalThis;
  if (typeof globalThis.addEventListener !== "function" || typeof document?.addEventListener !== "function") return;
  return { window: globalThis, document, wallNow: () => Date.now() };
}

/** Whose life it is. */
interface PageLifeOwner {
  /** When anything was last heard from the server, by the monotonic clock. */
  readonly heardAt: number;
  /** What it has is not to be trusted any more: it tries again within this time. */
  suspect(withinMs: number): void;
  /** Lets go of what it holds, and says whether it held or wanted anything. */
  rest(): boolean;
  reconnect(): void;
}

interface PageLifeOptions {
  readonly page: Page;
  readonly clock: Clock;
  /** How much silence is borne where no server has said it yet. */
  readonly patienceMs: number;
}

export class PageLife {
  readonly #owner: PageLifeOwner;
  readonly #options: PageLifeOptions;
  readonly #listener = { handleEvent: (event: Event) => this.#hear(event) };
  #patienceMs: number;
  /** The time of the last look, by both clocks. */
  #looked: { readonly wall: number; readonly monotonic: number };
  /** It went into the back/forward cache, and let go of something for it. */
  #rested = false;

  constructor(owner: PageLifeOwner, options: PageLifeOptions) {
    this.#owner = owner;
    this.#options = options;
    this.#patienceMs = options.patienceMs;
    this.#looked = this.#now();
  }

  /** Listens from now on. Does nothing the second time. */
  begin(): void {
    const { window, document } = this.#options.page;
    for (const type of windowEvents) window.addEventListener(type, this.#listener);
    for (const type of documentEvents) document.addEventListener(type, this.#listener);
  }

  /** A server was heard just now, and bears this much silence. */
  welcomed(patienceMs: number): void {
    this.#patienceMs = patienceMs;
    this.#looked = this.#now();
  }

  close(): void {
    const { window, document } = this.#options.page;
    for (const type of windowEvents) window.removeEventListener(type, this.#listener);
    for (const type of documentEvents) document.removeEventListener(type, this.#listener);
  }

  #hear(event: Event): void {
    switch (event.type as (typeof windowEvents | typeof documentEvents)[number]) {
      case "online":
        this.#looked = this.#now();
        return this.#owner.suspect(ONLINE_SPREAD_MS);
      case "visibilitychange":
        if (this.#options.page.document.visibilityState === "visible") this.#look();
        return;
      case "resume":
      case "focus":
        return this.#look();
      case "pagehide":
        if (isPersisted(event)) this.#rested = this.#owner.rest();
        return;
      case "pageshow":
        if (!isPersisted(event) || !this.#rested) return;
        this.#rested = false;
        this.#owner.reconnect();
    }
  }

  #look(): void {
    const before = this.#looked;
    const now = this.#now();
    this.#looked = now;
    const passedMs = Math.max(now.wall - before.wall, now.monotonic - before.monotonic);
    const heardMs = Math.max(0, this.#owner.heardAt - before.monotonic);
    if (passedMs - heardMs > this.#patienceMs) this.#owner.suspect(0);
  }

  #now(): { wall: number; monotonic: number } {
    return { wall: this.#options.page.wallNow(), monotonic: this.#options.clock.now() };
  }
}

/** Whether the page goes into the back/forward cache, or comes out of it. */
function isPersisted(event: Event): boolean {
  return "persisted" in event && event.persisted === true;
}
