/** One connection through the proxy: a socket to the client, one to the server, and what flows between them. */
import type { Socket } from "node:net";
import type { Clock } from "@trunkline/core/internal";
import type { Random } from "@trunkline/core/simulation";
import type { Direction, Ending, Faults } from "./faults.js";
import { Flow } from "./flow.js";
import { reset } from "./reset.js";

export interface LineOptions {
  /** To the client. */
  readonly near: Socket;
  /** To the server. */
  readonly far: Socket;
  readonly clock: Clock;
  readonly random: Random;
  faults(direction: Direction): Faults;
  /** Both sockets are closed. */
  closed(line: Line): void;
}

export class Line {
  readonly #sockets: readonly Socket[];
  readonly #flows: readonly Flow[];
  #state: "open" | "cut" = "open";

  constructor({ near, far, clock, random, faults, closed }: LineOptions) {
    this.#sockets = [near, far];
    const over = (by: Ending) => void this.cut(by);
    const flow = (direction: Direction, from: Socket, to: Socket) => {
      const chance = random.fork();
      return new Flow({ from, to, clock, over, random: () => chance.next(), faults: () => faults(direction) });
    };
    this.#flows = [flow("up", near, far), flow("down", far, near)];
    let left = this.#sockets.length;
    for (const socket of this.#sockets) {
      socket.setNoDelay(true);
      socket.on("close", () => {
        if (--left === 0) closed(this);
      });
    }
    this.pump();
  }

  /** Neither cut nor silent. */
  get open(): boolean {
    return this.#state === "open";
  }

  /** The faults have changed. */
  pump(): void {
    for (const flow of this.#flows) flow.pump();
  }

  /** Ends it. Returns how many bytes were under way, and are gone. */
  cut(by: Ending): number {
    if (this.#state === "cut") return 0;
    this.#state = "cut";
    const lost = this.#flows.reduce((sum, { held }) => sum + held, 0);
    for (const flow of this.#flows) flow.silence();
    for (const socket of this.#sockets) {
      if (by === "reset") reset(socket);
      else if (by === "end") socket.end();
    }
    return lost;
  }

  /** Releases the sockets, whatever state it is in. */
  destroy(): void {
    this.cut("reset");
    for (const socket of this.#sockets) socket.destroy();
  }
}
