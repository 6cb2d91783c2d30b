import { VirtualClock } from "@trunkline/core/simulation";
import { afterEach, describe, expect, it, vi } from "vitest";
import { FakePage } from "../test/fake-page.js";
import { PageLife, thisPage } from "./page-life.js";

const PATIENCE_MS = 35_000;
const HOUR_MS = 3_600_000;

/** Welcomed at 0, and listening. */
function living({ begun = true, rests = true } = {}) {
  const clock = new VirtualClock();
  const page = new FakePage(clock);
  const done: string[] = [];
  const owner = {
    heardAt: 0,
    suspect: (withinMs: number) => void done.push(`suspect ${withinMs}`),
    rest: () => {
      done.push("rest");
      return rests;
    },
    reconnect: () => void done.push("reconnect"),
  };
  const life = new PageLife(owner, { page, clock, patienceMs: PATIENCE_MS });
  if (begun) life.begin();
  /** Time passes in which the server is heard every 25 s, or in which nothing is. */
  const pass = (ms: number, { heard = false } = {}) => {
    clock.advance(ms);
    if (heard) owner.heardAt = clock.now() - (ms % 25_000);
  };
  return { clock, page, done, life, pass };
}

const opportunities: Record<string, (page: FakePage) => void> = {
  "being shown": (page) => page.show(),
  "being resumed": (page) => page.resume(),
  "being focused": (page) => page.hear("focus"),
};

describe.each(Object.entries(opportunities))("%s", (_, happen) => {
  it.each([
    [PATIENCE_MS, []],
    [PATIENCE_MS + 1, ["suspect 0"]],
    [8 * HOUR_MS, ["suspect 0"]],
  ])("T2 W3: after %d ms in which nothing was heard: %j", (ms, expected) => {
    const { page, pass, done } = living();
    pass(ms);
    happen(page);
    expect(done).toEqual(expected);
  });

  it("T2: counts a sleep in which the monotonic clock stood still", () => {
    const { page, pass, done } = living();
    pass(10_000, { heard: true });
    page.sleep(8 * HOUR_MS);
    happen(page);
    expect(done).toEqual(["suspect 0"]);
  });

  it("W1: lets a socket be on which the server was heard all the time", () => {
    const { page, pass, done } = living();
    pass(HOUR_MS + 20_000, { heard: true });
    happen(page);
    expect(done).toEqual([]);
  });

  it("T1: is not deceived by a wall clock that was set back", () => {
    const { page, pass, done } = living();
    page.sleep(-HOUR_MS);
    happen(page);
    expect(done).toEqual([]);
    pass(PATIENCE_MS + 1);
    page.sleep(-HOUR_MS);
    happen(page);
    expect(done).toEqual(["suspect 0"]);
  });

  it("suspects once, however often it happens then", () => {
    const { page, pass, done } = living();
    pass(HOUR_MS);
    for (let time = 0; time < 5; time++) happen(page);
    expect(done).toEqual(["suspect 0"]);
  });
});

describe("a page", () => {
  it("N10 W4: that is online again suspects what it has, spread over a second", () => {
    const { page, done } = living();
    page.hear("online");
    expect(done).toEqual(["suspect 1000"]);
  });

  it("that is hidden does nothing, however long ago the last look was", () => {
    const { page, pass, done } = living();
    pass(HOUR_MS);
    page.hide();
    expect(done).toEqual([]);
    page.show();
    expect(done).toEqual(["suspect 0"]);
  });

  it("takes the latest server's patience, and its welcome for a sign of life", () => {
    const { page, pass, done, life } = living();
    pass(PATIENCE_MS);
    life.welcomed(1_000);
    pass(1_000);
    page.show();
    expect(done).toEqual([]);
    pass(1_001);
    page.show();
    expect(done).toEqual(["suspect 0"]);
  });

  it("W2: rests in the back/forward cache, and reconnects once when it comes out", () => {
    const { page, done } = living();
    page.turn("pagehide", { persisted: true });
    expect(done).toEqual(["rest"]);
    page.turn("pageshow", { persisted: true });
    page.turn("pageshow", { persisted: true });
    expect(done).toEqual(["rest", "reconnect"]);
  });

  it("W2: does not connect when it comes out, where it had let go of nothing", () => {
    const { page, done } = living({ rests: false });
    page.turn("pagehide", { persisted: true });
    page.turn("pageshow", { persisted: true });
    expect(done).toEqual(["rest"]);
  });

  it("W12: does nothing when it is left for good, or loaded", () => {
    const { page, done } = living();
    page.turn("pageshow", { persisted: false });
    page.turn("pagehide", { persisted: false });
    expect(done).toEqual([]);
  });
});

describe("listeners", () => {
  it("are there from the first dial to the close, once each", () => {
    const { page, life, done } = living({ begun: false });
    expect(page.listeners).toBe(0);
    life.begin();
    life.begin();
    expect(page.listeners).toBe(6);
    page.hear("online");
    life.close();
    life.close();
    expect(page.listeners).toBe(0);
    page.hear("online");
    expect(done).toEqual(["suspect 1000"]);
  });
});

describe("this page", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("is none in Node", () => {
    expect(thisPage()).toBeUndefined();
  });

  it("is none in a worker, or where something else is called document", () => {
    vi.stubGlobal("addEventListener", () => {});
    expect(thisPage()).toBeUndefined();
    vi.stubGlobal("document", {});
    expect(thisPage()).toBeUndefined();
  });

  it("is the window and its document, by the wall clock", () => {
    const document = new EventTarget();
    vi.stubGlobal("addEventListener", () => {});
    vi.stubGlobal("document", document);
    const page = thisPage();
    expect(page).toMatchObject({ window: globalThis, document });
    expect(Math.abs(page!.wallNow() - Date.now())).toBeLessThan(1_000);
  });
});
