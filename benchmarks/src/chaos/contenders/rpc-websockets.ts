/**
 * rpc-websockets, which reconnects by itself: without end, calls with the timeout that they take. On each `open` this
 * program subscribes to its events and asks for those after the last; by a number it knows what it asked for before.
 */
import { once } from "node:events";
import type { AddressInfo } from "node:net";
// @ts-expect-error Its exports do not lead to its types.
import * as library from "rpc-websockets";
import { z } from "zod";
import { addressOf } from "../../process/listen.js";
import { CALL_MS, type Contender, REDIAL_MS } from "../contender.js";
import { Gate } from "../gate.js";

const { Client, Server } = library as Library;

const Spending = z.object({ token: z.string() });
const Listening = z.object({ name: z.string(), asking: z.int(), after: z.int(), to: z.int() });

interface Event {
  readonly asking: number;
  readonly number: number;
}

/** As much of it as is used here. */
interface Library {
  readonly Server: new (
    options: object,
  ) => NodeJS.EventEmitter & {
    readonly wss: { address(): AddressInfo };
    register(name: string, method: (input: unknown) => unknown): void;
    event(name: string): void;
    emit(name: string, event: Event): boolean;
  };
  readonly Client: new (
    url: string,
    options: object,
  ) => NodeJS.EventEmitter & {
    call<Result>(name: string, input: object, timeoutMs: number): Promise<Result>;
    subscribe(name: string): Promise<unknown>;
    close(): void;
  };
}

export const contender: Contender = {
  name: "rpc-websockets",
  packages: ["rpc-websockets"],
  recovery: `\`max_reconnects: 0\`, calls with a timeout of ${CALL_MS / 1_000} s; the program subscribes again on \`open\``,
  async serve(work) {
    const server = new Server({ port: 0, host: "127.0.0.1" });
    await once(server, "listening");
    /** Whose numbers are sent, and since which asking. */
    const latest = new Map<string, number>();
    const publish = async ({ name, asking, after, to }: z.infer<typeof Listening>) => {
      latest.set(name, asking);
      for await (const number of work.numbers(name, after, to)) {
        if (latest.get(name) !== asking) return;
        server.emit(name, { asking, number });
      }
    };
    server.register("announce", (input) => {
      const { name } = z.object({ name: z.string() }).parse(input);
      if (!latest.has(name)) server.event(name);
      latest.set(name, latest.get(name) ?? 0);
      return true;
    });
    server.register("spend", (input) => work.spend(Spending.parse(input).token));
    server.register("numbers", (input) => {
      void publish(Listening.parse(input));
      return true;
    });
    return server.wss.address().port;
  },
  async connect(port) {
    const client = new Client(addressOf(port), { reconnect_interval: REDIAL_MS, max_reconnects: 0 });
    const gate = new Gate();
    client.on("open", () => gate.open());
    client.on("close", () => gate.shut());
    client.on("error", () => {});
    return {
      async spend(token) {
        await gate.opened();
        return client.call<string>("spend", { token }, CALL_MS);
      },
      async listen(name, to, listener) {
        let after = 0;
        let asking = 0;
        const ask = async () => {
          asking++;
          await client.call("announce", { name }, CALL_MS);
          await client.subscribe(name);
          await client.call("numbers", { name, asking, after, to }, CALL_MS);
        };
        await gate.opened();
        await new Promise<void>((resolve) => {
          client.on(name, ({ asking: answered, number }: Event) => {
            if (answered !== asking) return;
            after = number;
            listener(number);
            if (number === to) resolve();
          });
          client.on("open", () => void ask().catch(() => {}));
          void ask().catch(() => {});
        });
      },
      close: () => client.close(),
    };
  },
};
