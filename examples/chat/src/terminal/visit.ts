/** A stay in one room: what was said last, what is said from then on, and who is typing. */
import { type Client, safe } from "@trunkline/client";
import type { ChatError, chat, Message } from "../contract.js";
import { errorSentence, typingPhrase } from "../sentence.js";
import type { Screen } from "./screen.js";

/** How much of the past is shown. */
const LAST = 12;

export interface VisitOptions {
  readonly client: Client<typeof chat>;
  readonly screen: Screen;
  readonly me: string;
  readonly room: string;
}

export class Visit {
  readonly #options: VisitOptions;
  readonly #leaving = new AbortController();

  constructor(options: VisitOptions) {
    this.#options = options;
  }

  /** Resolves once the past is shown and the present follows. */
  async begin(): Promise<void> {
    const { client, screen, room } = this.#options;
    const { signal } = this.#leaving;
    screen.prompt(room);
    const page = await safe(client.rooms.history({ room }, { signal }));
    if (signal.aborted) return;
    if (!page.ok) return screen.print(errorSentence(page.error));
    for (const message of page.data.messages.slice(-LAST)) this.#show(message);
    client.rooms.messages({ room }, { signal, lastEventId: page.data.cursor }).subscribe({
      onEvent: (message) => this.#show(message),
      onGap: ({ reason }) => screen.print(screen.styled("yellow", `-- messages are missing here: ${reason}`)),
      // A stream's errors are those its procedure declares, which its listener's type does not say.
      onError: (error) =>
        signal.aborted || screen.print(screen.styled("red", `! ${errorSentence(error as ChatError)}`)),
    });
    client.rooms.typing({ room }, { signal }).subscribe({
      onEvent: (names) => this.#typing(names),
      // Each event says everything.
      onGap: () => {},
    });
  }

  leave(): void {
    this.#leaving.abort();
  }

  #show({ author, text, sentAt }: Message): void {
    const { screen, me } = this.#options;
    const clock = sentAt.toLocaleTimeString([], { timeStyle: "short", hourCycle: "h23" });
    const name = screen.styled(author === me ? "green" : "cyan", author);
    // The contract lets no control characters in: what others write cannot move the cursor.
    screen.print(`${screen.styled("gray", clock)} ${name}: ${text.replaceAll("\n", "\n      ")}`);
  }

  #typing(names: readonly string[]): void {
    const { screen, me, room } = this.#options;
    const phrase = typingPhrase(names.filter((name) => name !== me));
    if (screen.isTerminal) screen.prompt(phrase === "" ? room : `${room} (${phrase})`);
    else if (phrase !== "") screen.print(phrase);
  }
}
