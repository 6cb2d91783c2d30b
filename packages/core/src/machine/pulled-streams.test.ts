import { describe, expect, it } from "vitest";
import { op } from "../protocol/frame.js";
import { defaultLimits } from "../protocol/limits.js";
import { IncomingCall, type IncomingState } from "./incoming-call.js";
import { PulledStreams } from "./pulled-streams.js";

const softBytes = defaultLimits.outboundSoftBytes;

/** Streams with ids 1, 3, …, and a session that only collects. */
class Sources {
  readonly session = { backlog: { length: 0, size: 0, taken: 0 }, bulkSize: 0, isSending: () => this.isSending };
  isSending = false;
  /** Frames are larger than the other end takes. */
  tooLarge = false;
  readonly frames: unknown[] = [];
  readonly pulled: number[] = [];
  readonly streams = new PulledStreams<string>(
    { session: this.session, limits: defaultLimits, emit: ({ call }) => void this.pulled.push(call.id) },
    { push: (_call, frame) => !this.tooLarge && this.frames.push(frame) > 0 },
  );
  #lastId = -1;

  subscribe(credit = 4): IncomingCall<string> {
    this.#lastId += 2;
    const rest = { path: "p", timeoutMs: 0, meta: undefined, lastEventId: undefined, input: 1 };
    return new IncomingCall({ op: op.subscribe, id: this.#lastId, credit, ...rest }, Infinity);
  }

  ready(credit?: number): IncomingCall<string> {
    const call = this.subscribe(credit);
    this.streams.ready(call);
    return call;
  }
}

const states: Record<string, (sources: Sources) => IncomingCall<string>> = {
  starting: (sources) => sources.subscribe(),
  paused: (sources) => {
    sources.session.backlog.size = softBytes;
    const call = sources.ready();
    sources.session.backlog.size = 0;
    return call;
  },
  pulling: (sources) => sources.ready(),
};

const events: Record<string, (sources: Sources, call: IncomingCall<string>) => void> = {
  ready: ({ streams }, call) => streams.ready(call),
  "room and credit": ({ streams }) => streams.resume(),
  event: ({ streams }, call) => expect(streams.produce(call, "[7]")).toBe(true),
};

describe("the state table of pulled streams", () => {
  it.each<[string, string, IncomingState, { pulled: number[]; frames: string[] }]>([
    ["starting", "ready", "pulling", { pulled: [1], frames: [] }],
    ["starting", "room and credit", "starting", { pulled: [], frames: [] }],
    ["starting", "event", "starting", { pulled: [], frames: [] }],
    ["paused", "ready", "paused", { pulled: [], frames: [] }],
    ["paused", "room and credit", "pulling", { pulled: [1], frames: [] }],
    ["paused", "event", "paused", { pulled: [], frames: [] }],
    ["pulling", "ready", "pulling", { pulled: [], frames: [] }],
    ["pulling", "room and credit", "pulling", { pulled: [], frames: [] }],
    ["pulling", "event", "pulling", { pulled: [1], frames: ["[7]"] }],
  ])("%s | %s → %s, %j", (state, event, next, expected) => {
    const sources = new Sources();
    const call = states[state]!(sources);
    expect(call.state).toBe(state);
    sources.pulled.length = 0;
    events[event]!(sources, call);
    expect([call.state, { pulled: sources.pulled, frames: sources.frames }]).toEqual([next, expected]);
  });

  it.each(["abandoned", "settled"] as const)("leaves alone what is %s", (state) => {
    const sources = new Sources();
    const call = sources.ready();
    call.state = state;
    sources.pulled.length = 0;
    for (const event of Object.values(events)) event(sources, call);
    expect([call.state, sources.pulled, sources.frames]).toEqual([state, [], []]);
  });
});

describe("a source", () => {
  it("is asked for as many events as there is credit for", () => {
    const sources = new Sources();
    const call = sources.ready(2);
    for (let i = 0; i < 4; i++) sources.streams.produce(call, String(i));
    expect([sources.frames, sources.pulled, call.state]).toEqual([["0", "1"], [1, 1], "paused"]);
    call.balance!.raise(3, 8);
    sources.streams.pull(call);
    expect([sources.pulled, call.state]).toEqual([[1, 1, 1], "pulling"]);
  });

  it("is not asked again after an event that was too large, which takes no credit", () => {
    const sources = new Sources();
    const call = sources.ready(1);
    sources.tooLarge = true;
    expect(sources.streams.produce(call, "[7]")).toBe(false);
    expect([sources.pulled, call.state, call.balance!.available]).toEqual([[1], "pulling", true]);
  });

  it("is not asked while an event of its stream is on its way in parts", () => {
    const sources = new Sources();
    sources.isSending = true;
    sources.ready();
    sources.streams.resume();
    expect(sources.pulled).toEqual([]);
    sources.isSending = false;
    sources.streams.resume();
    expect(sources.pulled).toEqual([1]);
  });
});

describe("room", () => {
  it.each([
    [softBytes - 1, 0, "pulling"],
    [softBytes, 0, "paused"],
    [softBytes + 1, 0, "paused"],
    [0, defaultLimits.valueBytes - 1, "pulling"],
    [0, defaultLimits.valueBytes, "paused"],
  ])("with a backlog of %d, and %d of what is large: the stream is %s", (size, bulkSize, state) => {
    const sources = new Sources();
    sources.session.backlog.size = size;
    sources.session.bulkSize = bulkSize;
    expect(sources.ready().state).toBe(state);
  });

  it("lets streams go on in the order they stalled, each once", () => {
    const sources = new Sources();
    sources.session.backlog.size = softBytes;
    for (let i = 0; i < 3; i++) sources.ready();
    sources.streams.resume();
    expect(sources.pulled).toEqual([]);
    sources.session.backlog.size = 0;
    sources.streams.resume();
    sources.streams.resume();
    expect(sources.pulled).toEqual([1, 3, 5]);
  });

  it("is not given to a stream that was closed", () => {
    const sources = new Sources();
    const call = states.paused!(sources);
    sources.streams.close(call);
    sources.streams.resume();
    expect([sources.pulled, call.state]).toEqual([[], "paused"]);
  });
});
