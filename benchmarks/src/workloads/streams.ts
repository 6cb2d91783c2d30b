/** A stream of small events to one reader, and a feed to many of them. */
import { setTimeout as pause } from "node:timers/promises";
import type { Line } from "../process/peer.js";
import { checkReply, nowUs, type Reply, sampleOf } from "../process/sample.js";
import { connectAll, type Figures, latencies, measured, type Stage, type Tally, type Workload } from "./workload.js";

/** Events of one stream; the next one is asked for when it has ended. Peers without flow control must hold all of them. */
const STREAM_EVENTS = 5_000;

/** Events of the feed that are published and not yet with everybody. */
const FEED_AHEAD = 32;

/** Events a second in the second half of the fan-out, where nobody is at the limit and their age is measured. */
const FEED_PACE = 20;

async function reader(line: Line, tally: Tally): Promise<void> {
  while (tally.running) {
    let expected = 0;
    await line.stream(STREAM_EVENTS, (event) => {
      checkReply(sampleOf(expected++), event);
      tally.done++;
    });
    if (expected !== STREAM_EVENTS) throw new Error(`${expected} of ${STREAM_EVENTS} events came`);
  }
}

const showEvents = ({ perSecond = 0, serverUs = 0 }: Figures) =>
  `${Math.round(perSecond / 1_000)} k/s, ${serverUs.toFixed(1)} µs`;

export const stream: Workload = {
  name: "stream",
  title: "stream",
  figure: "perSecond",
  better: "more",
  show: showEvents,
  run: async (stage) => {
    const line = await stage.connect();
    return measured(stage, (tally) => [reader(line, tally)]);
  },
};

export const fanOut: Workload = feedWorkload("fan-out-500", "fan-out to 500", () => 500);

/** For growth: to as many as asked. */
export const subscribers: Workload = feedWorkload("subscribers", "fan-out to N", ({ connections }) => connections);

function feedWorkload(name: string, title: string, readersOf: (stage: Stage) => number): Workload {
  return {
    name,
    title,
    figure: "perSecond",
    better: "more",
    show: (figures) => `${showEvents(figures)}, ${((figures.deliveryP99Us ?? 0) / 1_000).toFixed(1)} ms`,
    run: async (stage) => {
      const feed = new Readers(stage, await connectAll(stage, readersOf(stage)));
      await feed.opened();
      const loaded = await measured(stage, (tally) => [feed.underLoad(tally)]);
      const { p50Us = 0, p99Us = 0 } = latencies(await feed.paced());
      return { ...loaded, deliveryP50Us: p50Us, deliveryP99Us: p99Us };
    },
  };
}

/** Everybody who reads the feed. An event is complete when the last of them has it. */
class Readers {
  readonly #stage: Stage;
  readonly #lines: readonly Line[];
  /** The events that everybody has, times everybody. */
  #delivered = 0;
  #hear: (event: Reply) => void = () => {};
  #failure: Error | undefined;

  constructor(stage: Stage, lines: readonly Line[]) {
    this.#stage = stage;
    this.#lines = lines;
  }

  async opened(): Promise<void> {
    for (const line of this.#lines) {
      let expected = 0;
      line.feed((event) => {
        if (event.id !== expected++) this.#failure ??= new Error(`event ${event.id} came instead of ${expected - 1}`);
        this.#delivered++;
        this.#hear(event);
      });
    }
    for (let tries = 0; (await this.#stage.control.ask<number>("readers")) < this.#lines.length; tries++) {
      if (tries > 100) throw new Error("not all readers were heard of");
      await pause(100);
    }
    await pause(200);
  }

  /** Publishes one more for each that has come to everybody, until the tally is closed. */
  async underLoad(tally: Tally): Promise<void> {
    const all = this.#lines.length;
    this.#hear = () => {
      if (tally.open) tally.done++;
      if (this.#delivered % all === 0 && tally.running) this.#stage.control.tell("publish", 1);
    };
    this.#stage.control.tell("publish", FEED_AHEAD);
    while (tally.running && !this.#failure) await pause(20);
    await pause(500);
    if (this.#failure) throw this.#failure;
  }

  /** How old events are when they come, at a modest pace. */
  async paced(): Promise<number[]> {
    const ages: number[] = [];
    this.#hear = (event) => ages.push(nowUs() - event.score);
    const until = performance.now() + this.#stage.seconds * 1_000;
    while (performance.now() < until) {
      this.#stage.control.tell("publish", 1);
      await pause(1_000 / FEED_PACE);
    }
    await pause(200);
    if (this.#failure) throw this.#failure;
    return ages;
  }
}
