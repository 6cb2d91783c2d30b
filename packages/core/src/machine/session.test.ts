import { describe, expect, it } from "vitest";
import { defaultLimits, type PeerLimits, peerLimits } from "../protocol/limits.js";
import type { Batch } from "../protocol/message.js";
import { parse } from "../protocol/parse.js";
import type { Deferrable } from "./scheduler.js";
import { Session } from "./session.js";

interface Late extends Deferrable {
  frame: string | undefined;
}

const dropped: Late = { size: 50, blobBytes: 0, id: undefined, frame: undefined };

const wide = peerLimits(defaultLimits);

function sessionWith(replayBytes = defaultLimits.replayBytes): Session<Late> {
  return new Session<Late>({ ...defaultLimits, replayBytes }, { render: (late) => late.frame, departed: () => {} });
}

function attached({ peer = wide, replayBytes = defaultLimits.replayBytes } = {}): Session<Late> {
  const session = sessionWith(replayBytes);
  session.attach(1, 0, peer);
  return session;
}

/** `[3, 1]`, `[3, 2]`, …: short frames that a parser takes. */
const frame = (n: number) => `[3,${n}]`;
const frames = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => frame(from + i));

function push(session: Session<Late>, ...texts: string[]): void {
  for (const text of texts) session.push(text);
}

/** Everything it has to write now. */
function written(session: Session<Late>, now = 0): string[] {
  const texts: string[] = [];
  for (let text = session.write(now); text !== undefined; text = session.write(now)) texts.push(String(text));
  return texts;
}

function batch(seq: number, ack: number, count = 0): Batch {
  return parse(`[${[`[${seq},${ack}]`, ...frames(1, count)].join(",")}]`, defaultLimits) as Batch;
}

describe("detached", () => {
  it("is how a session begins", () => {
    expect(sessionWith().state).toEqual({ name: "detached" });
    expect(sessionWith().receiving.frames).toBe(0);
  });

  it("is attached by attach, and writes what waits", () => {
    const session = sessionWith();
    push(session, frame(1));
    session.attach(7, 0, wide);
    expect(session.state).toEqual({ name: "attached", generation: 7, congested: false });
    expect(written(session)).toEqual(["[[1,0],[3,1]]"]);
  });

  it.each([
    ["detach", (session: Session<Late>) => session.detach()],
    ["congest", (session: Session<Late>) => session.congest(true)],
    ["clear", (session: Session<Late>) => session.clear()],
  ])("stays so on %s", (_, event) => {
    const session = sessionWith();
    event(session);
    expect(session.state).toEqual({ name: "detached" });
  });

  it("writes nothing, not even a beat, and needs no tick", () => {
    const session = sessionWith();
    push(session, frame(1));
    expect(session.write(0, true)).toBeUndefined();
    expect([session.due(1e9), session.writable, session.deadline]).toEqual([false, false, Infinity]);
  });

  it("is ended by end", () => {
    const session = sessionWith();
    session.end();
    expect(session.state).toEqual({ name: "ended" });
  });
});

describe("attached", () => {
  it("is detached by detach, and keeps what was sent", () => {
    const session = attached();
    push(session, frame(1));
    written(session);
    session.detach();
    expect(session.state).toEqual({ name: "detached" });
    expect(session.replaySize).toBe(5);
  });

  it("is taken over by attach, and replays", () => {
    const session = attached();
    push(session, ...frames(1, 3));
    written(session);
    session.congest(true);
    session.attach(2, 1, wide);
    expect(session.state).toEqual({ name: "attached", generation: 2, congested: false });
    expect(written(session)).toEqual(["[[2,0],[3,2],[3,3]]"]);
  });

  it("counts the frames of a batch when it accepts one", () => {
    const session = attached();
    expect(session.accept(batch(1, 0, 3), 30, 0)).toBeUndefined();
    expect(session.receiving.frames).toBe(3);
    expect(session.accept(batch(4, 0, 0), 8, 0)).toBeUndefined();
    expect(session.receiving.frames).toBe(3);
  });

  it("writes what was lost, then what is new, then an acknowledgement", () => {
    const session = attached();
    push(session, ...frames(1, 2));
    written(session);
    session.attach(2, 0, wide);
    session.accept(batch(1, 0, 1), 10, 0);
    push(session, frame(3));
    expect(written(session)).toEqual(["[[1,1],[3,1],[3,2]]", "[[3,1],[3,3]]"]);
    session.accept(batch(2, 3, 1), 10, 0);
    expect(written(session, 199)).toEqual([]);
    expect(written(session, 1_000)).toEqual(["[[4,2]]"]);
  });

  it("is ended by end, and holds nothing", () => {
    const session = attached();
    push(session, ...frames(1, 2));
    written(session);
    push(session, frame(3));
    session.end();
    expect(session.state).toEqual({ name: "ended" });
    expect([session.replaySize, session.backlog.length, session.backlog.size]).toEqual([0, 0, 0]);
  });
});

describe("ended", () => {
  it.each([
    ["detach", (session: Session<Late>) => session.detach()],
    ["congest", (session: Session<Late>) => session.congest(true)],
    ["end", (session: Session<Late>) => session.end()],
  ])("stays so on %s", (_, event) => {
    const session = attached();
    session.end();
    event(session);
    expect(session.state).toEqual({ name: "ended" });
  });

  it("writes nothing and needs no tick", () => {
    const session = attached();
    session.accept(batch(1, 0, 1), 10, 0);
    session.end();
    expect(session.write(1e9, true)).toBeUndefined();
    expect([session.due(1e9), session.writable, session.deadline]).toEqual([false, false, Infinity]);
  });
});

describe("what the other end says it has", () => {
  /** Sent 1 to 4, of which 1 and 2 are acknowledged. */
  function halfAcknowledged(): Session<Late> {
    const session = attached();
    push(session, ...frames(1, 4));
    written(session);
    session.accept(batch(1, 2), 8, 0);
    return session;
  }

  it.each([
    [1, false],
    [2, true],
    [3, true],
    [4, true],
    [5, false],
  ])("may be %d of 4 sent and 2 acknowledged, when it attaches: %s", (received, fine) => {
    const session = halfAcknowledged();
    const wrong = session.attach(2, received, wide);
    if (!fine) expect(wrong).toMatchObject({ type: "violation", close: "protocol" });
    else {
      expect(wrong).toBeUndefined();
      expect(written(session)).toEqual(received === 4 ? [] : [`[[${received + 1},0],${frames(received + 1, 4)}]`]);
    }
  });

  it.each([
    [0, true],
    [2, true],
    [3, true],
    [4, true],
    [5, false],
  ])("may be %d of 4 sent, in an acknowledgement: %s", (ack, fine) => {
    const session = halfAcknowledged();
    expect(session.accept(batch(1, ack), 8, 0) === undefined).toBe(fine);
    expect(session.replaySize).toBe([10, 10, 10, 5, 0, 10][ack]);
  });

  it("cannot be what this transport has not carried yet", () => {
    const session = halfAcknowledged();
    session.attach(2, 2, { ...wide, batchFrames: 1 });
    session.write(0);
    expect(session.accept(batch(1, 3), 8, 0)).toBeUndefined();
    expect(session.accept(batch(1, 4), 8, 0)).toMatchObject({ type: "violation" });
  });

  it.each([0, 1, 3, 4, 100])("begins with the next frame: seq %d after 1 frame is a violation", (seq) => {
    const session = attached();
    session.accept(batch(1, 0, 1), 10, 0);
    expect(session.accept({ type: "batch", seq, ack: 0, frames: [] }, 10, 0)).toMatchObject({ type: "violation" });
    expect(session.receiving.frames).toBe(1);
  });
});

describe("a batch", () => {
  it("holds at most as many frames as the other end takes", () => {
    const session = attached({ peer: { ...wide, batchFrames: 2 } });
    push(session, ...frames(1, 5));
    expect(written(session)).toEqual(["[[1,0],[3,1],[3,2]]", "[[3,0],[3,3],[3,4]]", "[[5,0],[3,5]]"]);
    session.attach(2, 0, { ...wide, batchFrames: 3 });
    expect(written(session)).toEqual(["[[1,0],[3,1],[3,2],[3,3]]", "[[4,0],[3,4],[3,5]]"]);
  });

  it.each([1_000, 3_000, 60_000])("of small frames never exceeds the %d bytes the other end takes", (messageBytes) => {
    const session = attached({ peer: { ...wide, messageBytes } });
    for (let i = 1; i <= 500; i++) session.push(`[5,${i},"${"€".repeat(i % 50)}"]`);
    const first = written(session);
    session.attach(2, 0, { ...wide, messageBytes });
    const second = written(session);
    for (const text of [...first, ...second]) expect(Buffer.byteLength(text)).toBeLessThanOrEqual(messageBytes);
    expect(first.length).toBeLessThan(300);
    expect(second.length).toBeLessThan(300);
  });

  it("stays near 64 KiB", () => {
    const session = attached();
    for (let i = 1; i <= 200; i++) session.push(`[5,${i},"${"a".repeat(1_000)}"]`);
    for (const text of written(session)) expect(text.length).toBeLessThanOrEqual(65_536);
  });

  it("leaves out what nobody wants any more when it is written", () => {
    const session = attached();
    const late: Late = { size: 50, blobBytes: 0, id: undefined, frame: frame(9) };
    session.push(late);
    session.push(frame(1));
    session.push(dropped);
    session.push(frame(2));
    late.frame = frame(8);
    expect(written(session)).toEqual(["[[1,0],[3,8],[3,1],[3,2]]"]);
  });

  it("is not written when nobody wants any of it, and the next one is", () => {
    const session = attached({ peer: { ...wide, batchFrames: 1 } });
    session.push(dropped);
    expect(written(session)).toEqual([]);
    session.push(dropped);
    session.push(frame(1));
    expect(written(session)).toEqual(["[[1,0],[3,1]]"]);
  });
});

describe("the replay bound", () => {
  const five = (n: number) => `[5,${n}]`;

  it.each([
    [9, 1],
    [10, 2],
    [11, 2],
  ])("of %d lets %d frames of 5 go", (replayBytes, count) => {
    const session = attached({ replayBytes });
    push(session, five(1), five(2), five(3));
    written(session);
    expect(session.replaySize).toBe(5 * count);
    expect(session.backlog.length).toBe(3 - count);
  });

  it("lets one larger frame go alone, when nothing else is held", () => {
    const session = attached({ replayBytes: 8 });
    push(session, five(1), `[5,2,"large"]`, five(3));
    expect(written(session)).toEqual(["[[1,0],[5,1]]", "[[2,0]]"]);
    session.accept(batch(1, 1), 8, 0);
    expect(written(session)).toEqual(['[[2,0],[5,2,"large"]]', "[[3,0]]"]);
    expect([session.writable, session.due(0)]).toEqual([false, false]);
    session.accept(batch(1, 2), 8, 0);
    expect([session.writable, session.due(0)]).toEqual([true, true]);
    expect(written(session)).toEqual(["[[3,0],[5,3]]"]);
  });

  it("does not hold back what is replayed, nor acknowledgements", () => {
    const session = attached({ replayBytes: 5 });
    push(session, five(1), five(2));
    written(session);
    session.accept(batch(1, 0, 1), 10, 0);
    expect(written(session, 1_000)).toEqual(["[[2,1]]"]);
    session.attach(2, 0, wide);
    expect(written(session)).toEqual(["[[1,1],[5,1]]", "[[2,1]]"]);
  });

  it("asks, once, for an acknowledgement of what nothing fits beside", () => {
    const session = attached({ replayBytes: 10 });
    push(session, five(1), five(2), five(3), five(4));
    expect(written(session)).toEqual(["[[1,0],[5,1]]", "[[2,0],[5,2]]", "[[3,0]]"]);
    expect([session.due(0), written(session)]).toEqual([false, []]);
    session.accept(batch(1, 1), 8, 0);
    expect(written(session)).toEqual(["[[3,0],[5,3]]", "[[4,0]]"]);
    session.accept(batch(1, 3), 8, 0);
    expect(written(session)).toEqual(["[[4,0],[5,4]]"]);
  });

  it("of 128 KiB and more asks for nothing: what is acknowledged by itself leaves room enough", () => {
    const session = attached({ replayBytes: 128 * 1024 });
    push(session, `[5,1,"${"a".repeat(30_000)}"]`);
    for (let id = 2; id <= 6; id++) push(session, `[5,${id},"${"a".repeat(30_000)}"]`);
    expect(written(session).every((message) => message.length > 1_000)).toBe(true);
  });
});

describe("an acknowledgement", () => {
  it.each([
    [999, []],
    [1_000, ["[[1,1]]"]],
  ])("goes alone a second after a frame came: at %d", (now, texts) => {
    const session = attached();
    session.accept(batch(1, 0, 1), 10, 0);
    expect(session.deadline).toBe(1_000);
    expect(session.due(now)).toBe(texts.length > 0);
    expect(written(session, now)).toEqual(texts);
  });

  it("goes at once after an empty batch, if there is anything to acknowledge", () => {
    const session = attached();
    session.accept(batch(1, 0), 10, 0);
    expect(session.deadline).toBe(Infinity);
    session.accept(batch(1, 0, 1), 10, 0);
    session.accept(batch(2, 0), 10, 150);
    expect(written(session, 150)).toEqual(["[[1,1]]"]);
    session.accept(batch(2, 0), 10, 200);
    expect(session.deadline).toBe(Infinity);
  });

  it("goes 200 ms after there was more than 4 KiB, which the other end may have to wait with", () => {
    const session = attached();
    session.accept(batch(1, 0, 1), 4_000, 0);
    session.accept(batch(2, 0, 1), 96, 100);
    expect(session.deadline).toBe(1_000);
    session.accept(batch(3, 0, 1), 1, 300);
    session.accept(batch(4, 0, 1), 10, 400);
    expect(session.deadline).toBe(500);
    session.accept(batch(5, 0, 1), 10, 450);
    expect(written(session, 500)).toEqual(["[[1,5]]"]);
  });

  it.each([
    [255, []],
    [256, ["[[1,256]]"]],
    [257, ["[[1,257]]"]],
  ])("goes at once after 256 frames: %d", (count, texts) => {
    const session = attached();
    session.accept(batch(1, 0, count), 10, 0);
    expect(written(session, 0)).toEqual(texts);
  });

  it.each([
    [32 * 1024 - 1, []],
    [32 * 1024, ["[[1,2]]"]],
  ])("goes at once after 64 KiB: 32 KiB and %d bytes", (size, texts) => {
    const session = attached();
    session.accept(batch(1, 0, 1), 32 * 1024, 0);
    session.accept(batch(2, 0, 1), size, 0);
    expect(written(session, 0)).toEqual(texts);
  });

  it.each([
    [32 * 1024, []],
    [32 * 1024 + 1, ["[[1,1]]"]],
  ])("goes at once after one message of more than 32 KiB: %d", (size, texts) => {
    const session = attached();
    session.accept(batch(1, 0, 1), size, 0);
    expect(written(session, 0)).toEqual(texts);
  });

  it("rides along with a frame and is then not due", () => {
    const session = attached();
    session.accept(batch(1, 0, 1), 10, 0);
    push(session, frame(1));
    expect(written(session, 10)).toEqual(["[[1,1],[3,1]]"]);
    expect(session.deadline).toBe(Infinity);
    expect(written(session, 1_000)).toEqual([]);
  });

  it("is not due on a new transport, whose hello or welcome carried it", () => {
    const session = attached();
    session.accept(batch(1, 0, 1), 10, 0);
    session.detach();
    session.attach(2, 0, wide);
    expect(session.deadline).toBe(Infinity);
    expect(written(session, 1_000)).toEqual([]);
  });

  it("never answers an acknowledgement", () => {
    const session = attached();
    push(session, frame(1));
    written(session);
    session.accept(batch(1, 1), 8, 0);
    expect(written(session, 1_000)).toEqual([]);
  });

  it("is what a beat says when there is nothing else", () => {
    const session = attached();
    expect(session.write(0, true)).toBe("[[1,0]]");
    push(session, frame(1));
    expect(session.write(0, true)).toBe("[[1,0],[3,1]]");
    expect(session.write(0, true)).toBe("[[2,0]]");
  });
});

describe("a congested transport", () => {
  it("is written to again when it has drained", () => {
    const session = attached();
    session.congest(true);
    push(session, frame(1));
    session.accept(batch(1, 0, 1), 10, 0);
    expect([session.writable, session.due(1e9), session.deadline]).toEqual([false, false, Infinity]);
    expect(session.write(1e9, true)).toBeUndefined();
    session.congest(false);
    expect([session.writable, session.due(0), session.deadline]).toEqual([true, true, 1_000]);
    expect(written(session)).toEqual(["[[1,1],[3,1]]"]);
  });
});

describe("a session that begins anew", () => {
  it("numbers from 1 in both directions, and returns what is no frame yet", () => {
    const session = attached();
    push(session, ...frames(1, 2));
    written(session);
    session.accept(batch(1, 1, 5), 10, 0);
    const late: Late = { size: 1, blobBytes: 0, id: undefined, frame: frame(7) };
    session.push(frame(3));
    session.push(late);
    expect(session.clear()).toEqual([late]);
    expect([session.state.name, session.receiving.frames, session.replaySize, session.backlog.length]).toEqual([
      "detached",
      0,
      0,
      0,
    ]);
    expect(session.attach(2, 0, wide as PeerLimits)).toBeUndefined();
    push(session, frame(4));
    expect(written(session, 1e9)).toEqual(["[[1,0],[3,4]]"]);
    expect(session.accept(batch(1, 1, 1), 10, 0)).toBeUndefined();
  });

  it("has received nothing of the one before", () => {
    const session = attached();
    push(session, frame(1));
    written(session);
    session.clear();
    expect(session.attach(2, 1, wide)).toMatchObject({ type: "violation" });
  });
});

describe("a large frame", () => {
  const large = (id: number) => `[7,${id},null,"${"x".repeat(40_000)}"]`;

  it("does not overtake a small one of its stream that waits for room (seed 67623)", () => {
    const session = attached({ replayBytes: 6_000 });
    session.push(`[7,1,null,"${"a".repeat(3_000)}"]`, 1);
    const small = `[7,1,null,"${"b".repeat(3_500)}"]`;
    session.push(small, 1);
    session.push(large(1), 1);
    expect(written(session)).toEqual([expect.stringContaining("aaa"), "[[2,0]]"]);
    session.accept(batch(1, 1), 10, 0);
    expect(written(session)[0]).toBe(`[[2,0],${small}]`);
  });
});
