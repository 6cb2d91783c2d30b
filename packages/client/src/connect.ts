/**
 * One attempt to reach the server: credentials, a transport, hello, welcome. It ends once: welcomed, or lost with what
 * is known, or given up from outside.
 *
 * @see PROTOCOL.md section 3.2
 */
import type { Limits, Transport } from "@trunkline/core";
import {
  type CloseName,
  closeCodes,
  closeName,
  closeTransport,
  type Data,
  greeting,
  parse,
  peerLimits,
  type Welcome,
} from "@trunkline/core/internal";
import type { Loss } from "./dialer.js";
import type { OpenTransport } from "./open-transport.js";

/** What every attempt needs. */
export interface ConnectOptions {
  readonly open: OpenTransport;
  readonly limits: Limits;
  readonly contractHash: string;
  /** What the server may call. */
  readonly serves?: { readonly hash: string } | undefined;
  /** Answers are kept here, and the server is asked to say when they are no longer true. */
  readonly caches?: boolean;
  /** Credentials; what it gives goes into hello. May throw, and may take its time. */
  auth?(): unknown;
  /** Hears what it threw, or why what it gave cannot be sent. Does not throw. */
  authFailed?(error: unknown): void;
}

/** The session to resume, if there is one. */
export interface Resumption {
  readonly session: string | undefined;
  readonly received: number;
}

/** What an attempt comes to. */
export interface ConnectListener {
  welcomed(transport: Transport, welcome: Welcome): void;
  lost(loss: Loss): void;
}

/** Gives an attempt up; nothing is heard of it then. `close`: what the server is told, where there is one already. */
export type GiveUp = (close: CloseName) => void;

/** Begins an attempt. */
export function connect(options: ConnectOptions, resumption: () => Resumption, listener: ConnectListener): GiveUp {
  const attempt = new Attempt(options, resumption, listener);
  void attempt.begin();
  return (close) => attempt.giveUp(close);
}

class Attempt {
  readonly #options: ConnectOptions;
  readonly #resumption: () => Resumption;
  readonly #listener: ConnectListener;
  /** Undoes the step that is under way; undefined once the attempt is over. */
  #undo: GiveUp | undefined = () => {};

  constructor(options: ConnectOptions, resumption: () => Resumption, listener: ConnectListener) {
    this.#options = options;
    this.#resumption = resumption;
    this.#listener = listener;
  }

  async begin(): Promise<void> {
    let step = "auth";
    try {
      const auth = await this.#options.auth?.();
      if (this.#undo === undefined) return;
      step = "opening";
      const opening = this.#options.open({
        opened: (transport) => this.#opened(transport, auth),
        failed: ({ reason, fatal, later }) =>
          this.#lost({ reason, comeBack: fatal ? "never" : later ? "later" : "now" }),
      });
      this.#undo = () => opening.abort();
    } catch (error) {
      if (step === "auth" && this.#undo !== undefined) this.#options.authFailed?.(error);
      this.#lost({ reason: `${step} failed${because(error)}`, comeBack: "now" });
    }
  }

  giveUp(close: CloseName): void {
    const undo = this.#undo;
    this.#undo = undefined;
    undo?.(close);
  }

  #opened(transport: Transport, auth: unknown): void {
    this.#undo = (close) => closeTransport(transport, close);
    transport.listen({
      message: (data) => this.#answered(transport, data),
      closed: (code, reason) => this.#lost(lossOf(code, reason)),
      alive: () => {},
      drained: () => {},
    });
    // What has been received is read here, when the transport before this one can bring no more.
    const { session, received } = this.#resumption();
    const { contractHash: contract, serves, caches, limits } = this.#options;
    const terms = {
      contract,
      received,
      limits: peerLimits(limits),
      ...(serves === undefined ? {} : { serves: serves.hash }),
      ...(caches ? { caches } : {}),
      ...(session === undefined ? {} : { session }),
    };
    try {
      transport.send(greeting({ type: "hello", ...terms, ...(auth === undefined ? {} : { auth }) }));
    } catch (error) {
      this.#options.authFailed?.(error);
      this.#lost({ reason: `auth has no JSON${because(error)}`, comeBack: "now" });
      closeTransport(transport, "normal");
    }
  }

  #answered(transport: Transport, data: Data): void {
    if (this.#undo === undefined) return;
    const message = parse(data, this.#options.limits);
    // What was not asked for cannot have been resumed.
    const fits = message.type === "welcome" && !(message.resumed && this.#resumption().session === undefined);
    if (!fits) {
      closeTransport(transport, "protocol");
      return this.#lost({ reason: "the server did not answer hello with a welcome", comeBack: "now" });
    }
    this.#undo = undefined;
    this.#listener.welcomed(transport, message);
  }

  #lost(loss: Loss): void {
    if (this.#undo === undefined) return;
    this.#undo = undefined;
    this.#listener.lost(loss);
  }
}

/** What a close means: a code of ours in the server's words, or in those of the table; others are a lost line. */
export function lossOf(code: number, said = ""): Loss {
  const close = closeName(code);
  if (close === undefined) return { reason: `the connection was lost (${code})`, comeBack: "now" };
  const { reason, comeBack } = closeCodes[close];
  return { reason: said || reason, comeBack, close };
}

/** What a caught value says, if it can be made to say anything. */
function because(error: unknown): string {
  try {
    return `: ${error instanceof Error ? error.message : String(error)}`;
  } catch {
    return "";
  }
}
