/** A client: it dials, says hello, and dials again when its transport is gone. */
import type { Alarm } from "../clock.js";
import { closeCodes, endsSession } from "../protocol/close-codes.js";
import { greeting } from "../protocol/encode.js";
import type { Welcome } from "../protocol/greeting.js";
import { type Limits, peerLimits } from "../protocol/limits.js";
import { parse } from "../protocol/parse.js";
import type { Transport } from "../transport.js";
import type { Random } from "./random.js";
import { Speaker, type Surroundings } from "./speaker.js";

export interface SimulatedClientOptions {
  readonly name: string;
  readonly limits: Limits;
  readonly around: Surroundings;
  readonly random: Random;
  /** Connects to some server. Undefined: refused. */
  dial(): Transport | undefined;
}

/** Most a client waits before it dials again. */
const RETRY_MS = 1_500;

export class SimulatedClient {
  readonly speaker: Speaker;
  #token: string | undefined;
  /** Dialled, and hello said, but no welcome yet. */
  #greeting: Transport | undefined;
  #closed = false;
  readonly #options: SimulatedClientOptions;
  /** The next attempt, or the end of patience with this one. */
  readonly #alarm: Alarm;

  constructor(options: SimulatedClientOptions) {
    const { name, limits, around } = options;
    this.#options = options;
    this.#alarm = around.clock.alarm(() => this.#dial());
    this.speaker = new Speaker({
      name,
      role: "client",
      limits,
      around,
      detached: (code) => {
        if (endsSession(code)) this.#lose();
        this.#retry();
      },
      broken: () => {
        this.#lose();
        this.#retry();
      },
    });
    this.#retry();
  }

  /** Moves to another transport at once; the old one is closed late, so that the server still takes it for open. False: there is none. */
  move(closeLateMs: number): boolean {
    if (!this.speaker.attached) return false;
    this.speaker.detach("goingAway", closeLateMs);
    this.#dial();
    return true;
  }

  /** Ends it all. */
  close(): void {
    this.#closed = true;
    this.#alarm.clear();
    this.#hangUp();
    this.speaker.end("normal");
  }

  #lose(): void {
    this.#token = undefined;
    this.speaker.say({ type: "lost" });
  }

  #retry(): void {
    const { clock } = this.#options.around;
    if (!this.#closed) this.#alarm.set(clock.now() + this.#options.random.int(RETRY_MS));
  }

  #hangUp(): void {
    this.#greeting?.close(closeCodes.goingAway.code, closeCodes.goingAway.reason);
    this.#greeting = undefined;
  }

  #dial(): void {
    const { limits, around } = this.#options;
    this.#hangUp();
    const transport = this.#options.dial();
    if (transport === undefined) return this.#retry();
    this.#greeting = transport;
    this.#alarm.set(around.clock.now() + limits.helloMs);
    const { received } = this.speaker.conversation;
    const session = this.#token === undefined ? { received: 0 } : { received, session: this.#token };
    transport.send(greeting({ type: "hello", contract: "", ...session, limits: peerLimits(limits) }));
    transport.listen({
      message: (data) => {
        if (this.#greeting !== transport) return;
        const welcome = parse(data, limits);
        if (welcome.type !== "welcome") throw around.trace.broken("I14", `the first answer is a ${welcome.type}`);
        this.#attach(transport, welcome);
      },
      alive: () => {},
      drained: () => {},
      closed: () => {
        if (this.#greeting !== transport) return;
        this.#greeting = undefined;
        this.#retry();
      },
    });
  }

  #attach(transport: Transport, { session: token, resumed, received, limits: peer, heartbeatMs }: Welcome): void {
    this.#alarm.clear();
    this.#greeting = undefined;
    this.#token = token;
    const session = token.slice(0, token.indexOf("/"));
    const silenceMs = heartbeatMs + this.#options.limits.graceMs;
    this.#options.around.trace.say(this.#options.name, `is welcome as ${token}${resumed ? ", resumed" : ""}`);
    this.speaker.attach(transport, { session, resumed, received, peer, beatMs: undefined, silenceMs });
  }
}
