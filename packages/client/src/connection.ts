/**
 * A client's connection: a dialer with hands, and the peer that talks over whatever the dialer got. Calls can be made
 * at any time; those that cannot leave yet wait in the peer.
 */
import type { Limits, Transport } from "@trunkline/core";
import {
  type Alarm,
  type Answering,
  type Caller,
  type Clock,
  type CloseName,
  closeCodes,
  endsSession,
  guard,
  type OutgoingCall,
  type Peer,
  type Sink,
  type Welcome,
} from "@trunkline/core/internal";
import { type ConnectOptions, connect, type GiveUp, lossOf } from "./connect.js";
import { Dialer, type DialerEffect, type DialerInput, type DialerState } from "./dialer.js";
import { type Page, PageLife } from "./page-life.js";
import { Peers } from "./peers.js";
import { type ConnectionStatus, type Outage, statusOf } from "./status.js";

export interface ClientConnectionOptions extends ConnectOptions {
  readonly limits: Limits;
  readonly clock: Clock;
  /** The hash of the contract that the server may call, and what answers. */
  readonly serves?: { readonly hash: string; readonly answering: Answering } | undefined;
  /** Chance in [0, 1). */
  random(): number;
  /** The server that has just welcomed us has another contract. Does not throw. */
  contractDiffers(caller: Caller): void;
  /** What was kept with these tags is no longer true; without tags, all of it. Does not throw. */
  invalidated?(tags: readonly string[] | undefined): void;
  /**
   * There is no connection, for a reason that nobody may have heard: `isObserved` where somebody hears every status. Once in
   * each outage. Does not throw.
   */
  outage?(status: Outage, isObserved: boolean): void;
  /** The page this is part of, if it is part of one. */
  readonly page?: Page | undefined;
  /** Hears what a listener threw, or, in words, what else it was that failed. Does not throw. */
  report(error: unknown, what?: string): void;
}

/** Calls wait for as long without a word: a single attempt may fail for no reason that anybody should look into. */
const ATTEMPTS_UNTOLD = 1;

type Listener = (status: ConnectionStatus) => void;

export class ClientConnection implements Caller {
  readonly #options: ClientConnectionOptions;
  readonly #dialer: Dialer;
  readonly #alarm: Alarm;
  readonly #life: PageLife | undefined;
  readonly #listeners = new Set<Listener>();
  readonly #peers: Peers;
  #giveUp: GiveUp = () => {};
  /** What resumes the session on the next transport. */
  #token: string | undefined;
  #status: ConnectionStatus = { state: "idle" };
  #welcomes = 0;
  #news = 0;
  /** How many attempts in a row have come to nothing. */
  #failed = 0;
  /** Effects are being done: what listeners ask for meanwhile follows, so that all hear the same, in the same order. */
  #busy = false;

  constructor(options: ClientConnectionOptions) {
    this.#options = options;
    this.#dialer = new Dialer({ dialMs: options.limits.helloMs, random: options.random });
    this.#alarm = options.clock.alarm(() => this.#tick());
    const { page, clock, limits, serves } = options;
    this.#peers = new Peers(
      { role: "client", limits, clock, answering: serves?.answering },
      {
        detached: (code, reason) => this.#detached(code, reason),
        broken: (close) => this.#broken(close),
        goodbye: (spreadMs) => this.#say({ type: "goodbye", spreadMs }),
        renew: (peer) => void this.#renew(peer),
        news: () => this.#news++,
        invalidated: (tags) => this.invalidate(tags ?? undefined),
      },
    );
    if (page) this.#life = new PageLife(this, { page, clock, patienceMs: limits.heartbeatMs + limits.graceMs });
  }

  get status(): ConnectionStatus {
    return this.#status;
  }

  get attached(): boolean {
    return this.#peers.current.line.attached;
  }

  /** Which transport there is, or will be next: they are numbered from 1. */
  get era(): number {
    return this.attached ? this.#welcomes : this.#welcomes + 1;
  }

  /** How much has arrived that may tell of a change: whoever asks after it must not be given what was true before. */
  get news(): number {
    return this.#news;
  }

  /** What is held and open now, in all. */
  get holdings(): Peers["holdings"] {
    return this.#peers.holdings;
  }

  /** Makes a call, and sees to it that there is, or will be, a transport. */
  open(call: OutgoingCall<Sink>): void {
    if (this.#dialer.state.name === "idle") this.#say({ type: "want" });
    this.#peers.open(call);
  }

  cancel(call: OutgoingCall<Sink>): void {
    this.#peers.cancel(call);
  }

  consume(call: OutgoingCall<Sink>, count: number): void {
    this.#peers.consume(call, count);
  }

  /** Hears every change of status, until the returned function is called. */
  subscribe(listener: Listener): () => void {
    if (typeof listener !== "function") throw new TypeError("$connection.subscribe expects a function");
    // Of its own, so that a function that subscribes twice may leave twice.
    const subscription: Listener = (status) => listener(status);
    this.#listeners.add(subscription);
    return () => void this.#listeners.delete(subscription);
  }

  /** What was kept with these tags is no longer true; without tags, all of it. Throws a `TypeError` for what is no list of tags. */
  invalidate(tags?: readonly string[]): void {
    const isList = tags === undefined || (Array.isArray(tags) && tags.every((tag) => typeof tag === "string"));
    // A string has letters, none of which is a tag: nothing would be forgotten, and nobody told.
    if (!isList) throw new TypeError("invalidate: expected an array of strings, or nothing for everything");
    this.#news++;
    this.#options.invalidated?.(tags);
  }

  /** Dials at once, whatever was planned, and even if it had stopped. */
  reconnect(): void {
    // What had stopped has failed every call it held.
    if (this.#dialer.state.name === "stopped") this.#peers.renew();
    this.#say({ type: "reconnect" });
  }

  /** What there is may be dead, or waits for no good reason: tries again within this time. */
  suspect(withinMs: number): void {
    this.#say({ type: "suspect", withinMs });
  }

  /** Lets go of every transport, for a page that is put by. False: nothing was wanted of it. */
  rest(): boolean {
    this.#peers.hurry();
    const before = this.#dialer.state.name;
    this.#say({ type: "rest" });
    return this.#dialer.state.name !== before;
  }

  /** When anything was last heard from the server, by the clock. */
  get heardAt(): number {
    return this.#peers.current.heardAt;
  }

  /** Ends every call and closes for good. */
  close(): void {
    this.#life?.close();
    // What the dialer lets go of is left to be resumed; this is not.
    this.#giveUp("normal");
    this.#peers.close();
    this.#say({ type: "close" });
    this.#alarm.clear();
  }

  #detached(code: number, reason: string | undefined): void {
    this.#say({ type: "lost", ...lossOf(code, reason) });
    if (endsSession(code)) this.#over();
  }

  #broken(close: CloseName): void {
    this.#say({ type: "lost", reason: closeCodes[close].reason, comeBack: "now" });
    this.#over();
  }

  /** The session cannot go on: its calls go the way their kind allows, without waiting for the next welcome. */
  #over(): void {
    this.#token = undefined;
    this.#peers.current.lose();
  }

  /** The server wants new credentials. Where there are none, it will close, and they are asked for again. */
  async #renew(peer: Peer): Promise<void> {
    try {
      const auth = await this.#options.auth?.();
      if (peer === this.#peers.current) peer.renew(auth);
    } catch (error) {
      this.#options.report(error, "auth failed");
    }
  }

  /** Another session begins elsewhere; this one finishes what it has in flight. */
  #depart(): void {
    this.#token = undefined;
    this.#peers.depart();
  }

  #say(input: DialerInput): void {
    this.#dialer.receive(input, this.#options.clock.now());
    this.#perform();
  }

  #tick(): void {
    this.#dialer.tick(this.#options.clock.now());
    this.#perform();
  }

  #perform(): void {
    if (this.#busy) return;
    this.#busy = true;
    for (let effects = this.#dialer.take(); effects.length > 0; effects = this.#dialer.take()) {
      for (const effect of effects) this.#do(effect);
    }
    this.#busy = false;
    this.#alarm.set(this.#dialer.deadline);
  }

  #do(effect: DialerEffect): void {
    if (effect.type === "dial") this.#dial();
    else if (effect.type === "abandon") this.#giveUp("silent");
    else if (effect.type === "leave") this.#peers.current.line.detach("moving");
    else if (effect.type === "depart") this.#depart();
    else this.#changed(effect.state);
  }

  #dial(): void {
    this.#life?.begin();
    const resumption = () => {
      // While it moves, the session goes on where it is, and another one begins.
      const session = this.#dialer.state.name === "moving" ? undefined : this.#token;
      return { session, received: session === undefined ? 0 : this.#peers.current.received };
    };
    this.#giveUp = connect(this.#options, resumption, {
      welcomed: (transport, welcome) => this.#welcomed(transport, welcome),
      lost: (loss) => this.#say({ type: "failed", ...loss }),
    });
  }

  #welcomed(transport: Transport, welcome: Welcome): void {
    if (this.#dialer.state.name === "moving") this.#depart();
    this.#token = welcome.session;
    this.#welcomes++;
    this.#say({ type: "welcomed", spreadMs: welcome.spreadMs });
    const silenceMs = welcome.heartbeatMs + this.#options.limits.graceMs;
    this.#life?.welcomed(silenceMs);
    this.#peers.current.attach(transport, {
      resumed: welcome.resumed,
      received: welcome.received,
      peer: welcome.limits,
      beatMs: undefined,
      silenceMs,
    });
    if (welcome.contract !== this.#options.contractHash) this.#options.contractDiffers(this);
  }

  #changed(state: DialerState): void {
    if (state.name === "waiting") this.#peers.current.explainAbsence(state.reason);
    const { clock } = this.#options;
    const before = this.#status.state;
    const status = statusOf(state, clock.wallNow() - clock.now());
    this.#status = status;
    // Calls that fail of it say why.
    const isUntold = status.state === "stopped" && this.#peers.current.holdings.calls === 0;
    if (status.state === "stopped") this.#stopped(status);
    for (const listener of [...this.#listeners]) guard(() => listener(status), this.#options.report);
    if (status.state === "ready") this.#failed = 0;
    else if (isUntold || (before === "connecting" && status.state === "waiting" && this.#failed++ === ATTEMPTS_UNTOLD))
      this.#options.outage?.(status as Outage, this.#listeners.size > 0);
  }

  /** Nothing can be sent until somebody does something about it: what waits must not wait for that. */
  #stopped({ code, reason }: ConnectionStatus & { readonly state: "stopped" }): void {
    this.#peers.current.end("normal", code, `the connection has stopped: ${reason}`);
    this.#token = undefined;
  }
}
