/**
 * Reads what is said and heard on the links, as a third party: tokens, numbers and acknowledgements (I7, I12), that nobody
 * acknowledges what only an older transport has brought (I8), and that neither end accuses the other (I14). It keeps its
 * own count for every session and shares no code with the product. What it does not know of the wire it lets pass.
 */
import type { Calm } from "./calm.js";
import { CreditWatch } from "./credit-watch.js";
import type { Ledger } from "./ledger.js";
import type { Link, LinkWatch, Side } from "./link.js";
import {
  type BatchHead,
  type Hello,
  readMessage,
  type Welcome,
  type WireFrame,
  type WireMessage,
} from "./wire-message.js";

/** What one end has said in one session. */
interface Said {
  /** Op and id of each numbered frame, by number − 1. */
  readonly frames: string[];
  readonly credit: CreditWatch;
  /** How many of the other end's frames it has heard where it should. */
  arrived: number;
}

/** What hears of a client what bears on its cache. */
export interface Ears {
  /** It has another transport. */
  welcomed(client: string): void;
  /** It was told that what has these tags is no longer true; `null`: all of it. */
  invalidated(client: string, tags: readonly string[] | null): void;
  /** Its latest transport is gone. */
  lost(client: string): void;
}

interface Session {
  readonly name: string;
  /** The client it belongs to. */
  readonly owner: string;
  readonly sides: readonly [Said, Said];
  /** The token it was given last, and the one it was last resumed with. */
  issued: string;
  used: string | undefined;
  /** Where it was welcomed last, and whether the client was heard there. */
  link: Link;
  confirmed: boolean;
}

/** Breaking the rules, too much at once, and too much in all. */
const accusations: ReadonlySet<number> = new Set([4400, 4413, 4429]);

export class WireWatch implements LinkWatch {
  readonly #byToken = new Map<string, Session>();
  readonly #hellos = new WeakMap<Link, Hello>();
  readonly #sessions = new WeakMap<Link, Session>();
  /** What is on its way to each side. */
  readonly #under = new WeakMap<Link, readonly [WireMessage[], WireMessage[]]>();
  /** The link on which each client was welcomed last. */
  readonly #latest = new Map<string, Link>();
  readonly #ledger: Ledger;
  readonly #ears: Ears;
  readonly #calm: Calm;

  constructor(ledger: Ledger, ears: Ears, calm: Calm) {
    this.#ledger = ledger;
    this.#ears = ears;
    this.#calm = calm;
  }

  said(link: Link, side: Side, message: string | Uint8Array): void {
    this.#ledger.say(link.name, `${side === 0 ? "→" : "←"} ${message.length}`);
    const read = readMessage(message);
    this.#underWay(link)[side === 0 ? 1 : 0].push(read);
    if (read.type === "hello") this.#hellos.set(link, read.hello);
    else if (read.type === "welcome") this.#welcome(link, read.welcome);
    else if (read.type === "goodbye") this.#calm.farewell(link);
    else if (read.type === "batch") this.#batch(link, side, read.head, read.frames);
  }

  heard(link: Link, side: Side, late: boolean): void {
    const message = this.#underWay(link)[side].shift()!;
    // Whoever has closed a transport has done with it.
    if (late) return;
    const session = this.#sessions.get(link);
    if (side === 1 && session?.link === link) session.confirmed = true;
    const client = link.processes[0].name;
    if (message.type === "welcome") {
      this.#latest.set(client, link);
      this.#calm.welcomed(link);
      this.#ears.welcomed(client);
    } else if (message.type === "invalidate") this.#ears.invalidated(client, message.tags);
    else if (message.type === "batch" && session !== undefined) {
      const { arrived } = session.sides[side];
      session.sides[side].arrived = Math.max(arrived, message.head[0] - 1 + message.frames.length);
    }
  }

  /** Both ends are honest: neither has a reason to accuse the other. */
  closing(link: Link, side: Side, code: number, reason: string): void {
    this.#calm.closing(link, side, code);
    const who = link.processes[side].name;
    this.#ledger.check(!accusations.has(code), "I14", () => `${who} closes ${link.name} with ${code}: ${reason}`);
  }

  over(link: Link, side: Side): void {
    const client = link.processes[0].name;
    if (side === 0 && this.#latest.get(client) === link) this.#ears.lost(client);
  }

  #underWay(link: Link): readonly [WireMessage[], WireMessage[]] {
    let under = this.#under.get(link);
    if (under === undefined) {
      under = [[], []];
      this.#under.set(link, under);
    }
    return under;
  }

  #welcome(link: Link, { session: token, resumed, received, limits }: Welcome): void {
    const hello = this.#hellos.get(link)!;
    const known = resumed ? this.#byToken.get(hello.session ?? "") : undefined;
    const owner = link.processes[0].name;
    const expect = (holds: boolean, detail: string) =>
      this.#ledger.check(holds, "I12", () => `${link.name}: ${detail}`, undefined);
    expect(!this.#byToken.has(token), "a token is given out twice");
    expect(!resumed || known !== undefined, "a session is resumed that was never there");
    const session = known ?? this.#begin(link, owner, token);
    if (known !== undefined) {
      const { issued, used, confirmed } = known;
      const valid = hello.session === issued || (hello.session === used && !confirmed);
      expect(valid, `${known.name} is resumed with a token that is over`);
      expect(known.owner === owner, `${owner} is given ${known.name}, which is ${known.owner}'s`);
      this.#expectNumber(received <= known.sides[0].frames.length, `${known.name} is welcomed at ${received}`);
      this.#expectNumber(
        hello.received <= known.sides[1].frames.length,
        `${known.name} is hailed at ${hello.received}`,
      );
      this.#expectArrived(known, 1, received);
      this.#expectArrived(known, 0, hello.received);
    }
    session.sides[1].credit.upstreamBytes = limits.upstreamBytes;
    session.sides[0].credit.upstreamBytes = hello.limits.upstreamBytes;
    session.issued = token;
    session.used = hello.session;
    session.link = link;
    session.confirmed = false;
    this.#byToken.set(token, session);
    this.#sessions.set(link, session);
  }

  #begin(link: Link, owner: string, issued: string): Session {
    const name = `session ${++this.#ledger.figures.sessions}`;
    return {
      name,
      owner,
      sides: [this.#silence(0), this.#silence(1)],
      issued,
      used: undefined,
      link,
      confirmed: false,
    };
  }

  #batch(link: Link, side: Side, [seq, ack, blobs]: BatchHead, frames: readonly WireFrame[]): void {
    const session = this.#sessions.get(link);
    if (session === undefined) return this.#expectNumber(false, `${link.name}: a batch before the welcome`);
    const own = session.sides[side];
    const other = session.sides[side === 0 ? 1 : 0];
    const who = `${session.name}, ${side === 0 ? "client" : "server"}`;
    this.#expectNumber(ack <= other.frames.length, `${who}: ack ${ack} of ${other.frames.length} sent`);
    this.#expectArrived(session, side, ack);
    this.#expectNumber(seq <= own.frames.length + 1, `${who}: seq ${seq} after ${own.frames.length} sent`);
    frames.forEach((frame, index) => {
      const name = `${frame[0]} of ${frame[1]}`;
      const known = own.frames[seq + index - 1];
      if (known === undefined) own.credit.said(frame, blobs?.[index] ?? 0, other.credit, who);
      else this.#expectNumber(known === name, `${who}: frame ${seq + index} was ${known}, now ${name}`);
      own.frames[seq + index - 1] = name;
    });
  }

  #silence(side: Side): Said {
    return { frames: [], credit: new CreditWatch(side, this.#ledger), arrived: 0 };
  }

  #expectArrived({ name, sides }: Session, side: Side, count: number): void {
    const { arrived } = sides[side];
    const detail = () => `${name}, ${side === 0 ? "client" : "server"} acts on frame ${count}, and has ${arrived}`;
    this.#ledger.check(count <= arrived, "I8", detail);
  }

  #expectNumber(holds: boolean, detail: string): void {
    this.#ledger.check(holds, "I7", () => detail);
  }
}
