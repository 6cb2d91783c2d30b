/**
 * Reads what is said on the links, as a third party: tokens, numbers and acknowledgements (I7, I12), and credit (I5). It
 * keeps its own count for every session and shares no code with the product. What it does not know of the wire it lets
 * pass.
 */
import type { Ledger } from "./ledger.js";
import type { Link, LinkWatch, Side } from "./link.js";

/** What one end has said in one session. */
interface Said {
  /** Op and id of each numbered frame, by number − 1. */
  readonly frames: string[];
  /** Credit granted and events said, by the stream's id. */
  readonly granted: Map<number, number>;
  readonly events: Map<number, number>;
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

interface Hello {
  readonly session?: string;
  readonly received: number;
}

interface Welcome {
  readonly session: string;
  readonly resumed: boolean;
  readonly received: number;
}

type WireFrame = readonly [op: number, id: number, ...rest: unknown[]];

const op = { call: 1, subscribe: 2, credit: 4, event: 7, gap: 9 } as const;

const silence = (): Said => ({ frames: [], granted: new Map(), events: new Map() });

export class WireWatch implements LinkWatch {
  readonly #byToken = new Map<string, Session>();
  readonly #hellos = new WeakMap<Link, Hello>();
  readonly #sessions = new WeakMap<Link, Session>();
  readonly #ledger: Ledger;

  constructor(ledger: Ledger) {
    this.#ledger = ledger;
  }

  said(link: Link, side: Side, message: string | Uint8Array): void {
    this.#ledger.say(link.name, `${side === 0 ? "→" : "←"} ${message.length}`);
    const text = typeof message === "string" ? message : textOf(message);
    const [first, ...rest] = JSON.parse(text) as [string | [number, number], ...unknown[]];
    if (first === "hello") this.#hellos.set(link, rest[0] as Hello);
    else if (first === "welcome") this.#welcome(link, rest[0] as Welcome);
    else if (Array.isArray(first)) this.#batch(link, side, first, rest as WireFrame[]);
  }

  heard(link: Link, side: Side): void {
    const session = this.#sessions.get(link);
    if (side === 1 && session?.link === link) session.confirmed = true;
  }

  #welcome(link: Link, { session: token, resumed, received }: Welcome): void {
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
    }
    session.issued = token;
    session.used = hello.session;
    session.link = link;
    session.confirmed = false;
    this.#byToken.set(token, session);
    this.#sessions.set(link, session);
  }

  #begin(link: Link, owner: string, issued: string): Session {
    const name = `session ${++this.#ledger.figures.sessions}`;
    return { name, owner, sides: [silence(), silence()], issued, used: undefined, link, confirmed: false };
  }

  #batch(link: Link, side: Side, [seq, ack]: readonly [number, number], frames: readonly WireFrame[]): void {
    const session = this.#sessions.get(link);
    if (session === undefined) return this.#expectNumber(false, `${link.name}: a batch before the welcome`);
    const own = session.sides[side];
    const other = session.sides[side === 0 ? 1 : 0];
    const who = `${session.name}, ${side === 0 ? "client" : "server"}`;
    this.#expectNumber(ack <= other.frames.length, `${who}: ack ${ack} of ${other.frames.length} sent`);
    this.#expectNumber(seq <= own.frames.length + 1, `${who}: seq ${seq} after ${own.frames.length} sent`);
    frames.forEach((frame, index) => {
      const name = `${frame[0]} of ${frame[1]}`;
      const known = own.frames[seq + index - 1];
      if (known === undefined) this.#count(own, other, frame, who);
      else this.#expectNumber(known === name, `${who}: frame ${seq + index} was ${known}, now ${name}`);
      own.frames[seq + index - 1] = name;
    });
  }

  #count(own: Said, other: Said, frame: WireFrame, who: string): void {
    const [kind, id] = frame;
    if (kind === op.subscribe) own.granted.set(id, frame[5] as number);
    if (kind === op.credit) own.granted.set(id, Math.max(own.granted.get(id) ?? 0, frame[2] as number));
    if (kind !== op.event && kind !== op.gap) return;
    const events = (own.events.get(id) ?? 0) + 1;
    own.events.set(id, events);
    const granted = other.granted.get(id);
    if (granted === undefined) return;
    this.#ledger.check(events <= granted, "I5", () => `${who}: event ${events} of stream ${id}, ${granted} granted`);
  }

  #expectNumber(holds: boolean, detail: string): void {
    this.#ledger.check(holds, "I7", () => detail);
  }
}

/** A binary message begins with the length of its JSON, and ends with the bytes that its values point to. */
function textOf(message: Uint8Array): string {
  const bytes = Buffer.from(message.buffer, message.byteOffset, message.byteLength);
  return bytes.subarray(4, 4 + bytes.readUInt32BE(0)).toString();
}
