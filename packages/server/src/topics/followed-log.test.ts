import { EncodedEvent, isGap } from "@trunkline/core/internal";
import { VirtualClock } from "@trunkline/core/simulation";
import { describe, expect, it } from "vitest";
import type { Backplane, Entry, Follower } from "./backplane.js";
import { FollowedLog } from "./followed-log.js";

const entry = (offset: number, text = "1"): Entry => ({ offset, text, ageMs: 0, key: undefined });

/** A log that began with the entries 4 and 5 and is followed; `heard`: by its holder and its records, in order. */
function followed({ loses = false } = {}) {
  const heard: string[] = [];
  let follower: Follower | undefined;
  const backplane = {
    follow: (topic: string, { epoch, offset }: { epoch: string; offset: number }, given: Follower) => {
      heard.push(`follow ${topic} ${epoch} ${offset}`);
      follower = given;
      if (loses) given.lost();
      return () => void heard.push("stop");
    },
  } as Backplane;
  const clock = new VirtualClock();
  const log = new FollowedLog(
    {
      ...{ topic: "t", backplane, clock, keep: { events: 3, bytes: 10, ageMs: 100 } },
      decode: (epoch, { offset, text }) => {
        if (text === "bad") throw new TypeError("what is that?");
        return new EncodedEvent(`${epoch}.${offset}`, text, undefined, undefined);
      },
      report: (error) => void heard.push((error as Error).message),
    },
    { epoch: "e", start: 3, end: 5, entries: [entry(4), entry(5)] },
  );
  log.follow(5, { grown: () => void heard.push("grown"), lost: () => void heard.push("lost") });
  return { log, clock, heard, follower: follower! };
}

const offsets = ({ log }: FollowedLog): readonly number[] => [log.start, log.end, log.size];

describe("a followed log", () => {
  it("has what was read, and then every entry once", () => {
    const { log, heard, follower } = followed();
    expect([log.epoch, offsets(log)]).toEqual(["e", [3, 5, 2]]);
    follower.entry(entry(6));
    follower.entry(entry(6));
    expect([heard, offsets(log)]).toEqual([
      ["follow t e 5", "grown"],
      [3, 6, 3],
    ]);
  });

  it.each([
    ["cannot be read", "bad", "what is that?"],
    ["is larger than what is kept", "12345678901", "an event is larger than keep.bytes"],
  ])("has a gap in the place of an entry that %s, which is reported", (_, text, report) => {
    const { log, heard, follower } = followed();
    follower.entry(entry(6, text));
    expect(heard.slice(1)).toEqual([report, "grown"]);
    const last = log.log.after(5);
    expect(last?.offset).toBe(6);
    expect(isGap(last?.item)).toBe(true);
  });

  it("drops what is older than is kept when it is trimmed, and what its backplane has dropped", () => {
    const { log, clock, follower } = followed();
    follower.dropped(4);
    expect(offsets(log)).toEqual([4, 5, 1]);
    clock.advance(101);
    log.trim();
    expect(offsets(log)).toEqual([5, 5, 0]);
  });

  it("is closed when it is lost, and hears nothing after that", () => {
    const { log, heard, follower } = followed();
    follower.lost();
    follower.lost();
    follower.entry(entry(6));
    expect([heard, log.log.end]).toEqual([["follow t e 5", "stop", "lost"], 5]);
  });

  it("follows no longer when it is lost before following has begun", () => {
    expect(followed({ loses: true }).heard).toEqual(["follow t e 5", "lost", "stop"]);
  });
});
