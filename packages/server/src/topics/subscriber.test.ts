import { EncodedEvent, type Fed, type Outlet, type ReportedGap } from "@trunkline/core/internal";
import { describe, expect, it } from "vitest";
import type { Keep } from "./backplane.js";
import { BoundedLog } from "./bounded-log.js";
import { Cursor } from "./cursor.js";
import { Messages } from "./messages.js";
import { Subscriber } from "./subscriber.js";
import type { Item, View } from "./view.js";
import type { Window } from "./window.js";

const keep: Keep = { events: Infinity, bytes: Infinity, ageMs: Infinity };

/** A subscriber to a log that the test writes, with an outlet that the test has in hand. */
class Scene {
  readonly log = new BoundedLog<Item>(keep, 0);
  readonly said: string[] = [];
  readonly served: boolean[] = [];
  readonly messages = new Messages();
  view: View | undefined = { epoch: "e", log: this.log };
  room = 10;
  messageBytes = 1_000;
  seated: Subscriber | undefined;
  taken = false;
  broken: Error | undefined;
  fed: Fed | undefined;
  readonly subscriber: Subscriber;
  #standing: number | undefined;

  constructor(signal?: AbortSignal) {
    const window: Pick<Window, "messages" | "seat" | "seats" | "unseat" | "look" | "served"> = {
      messages: this.messages,
      seat: (_, stream) => {
        if (!this.taken) this.seated = stream as Subscriber;
        return !this.taken;
      },
      seats: (_, stream) => this.seated === stream,
      unseat: (_, stream) => {
        if (this.seated === stream) this.said.push("unseated");
        this.seated = undefined;
      },
      look: () => {
        if (this.broken !== undefined) throw this.broken;
        return this.view;
      },
      served: (more) => void this.served.push(more),
    };
    this.subscriber = new Subscriber({ outlet: this.#outlet(), window: window as Window, signal });
  }

  /** So many events more. */
  publish(count: number, text = '"x"'): void {
    for (let left = count; left > 0; left--) {
      const offset = this.log.end + 1;
      const item = new EncodedEvent(`e-${offset}`, text, undefined);
      this.log.append({ offset, item, bytes: text.length, at: 0, key: undefined }, 0);
    }
  }

  lose(reason: string): void {
    const item = { reason } as ReportedGap;
    this.log.append({ offset: this.log.end + 1, item, bytes: 1, at: 0, key: undefined }, 0);
  }

  /** Sits down, and begins after an offset. */
  begin(offset = 0): this {
    this.subscriber.sit();
    this.subscriber.begin(new Cursor({ epoch: "e", offset }));
    return this;
  }

  #outlet(): Outlet {
    const scene = this;
    return {
      reader: {},
      signal: undefined,
      get room() {
        return scene.room;
      },
      get messageBytes() {
        return scene.messageBytes;
      },
      mark: (eventId) => void this.said.push(`mark ${eventId}`),
      open: (fed) => {
        this.fed = fed;
      },
      standsAt: (_, offset) => this.#standing === offset,
      join: ({ offset, gap }) => {
        this.#standing = offset;
        this.said.push(`join ${offset}${gap === undefined ? "" : `, ${gap}`}`);
      },
      feed: (_, { to, count }) => {
        this.#standing = to;
        this.said.push(`feed ${count} to ${to}`);
      },
      finish: () => void this.said.push("finish"),
      fail: (error) => void this.said.push(`fail ${(error as Error).message}`),
    };
  }
}

describe("a subscriber", () => {
  it("has no place where its reader has one already", () => {
    const scene = new Scene();
    scene.taken = true;
    expect(scene.subscriber.sit()).toBe(false);
  });

  it("takes nothing before it is known where it begins", () => {
    const scene = new Scene();
    scene.subscriber.sit();
    scene.publish(1);
    expect([scene.subscriber.serve(), scene.fed, scene.said]).toEqual([false, undefined, []]);
  });

  it("joins where it stands, and is fed what follows in one message", () => {
    const scene = new Scene();
    scene.publish(5);
    scene.begin(2);
    expect([scene.subscriber.serve(), scene.subscriber.serve(), scene.subscriber.serve()]).toEqual([
      false,
      false,
      false,
    ]);
    expect(scene.said).toEqual(["join 2", "feed 3 to 5"]);
  });

  it("is fed no more than its reader has room for, and says that there is more", () => {
    const scene = new Scene();
    scene.publish(5);
    scene.begin();
    scene.subscriber.serve();
    scene.room = 2;
    expect(scene.subscriber.serve()).toBe(true);
    scene.room = 0;
    expect(scene.subscriber.serve()).toBe(false);
    expect(scene.said).toEqual(["join 0", "feed 2 to 2"]);
  });

  it("is fed half as much, and half of that, where its reader takes no such message", () => {
    const scene = new Scene();
    scene.publish(8, `"${"x".repeat(100)}"`);
    scene.begin();
    scene.subscriber.serve();
    scene.messageBytes = 300;
    expect(scene.subscriber.serve()).toBe(true);
    expect(scene.said).toEqual(["join 0", "feed 2 to 2"]);
  });

  it("goes on where its reader is after another transport", () => {
    const scene = new Scene();
    scene.publish(4);
    scene.begin();
    scene.subscriber.serve();
    scene.subscriber.serve();
    scene.fed!.placed(1);
    scene.subscriber.serve();
    expect(scene.said).toEqual(["join 0", "feed 4 to 4", "join 1"]);
  });

  it("is told of what the log no longer has, before it is passed", () => {
    const scene = new Scene();
    scene.publish(5);
    scene.begin(1);
    scene.log.dropTo(3);
    scene.subscriber.serve();
    scene.subscriber.serve();
    expect(scene.said).toEqual(["join 3, events after this one are no longer kept", "feed 2 to 5"]);
  });

  it("has its window served again when it is woken, and tells whether there is more", () => {
    const scene = new Scene();
    scene.publish(2);
    scene.begin();
    scene.subscriber.serve();
    scene.room = 1;
    scene.fed!.wake();
    scene.fed!.wake();
    expect([scene.said, scene.served]).toEqual([
      ["join 0", "feed 1 to 1", "feed 1 to 2"],
      [true, false],
    ]);
  });

  it("waits while the log is read", () => {
    const scene = new Scene().begin();
    scene.view = undefined;
    expect([scene.subscriber.serve(), scene.said]).toEqual([false, []]);
  });

  it("fails once where the log cannot be had, and has no place any more", () => {
    const scene = new Scene().begin();
    scene.broken = new Error("no log");
    expect(scene.subscriber.serve()).toBe(false);
    scene.subscriber.fail(new Error("again"));
    scene.subscriber.end();
    expect(scene.said).toEqual(["unseated", "fail no log"]);
  });

  it("ends with its program's signal, and listens to it no longer than it must", () => {
    const controller = new AbortController();
    const scene = new Scene(controller.signal).begin();
    controller.abort();
    expect(scene.said).toEqual(["unseated", "finish"]);
    const over = new Scene(controller.signal).begin();
    expect([over.said, over.fed]).toEqual([["unseated", "finish"], undefined]);
    const left = new AbortController();
    const leaving = new Scene(left.signal).begin();
    leaving.fed!.leave();
    left.abort();
    expect(leaving.said).toEqual(["unseated"]);
  });
});
