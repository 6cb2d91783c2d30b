/** What stands between clients and servers, like a load balancer: each dial goes to a living server, or comes to nothing. */
import type { OpenTransport } from "@trunkline/client";
import type { Random } from "@trunkline/core/simulation";
import type { ClientProgram } from "./client-program.js";
import type { Faults } from "./faults.js";
import { Link } from "./link.js";
import type { ServerProgram } from "./server-program.js";
import type { Stage } from "./stage.js";
import type { WireWatch } from "./wire-watch.js";

export interface RouterOptions {
  readonly stage: Stage;
  readonly watch: WireWatch;
  readonly servers: readonly ServerProgram[];
  readonly faults: Faults;
}

/** Dials of one client within {@link WINDOW_MS} (I11). With full jitter the waits add up to far more. */
const MOST_DIALS = 60;
const WINDOW_MS = 10_000;

/** How every line is once faults are over. */
const healthy = { jitterMs: 0, bytesPerMs: Infinity, windowBytes: 64 * 1024 };

export class Router {
  /** Those that are not over. */
  readonly links = new Set<Link>();
  readonly #options: RouterOptions;
  readonly #random: Random;
  readonly #sticky = new Map<string, ServerProgram>();
  #made = 0;

  constructor(options: RouterOptions) {
    this.#options = options;
    this.#random = options.stage.fork();
  }

  /** How one client gets its transports. */
  dialerFor(client: ClientProgram): OpenTransport {
    const { stage, faults } = this.#options;
    const dials: number[] = [];
    return (listener) => {
      let pending = true;
      const settle = (tell: () => void) =>
        client.process.run(() => {
          if (pending) tell();
          pending = false;
        });
      this.#count(client, dials);
      // There and back, as a TCP handshake goes.
      stage.clock.after(2 * stage.swarm.delayMs, () => {
        const server = this.#pick(client);
        if (server === undefined || !client.online || faults.refusesDial()) {
          return settle(() => listener.failed({ reason: "nobody answers", fatal: false }));
        }
        if (!pending || !client.process.alive) return;
        const link = this.#connect(client, server);
        settle(() => listener.opened(link.sockets[0]));
        faults.dialed(link);
      });
      return {
        abort: () => {
          pending = false;
        },
      };
    };
  }

  /** Links that nothing has harmed yet. */
  get whole(): Link[] {
    for (const link of this.links) if (link.over) this.links.delete(link);
    return [...this.links].filter(({ whole }) => whole);
  }

  /** Faults are over: lines are wide, and none is jittery. */
  heal(): void {
    for (const { manners } of this.links) Object.assign(manners, healthy);
  }

  #connect(client: ClientProgram, server: ServerProgram): Link {
    const { stage, watch } = this.#options;
    const { clock, swarm } = stage;
    const small = swarm.hard.has("small buffers");
    const random = this.#random.fork();
    const bytesPerMs = swarm.hard.has("narrow lines") ? random.between(4, 100) : Infinity;
    const link = new Link({
      name: `link ${++this.#made}`,
      clock,
      random,
      watch,
      processes: [client.process, server.process],
      hearsLate: swarm.hard.has("messages after close"),
      highBytes: small ? random.between(1, 4_000) : 256 * 1024,
      manners: {
        delayMs: swarm.delayMs,
        jitterMs: swarm.hard.has("jitter") ? 40 : 0,
        bytesPerMs,
        windowBytes: small ? random.between(200, 8_000) : 64 * 1024,
        // What takes long arrives piece by piece.
        segmentBytes: swarm.hard.has("slices") ? random.between(50, 1_400) : 100 * bytesPerMs,
        ...(stage.busy ? {} : healthy),
      },
    });
    this.links.add(link);
    client.links.add(link);
    stage.ledger.say(client.name, `reaches ${server.process.name} by ${link.name}`);
    server.accept(link);
    return link;
  }

  #pick(client: ClientProgram): ServerProgram | undefined {
    const { servers, stage } = this.#options;
    const living = servers.filter(({ inRotation }) => inRotation);
    if (living.length === 0) return undefined;
    const before = this.#sticky.get(client.name);
    if (stage.swarm.hard.has("sticky router") && before?.inRotation) return before;
    const server = this.#random.pick(living);
    this.#sticky.set(client.name, server);
    return server;
  }

  #count(client: ClientProgram, dials: number[]): void {
    const { ledger, clock } = this.#options.stage;
    ledger.figures.dials++;
    dials.push(clock.now());
    while (dials[0]! < clock.now() - WINDOW_MS) dials.shift();
    ledger.check(
      dials.length <= MOST_DIALS,
      "I11",
      () => `${client.name} dials ${dials.length} times in ${WINDOW_MS} ms`,
    );
  }
}
