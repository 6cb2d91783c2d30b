/** A server: it keeps sessions by token, and loses them all when its process crashes. */
import type { Alarm } from "../clock.js";
import { closeCodes } from "../protocol/close-codes.js";
import { greeting } from "../protocol/encode.js";
import type { Hello } from "../protocol/greeting.js";
import { type Limits, peerLimits } from "../protocol/limits.js";
import { parse } from "../protocol/parse.js";
import type { Transport } from "../transport.js";
import type { Link } from "./network.js";
import { Speaker, type Surroundings } from "./speaker.js";

interface ServerSession {
  readonly speaker: Speaker;
  /** Tokens that resume it: the last one given, and those before it until the client has shown that it has the last. */
  tokens: string[];
  /** Runs while no transport is attached. */
  readonly expiry: Alarm;
}

export interface SimulatedServerOptions {
  readonly name: string;
  readonly limits: Limits;
  readonly around: Surroundings;
  /** How late a transport that was taken over is closed. */
  closeLateMs(): number;
  /** A session has begun. */
  opened(speaker: Speaker): void;
}

export class SimulatedServer {
  up = true;
  readonly #sessions = new Set<ServerSession>();
  /** Every link that was accepted since the process began. */
  readonly #links = new Set<Link>();
  readonly #options: SimulatedServerOptions;
  #lastSession = 0;
  #lastToken = 0;

  constructor(options: SimulatedServerOptions) {
    this.#options = options;
  }

  get speakers(): Speaker[] {
    return [...this.#sessions].map(({ speaker }) => speaker);
  }

  /** Somebody has connected: hello must come in time. */
  accept(link: Link): void {
    const transport = link.ends[1];
    this.#links.add(link);
    const { limits, around } = this.#options;
    const { clock } = around;
    const refuse = () => transport.close(closeCodes.helloTimeout.code, closeCodes.helloTimeout.reason);
    const timeout = clock.alarm(refuse);
    timeout.set(clock.now() + limits.helloMs);
    const silent = { alive: () => {}, drained: () => {} };
    transport.listen({
      ...silent,
      message: (data) => {
        timeout.clear();
        const hello = parse(data, limits);
        if (hello.type !== "hello") throw around.trace.broken("I14", `the first message is a ${hello.type}`);
        if (this.up) this.#welcome(transport, hello);
      },
      closed: () => timeout.clear(),
    });
  }

  /** The process dies and loses every session. */
  crash(): void {
    this.up = false;
    for (const { speaker, expiry } of this.#sessions) {
      speaker.die();
      expiry.clear();
    }
    for (const link of this.#links) link.cut();
    this.#links.clear();
    this.#sessions.clear();
  }

  #welcome(transport: Transport, hello: Hello): void {
    const { limits, around, name, closeLateMs } = this.#options;
    const known = [...this.#sessions].find(({ tokens }) => tokens.includes(hello.session ?? ""));
    const session = known ?? this.#open();
    const { speaker, expiry } = session;
    const resumed = known !== undefined;
    const id = resumed ? speaker.session : `${name}.${++this.#lastSession}`;
    const token = `${id}/${++this.#lastToken}`;
    session.tokens.push(token);
    expiry.clear();
    around.trace.say(name, `welcomes ${token}${resumed ? ", resumed" : ""}${speaker.attached ? ", takeover" : ""}`);
    transport.send(
      greeting({
        type: "welcome",
        session: token,
        resumed,
        received: speaker.conversation.received,
        contract: "",
        heartbeatMs: limits.heartbeatMs,
        spreadMs: limits.reconnectSpreadMs,
        resumeMs: limits.resumeMs,
        limits: peerLimits(limits),
      }),
    );
    const silenceMs = limits.heartbeatMs + limits.graceMs;
    // What hello counts belongs to a session that is gone, unless it is resumed.
    const received = resumed ? hello.received : 0;
    const confirming = onFirstMessage(transport, () => {
      session.tokens = session.tokens.slice(session.tokens.indexOf(token));
    });
    speaker.attach(
      confirming,
      { session: id, resumed, received, peer: hello.limits, beatMs: limits.heartbeatMs, silenceMs },
      closeLateMs(),
    );
    if (!resumed) this.#options.opened(speaker);
  }

  #open(): ServerSession {
    const { limits, around, name } = this.#options;
    const speaker = new Speaker({
      name: `${name}.${this.#lastSession + 1}`,
      role: "server",
      limits,
      around,
      detached: () => session.expiry.set(around.clock.now() + limits.resumeMs),
      broken: () => this.#close(session, "slowReader"),
    });
    const expiry = around.clock.alarm(() => this.#close(session, "sessionGone"));
    const session: ServerSession = { speaker, tokens: [], expiry };
    this.#sessions.add(session);
    return session;
  }

  #close(session: ServerSession, why: "slowReader" | "sessionGone"): void {
    session.expiry.clear();
    this.#sessions.delete(session);
    session.speaker.end(why);
  }
}

/** The transport itself, which also tells when the first message has come. */
function onFirstMessage(transport: Transport, tell: () => void): Transport {
  let told = false;
  return {
    send: (data) => transport.send(data),
    ping: () => transport.ping(),
    close: (code, reason) => transport.close(code, reason),
    listen: (listener) =>
      transport.listen({
        message: (data) => {
          if (!told) tell();
          told = true;
          listener.message(data);
        },
        alive: () => listener.alive(),
        drained: () => listener.drained(),
        closed: (code, reason) => listener.closed(code, reason),
      }),
  };
}
