/**
 * Who is let in: counts sockets whose hello is not complete, so that silent ones cannot pile up, sockets in all, and
 * `context` hooks that have not settled, whether their clients are still there or not. The acceptor asks before it
 * accepts, so that whoever comes too many is told with a 503, before anything is made for it; the connection says when
 * its hello is done, and the acceptor when the socket has closed, so a place cannot be lost.
 */
import { checkNames, type OptionNames } from "@trunkline/core/internal";
import { Places, type Release } from "./places.js";

/** How many are let in. What is above is refused before its upgrade: 503, and come later. */
export interface AdmissionOptions {
  /** Sockets without a complete hello, in all. Default 1,000. */
  readonly pending?: number;
  /** The same for one remote address. Default: no bound of its own, since a proxy makes all clients one address. */
  readonly pendingPerAddress?: number;
  /** Sockets in all, whatever they have said. Default 50,000: more than one process is likely to serve well. */
  readonly connections?: number;
  /** The same for one remote address. Default: no bound of its own. */
  readonly connectionsPerAddress?: number;
  /**
   * Sockets of clients with one identity (see `identity`). What is above is closed with 1013 after its hello. A client
   * that comes back for its session never counts twice. Default: no bound.
   */
  readonly connectionsPerIdentity?: number;
  /**
   * `context` hooks that have not settled. One whose client has gone, or whose time is over, is aborted, and counts until
   * it has settled: a hook that ignores its signal cannot pile up. What is above is closed with 1013. Default 1,000.
   */
  readonly hooks?: number;
  /** The same for one remote address. Default: no bound of its own. */
  readonly hooksPerAddress?: number;
}

const names: OptionNames<AdmissionOptions> = {
  pending: true,
  pendingPerAddress: true,
  connections: true,
  connectionsPerAddress: true,
  connectionsPerIdentity: true,
  hooks: true,
  hooksPerAddress: true,
};

/** A socket that was let in. */
export interface Admitted {
  /** Its hello is over, either way: another may be about to say one. */
  greeted(): void;
  /** It is closed. Gives back all it has, once, however often it is called. */
  release(): void;
}

export class Admission {
  readonly #pending: Places;
  readonly #connections: Places;
  readonly #hooks: Places;
  readonly connectionsPerIdentity: number;

  /** @throws TypeError for a bound that does not exist, or is not a positive whole number. */
  constructor(options: AdmissionOptions = {}) {
    checkNames("admission", options, names);
    const bound = (name: keyof AdmissionOptions, otherwise: number) => checked(name, options[name] ?? otherwise);
    this.#pending = new Places({ limit: bound("pending", 1_000), limitPerKey: bound("pendingPerAddress", Infinity) });
    this.#connections = new Places({
      limit: bound("connections", 50_000),
      limitPerKey: bound("connectionsPerAddress", Infinity),
    });
    this.#hooks = new Places({ limit: bound("hooks", 1_000), limitPerKey: bound("hooksPerAddress", Infinity) });
    this.connectionsPerIdentity = bound("connectionsPerIdentity", Infinity);
  }

  /** Sockets whose hello is not complete. */
  get pending(): number {
    return this.#pending.taken;
  }

  /** Sockets in all. */
  get connections(): number {
    return this.#connections.taken;
  }

  /** Hooks that have not settled. */
  get hooks(): number {
    return this.#hooks.taken;
  }

  /** Lets a socket in. Undefined: there is no room, and the client should come later. */
  enter(remoteAddress: string | undefined): Admitted | undefined {
    const address = remoteAddress ?? "";
    // Whoever could not be judged need not be heard.
    if (!this.#hooks.hasRoom(address)) return undefined;
    if (!this.#pending.hasRoom(address) || !this.#connections.hasRoom(address)) return undefined;
    return new Visitor(this.#pending, this.#connections, address);
  }

  /** A hook begins. Undefined: too many run, or have not stopped. */
  hook(remoteAddress: string | undefined): Release | undefined {
    return this.#hooks.take(remoteAddress ?? "");
  }
}

class Visitor implements Admitted {
  readonly #pending: Places;
  readonly #connections: Places;
  readonly #address: string;
  #state: "pending" | "greeted" | "gone" = "pending";

  constructor(pending: Places, connections: Places, address: string) {
    this.#pending = pending;
    this.#connections = connections;
    this.#address = address;
    pending.enter(address);
    connections.enter(address);
  }

  greeted(): void {
    if (this.#state !== "pending") return;
    this.#state = "greeted";
    this.#pending.leave(this.#address);
  }

  release(): void {
    this.greeted();
    if (this.#state === "gone") return;
    this.#state = "gone";
    this.#connections.leave(this.#address);
  }
}

function checked(name: string, value: number): number {
  if (value === Infinity || (Number.isSafeInteger(value) && value > 0)) return value;
  throw new TypeError(`admission.${name} must be a positive whole number, not ${String(value)}`);
}
