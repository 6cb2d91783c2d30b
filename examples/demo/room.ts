/** The server's side of the chat, and its ledger: what really happened, whatever the clients believe. */
import { EventEmitter, once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { event, implement, type ListeningServer, serve } from "@trunkline/server";
import { Credentials, chat, LONGEST_TEXT, type Message } from "./contract.js";

/** Ticks leave in bursts, one every few milliseconds: thousands a second for each reader. */
const BURST = 32;
const BURST_EVERY_MS = 2;

/** What the server counted. */
export interface Ledger {
  /** Starts of each handler, by the call: a call that started twice is here with 2. */
  readonly runs: Map<string, number>;
  readonly said: Message[];
  /** Ticks that were yielded, by reader. */
  readonly ticks: Map<string, number>;
  /** Streams that were opened, and sessions that began: none again after a cut. */
  streams: number;
  sessions: number;
  readonly failures: unknown[];
}

export interface Room {
  /** The one that serves now. */
  readonly server: ListeningServer;
  readonly ledger: Ledger;
  /** Emits `started` and `returning` with the call's name; `returning` in the turn in which the handler returns. */
  readonly handlers: EventEmitter;
  /** Ends every reader's ticks. */
  stopTicks(): void;
  /** Closes the server, whatever is under way, and serves anew on the same port. What was said is kept. */
  restart(): Promise<void>;
}

export async function openRoom(): Promise<Room> {
  const ledger: Ledger = { runs: new Map(), said: [], ticks: new Map(), streams: 0, sessions: 0, failures: [] };
  const handlers = new EventEmitter();
  const news = new EventEmitter().setMaxListeners(0);
  let ticking = true;

  async function work(call: string, takesMs: number): Promise<void> {
    ledger.runs.set(call, (ledger.runs.get(call) ?? 0) + 1);
    handlers.emit("started", call);
    if (takesMs > 0) await pause(takesMs);
    handlers.emit("returning", call);
  }

  const router = implement(chat)
    .context<{ name: string }>()
    .router({
      history: () => ledger.said,
      square: async ({ input, context }) => {
        await work(`${context.name} square ${input.number}`, input.takesMs);
        return input.number ** 2;
      },
      say: async ({ input, context, errors }) => {
        if (input.text.length > LONGEST_TEXT) throw errors.TOO_LONG({ limit: LONGEST_TEXT });
        await work(`${context.name} say ${input.text}`, input.takesMs);
        const message = { number: ledger.said.length + 1, author: context.name, text: input.text };
        ledger.said.push(message);
        news.emit("message");
        return message;
      },
      messages: async function* ({ lastEventId, signal }) {
        ledger.streams++;
        let read = Number(lastEventId ?? 0);
        while (true) {
          const message = ledger.said[read];
          if (message) yield event(message, { id: String(++read) });
          else await once(news, "message", { signal });
        }
      },
      ticks: async function* ({ lastEventId, context }) {
        ledger.streams++;
        for (let tick = Number(lastEventId ?? 0) + 1; ticking; tick++) {
          ledger.ticks.set(context.name, tick);
          yield event(tick, { id: String(tick) });
          if (tick % BURST === 0) await pause(BURST_EVERY_MS);
        }
      },
    });

  const listen = (port: number) =>
    serve(router, {
      port,
      context: ({ auth }) => Credentials.parse(auth),
      onConnect: () => void ledger.sessions++,
      onError: ({ error }) => void ledger.failures.push(error),
    });
  let server = await listen(0);
  const stopTicks = () => {
    ticking = false;
  };
  const restart = async () => {
    await server.close();
    server = await listen(server.port);
  };
  return {
    get server() {
      return server;
    },
    ledger,
    handlers,
    stopTicks,
    restart,
  };
}
