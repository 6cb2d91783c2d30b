import { describe, expect, it } from "vitest";
import { defaultLimits, type Limits } from "../protocol/limits.js";
import { OutgoingCall, type OutgoingRequest } from "./outgoing-call.js";
import { OutgoingUpstreams } from "./outgoing-upstreams.js";
import { WaitingRoom } from "./waiting-room.js";

const request = { kind: "query", path: '"p"', repeatable: true, input: undefined, deadline: Infinity } as const;
const kinds = {
  call: {},
  stream: { kind: "subscription", credit: { events: 1, maxEvents: 1 } },
  upload: { kind: "mutation", Upstreams: OutgoingUpstreams },
} as const satisfies Record<string, Partial<OutgoingRequest>>;

const callOf = (kind: keyof typeof kinds, input?: string) =>
  new OutgoingCall<string>({ ...request, ...kinds[kind], ...(input === undefined ? {} : { input }) }, kind);

const roomWith = (limits: Partial<Limits>) => new WaitingRoom<string>({ ...defaultLimits, ...limits });

describe("calls that wait", () => {
  it.each([
    [false, { offlineCalls: 2 }, "UNAVAILABLE"],
    [true, { waitingCalls: 2 }, "RESOURCE_EXHAUSTED"],
  ])("are bounded by their number, attached %s: %j", (isAttached, limits, code) => {
    const room = roomWith(limits);
    for (const kind of ["call", "stream"] as const) {
      expect(room.refuses(callOf(kind), isAttached)).toBeUndefined();
      room.enter(callOf(kind));
    }
    expect(room.refuses(callOf("upload"), isAttached)).toMatchObject({ code });
    expect(room.refuses(callOf("upload"), !isAttached)).toBeUndefined();
  });

  it.each([
    [false, "offlineBytes"],
    [true, "outboundHardBytes"],
  ])("are bounded by their size, attached %s, by %s", (isAttached, limit) => {
    const one = callOf("call", '"x"');
    for (const [bytes, refused] of [
      [2 * one.size, false],
      [2 * one.size - 1, true],
    ] as const) {
      const room = roomWith({ [limit]: bytes });
      room.enter(callOf("call", '"x"'));
      expect(room.refuses(one, isAttached) !== undefined).toBe(refused);
    }
  });

  it("may be one that is larger than all, alone", () => {
    const room = roomWith({ offlineBytes: 10 });
    expect(room.refuses(callOf("call", `"${"x".repeat(100)}"`), false)).toBeUndefined();
  });

  it("stand in lines of their own, streams first, each in its order", () => {
    const room = roomWith({});
    const all = (["upload", "call", "stream", "call", "upload"] as const).map((kind) => callOf(kind));
    for (const call of all) room.enter(call);
    const lines = room.lines.map((line) => [...line]);
    expect(lines).toEqual([[all[2]], [all[1], all[3]], [all[0], all[4]]]);
    expect(all.every((call) => room.has(call))).toBe(true);
    expect(room.clear()).toEqual([all[2], all[1], all[3], all[0], all[4]]);
    expect([room.length, room.size]).toEqual([0, 0]);
  });

  it("leave once, and take their size with them", () => {
    const room = roomWith({});
    const [one, other] = [callOf("call", '"x"'), callOf("call")];
    room.enter(one);
    room.enter(other);
    for (const call of [one, one]) room.leave(call);
    expect([room.length, room.size, room.has(one)]).toEqual([1, other.size, false]);
  });

  it("that leave while their line is read are not met", () => {
    const room = roomWith({});
    const [one, other] = [callOf("call"), callOf("call")];
    for (const call of [one, other]) room.enter(call);
    const met: unknown[] = [];
    for (const call of room.lines[1]!) {
      met.push(call);
      room.leave(other);
    }
    expect(met).toEqual([one]);
  });
});
