/**
 * A world of one real dialer and a server in every bad mood: attempts hang, or are welcomed and lost again. After
 * each loss the wait must be the one that full jitter gives for the attempts that count, and one attempt is under way at
 * most (I11). The count is kept here on its own.
 */
import { Dialer } from "@trunkline/client/internal";
import { InvariantBroken, Random } from "@trunkline/core/simulation";

const ATTEMPTS = 40;
const DIAL_MS = 5_000;
const STABLE_MS = 10_000;
const WELCOMED = { type: "welcomed", spreadMs: 1_000 } as const;

export function simulateDialer(seed: number): void {
  new DialerWorld(seed).run();
}

class DialerWorld {
  readonly #seed: number;
  readonly #random: Random;
  readonly #dialer: Dialer;
  #now = 0;
  #chance = 0;
  /** Attempts since a welcome has held. */
  #attempts = 0;

  constructor(seed: number) {
    this.#seed = seed;
    this.#random = new Random(seed);
    this.#dialer = new Dialer({ dialMs: DIAL_MS, random: () => this.#chance });
  }

  run(): void {
    this.#dialer.receive({ type: "want" }, this.#now);
    for (let i = 0; i < ATTEMPTS; i++) {
      this.#expectDials();
      this.#chance = this.#random.next();
      const comeBack = this.#random.pick(["now", "now", "later", "none"] as const);
      const held = this.#attempt(comeBack);
      this.#attempts = held >= STABLE_MS ? 1 : this.#attempts + 1;
      this.#expectWait(comeBack);
    }
  }

  /** One attempt and its end: no answer at all, or a welcome that is lost again. Returns how long it has held. */
  #attempt(comeBack: "now" | "later" | "none"): number {
    if (comeBack === "none") {
      this.#now += DIAL_MS;
      this.#dialer.tick(this.#now);
      return 0;
    }
    this.#now += this.#random.int(DIAL_MS);
    this.#dialer.receive(WELCOMED, this.#now);
    const heldMs = this.#random.pick([0, 1, 500, STABLE_MS - 1, STABLE_MS, 3 * STABLE_MS]);
    this.#now += heldMs;
    this.#dialer.receive({ type: "lost", reason: "the server is in a bad mood", comeBack }, this.#now);
    return heldMs;
  }

  #expectDials(): void {
    const dials = this.#dialer.take().filter(({ type }) => type === "dial").length;
    this.#expect(dials === 1, `${dials} attempts begin`);
  }

  #expectWait(comeBack: "now" | "later" | "none"): void {
    const step = comeBack === "later" ? Math.max(4, this.#attempts) : this.#attempts;
    const expected = this.#chance * Math.min(30_000, 500 * 2 ** step);
    const wait = this.#dialer.deadline - this.#now;
    const right = Math.abs(wait - expected) < 1e-3;
    this.#expect(right, `waits ${wait} ms before attempt ${this.#attempts}, not ${expected}`);
    this.#now += wait;
    this.#dialer.tick(this.#now);
  }

  #expect(holds: boolean, detail: string): void {
    if (!holds) throw new InvariantBroken("I11", this.#seed, detail, []);
  }
}
