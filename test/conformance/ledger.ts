/** What the handlers of the exercise have seen, and what waits for what: clients and handlers reach places with names. */

export class Ledger {
  /** By token: how often its handler was started. */
  readonly starts = new Map<string, number>();
  /** By the number it counts to: how many events generators have made. */
  readonly counted = new Map<number, number>();
  readonly failures: string[] = [];
  sessions = 0;
  transports = 0;
  readonly #reached = new Map<string, { readonly promise: Promise<void>; readonly resolve: () => void }>();

  start(token: string): number {
    const count = (this.starts.get(token) ?? 0) + 1;
    this.starts.set(token, count);
    this.reach(`begun ${token}`);
    return count;
  }

  count(to: number): void {
    this.counted.set(to, (this.counted.get(to) ?? 0) + 1);
  }

  reach(name: string): void {
    this.#place(name).resolve();
  }

  reached(name: string): Promise<void> {
    return this.#place(name).promise;
  }

  #place(name: string) {
    let place = this.#reached.get(name);
    if (place === undefined) {
      let resolve = () => {};
      place = { promise: new Promise<void>((done) => (resolve = done)), resolve: () => resolve() };
      this.#reached.set(name, place);
    }
    return place;
  }
}
