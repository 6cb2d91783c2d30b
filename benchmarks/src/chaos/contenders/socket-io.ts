/**
 * socket.io with all three of the means that its guide to delivery has: connection state recovery, an offset for where that
 * does not do, and acknowledgements with retries.
 */
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Server } from "socket.io";
import { io } from "socket.io-client";
import { CALL_MS, type Contender, REDIAL_MS } from "../contender.js";

const RETRIES = 10;

export const contender: Contender = {
  name: "socket.io",
  packages: ["socket.io", "socket.io-client"],
  recovery: `connection state recovery and offsets, acknowledgements with \`retries: ${RETRIES}\``,
  async serve(work) {
    const http = createServer().listen(0, "127.0.0.1");
    await once(http, "listening");
    const server = new Server(http, { transports: ["websocket"], connectionStateRecovery: {} });
    const sent = new Map<string, number>();
    const publish = async (name: string, to: number) => {
      sent.set(name, 0);
      for await (const number of work.numbers(name, 0, to)) {
        sent.set(name, number);
        server.to(name).emit("number", number);
      }
    };
    server.on("connection", (socket) => {
      const { name, to, offset } = socket.handshake.auth as { name?: string; to?: number; offset?: number };
      socket.on("spend", async (token: string, answer) => answer(await work.spend(token)));
      if (name === undefined || to === undefined || socket.recovered) return;
      for (let number = (offset ?? 0) + 1; number <= (sent.get(name) ?? 0); number++) socket.emit("number", number);
      void socket.join(name);
      if (!sent.has(name)) void publish(name, to);
    });
    return (http.address() as AddressInfo).port;
  },
  async connect(port) {
    const auth: { name?: string; to?: number; offset?: number } = {};
    const socket = io(`http://127.0.0.1:${port}`, {
      transports: ["websocket"],
      forceNew: true,
      autoConnect: false,
      reconnectionDelay: REDIAL_MS,
      reconnectionDelayMax: REDIAL_MS,
      randomizationFactor: 0,
      retries: RETRIES,
      ackTimeout: CALL_MS,
      auth,
    });
    return {
      spend: (token) =>
        new Promise((resolve, reject) => {
          socket.emit("spend", token, (error: unknown, answer: string) => (error ? reject(error) : resolve(answer)));
        }),
      listen: (name, to, listener) =>
        new Promise((resolve) => {
          Object.assign(auth, { name, to });
          socket.on("number", (number: number) => {
            auth.offset = number;
            listener(number);
            if (number === to) resolve();
          });
          socket.connect();
        }),
      close: () => void socket.close(),
    };
  },
};
