/**
 * A transport before it belongs to anybody: it must say hello in time, once, and the application's `context` hook must
 * accept what it says. Until then nothing else is read, and no session knows of it.
 *
 *   state    | hello             | other message | closed | deadline        | context made | context refused
 *   ---------|-------------------|---------------|--------|-----------------|--------------|----------------
 *   waiting  | judging, run hook | over, close   | over   | over, close     | –            | –
 *   judging  | over, close       | over, close   | over   | over, close     | over, accept | over, close
 *   over     | –                 | –             | –      | –               | –            | –
 *
 * @see PROTOCOL.md section 3.2
 */
import type { Limits, Transport } from "@trunkline/core";
import { RpcError } from "@trunkline/core";
import {
  type Alarm,
  type Clock,
  type CloseName,
  closeTransport,
  type Data,
  type Hello,
  isAbortOf,
  parse,
} from "@trunkline/core/internal";
import type { HttpInfo } from "./http-info.js";
import { verdict } from "./verdict.js";

/** What the `context` hook is given. */
export interface Greeting {
  /** What the client's `auth` gave. Check it: it is whatever the client sent. */
  readonly auth: unknown;
  /** The upgrade request; `undefined` for a transport without one. */
  readonly request: HttpInfo | undefined;
  /** Fires when the client has gone or the time is over. */
  readonly signal: AbortSignal;
}

/** `Guest`: what the application makes of who says hello. */
export interface HandshakeOptions<Guest> {
  readonly limits: Limits;
  readonly clock: Clock;
  readonly http: HttpInfo | undefined;
  /** Asks the application. May throw, or reject, anything. */
  judge(greeting: Greeting): Promise<Guest>;
  /** The transport may be attached. Does not throw. */
  accepted(hello: Hello, guest: Guest): void;
  /** The handshake is over, either way. */
  over(): void;
  /** The hook failed in a way it was not meant to; `reason`: why an `RpcError` was none that it may throw. */
  report(error: unknown, reason: string | undefined): void;
}

export class Handshake<Guest> {
  readonly #transport: Transport;
  readonly #options: HandshakeOptions<Guest>;
  readonly #alarm: Alarm;
  readonly #abort = new AbortController();
  #state: "waiting" | "judging" | "over" = "waiting";

  constructor(transport: Transport, options: HandshakeOptions<Guest>) {
    this.#transport = transport;
    this.#options = options;
    this.#alarm = options.clock.alarm(() => this.#refuse(this.#state === "waiting" ? "helloTimeout" : "later"));
  }

  /** Listens from now on. A transport that has gone meanwhile may say so at once. */
  begin(): void {
    const { clock, limits } = this.#options;
    this.#alarm.set(clock.now() + limits.helloMs);
    this.#transport.listen({
      message: (data) => this.#message(data),
      closed: () => this.#over(),
      alive: () => {},
      drained: () => {},
    });
  }

  /** Closes the transport if it does not belong to anybody yet. */
  refuse(close: CloseName): void {
    this.#refuse(close);
  }

  #message(data: Data): void {
    if (this.#state === "over") return;
    const message = parse(data, this.#options.limits);
    if (message.type === "violation") return this.#refuse(message.close);
    if (message.type !== "hello") return this.#refuse("unauthenticated");
    if (this.#state === "judging") return this.#refuse("protocol");
    this.#state = "judging";
    this.#alarm.set(this.#options.clock.now() + this.#options.limits.contextMs);
    void this.#judge(message);
  }

  async #judge(hello: Hello): Promise<void> {
    const { http, report } = this.#options;
    const { signal } = this.#abort;
    try {
      const guest = await this.#options.judge({ auth: hello.auth, request: http, signal });
      if (this.#state !== "judging") return;
      this.#end();
      this.#options.accepted(hello, guest);
    } catch (error) {
      const found = verdict(error);
      if (found.type === "refused") return this.#refuse(found.close, found.reason);
      if (!isAbortOf(signal, error)) report(error, found.reason);
      this.#refuse("later");
    }
  }

  #refuse(close: CloseName, reason?: string): void {
    if (this.#state === "over") return;
    this.#over();
    closeTransport(this.#transport, close, reason);
  }

  /** Over before its time: a hook that runs is not waited for. */
  #over(): void {
    if (this.#state === "over") return;
    if (this.#state === "judging") this.#abort.abort(new RpcError("CANCELLED"));
    this.#end();
  }

  #end(): void {
    this.#state = "over";
    this.#alarm.clear();
    this.#options.over();
  }
}
