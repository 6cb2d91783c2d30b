import { describe, expect, it } from "vitest";
import { frameText } from "../protocol/blob.js";
import { defaultLimits, type PeerLimits, peerLimits } from "../protocol/limits.js";
import { OutgoingCall } from "./outgoing-call.js";
import { OutgoingUpstreams } from "./outgoing-upstreams.js";

type Call = OutgoingCall<string>;

/** The upstreams of calls, what was said to the other end, what sources are asked, and how calls fail. */
class Desk {
  readonly said: string[] = [];
  readonly asked: string[] = [];
  readonly failed: string[] = [];
  backlog = 0;
  readonly upstreams: OutgoingUpstreams<string>;

  constructor(peer: Partial<PeerLimits> = {}) {
    const desk = this;
    this.upstreams = new OutgoingUpstreams<string>(
      {
        session: {
          push: (frame) => void this.said.push(frameText(frame as string)),
          pushUrgent: (frame) => void this.said.push(frame),
          withdraw: (id) => void this.said.push(`withdraw ${String(id)}`),
          get backlog() {
            return { length: 0, size: desk.backlog, taken: 0 };
          },
        },
        limits: { outboundSoftBytes: 100 },
        emit: ({ type, call }) => void this.asked.push(`${type} ${call.sink}`),
      },
      (call, code, { message }) => void this.failed.push(`${call.sink}: ${code}, ${message}`),
    );
    this.upstreams.attached({ ...peerLimits(defaultLimits), upstreamBytes: 1_024, ...peer });
  }

  /** A call that has been written. */
  sent(id: number): Call {
    const request = { kind: "query", path: '"p"', repeatable: true, input: undefined, deadline: Infinity } as const;
    const call = new OutgoingCall({ ...request, Upstreams: OutgoingUpstreams }, `call ${id}`);
    call.state = { name: "sent", id };
    this.upstreams.reserve(call);
    this.upstreams.begin(call);
    return call;
  }

  /** One whose source was asked for its first item. */
  reading(id = 1): Call {
    const call = this.sent(id);
    this.upstreams.resume();
    return call;
  }
}

const text = (length: number) => JSON.stringify("x".repeat(length - 2));
const stateOf = (call: Call) => call.upstream!.state.name;

describe("an upstream of ours", () => {
  it("is asked for nothing before its call is written, and then for one item after the other", () => {
    const desk = new Desk();
    const call = desk.sent(1);
    expect([stateOf(call), desk.asked]).toEqual(["paused", []]);
    desk.upstreams.resume();
    desk.upstreams.supply(call, "1");
    expect([stateOf(call), desk.asked, desk.said]).toEqual([
      "reading",
      ["read call 1", "read call 1"],
      ["[7,1,null,1]"],
    ]);
  });

  it("holds an item that has no credit, and reads on when it has", () => {
    const desk = new Desk();
    const call = desk.reading();
    for (const length of [480, 480]) desk.upstreams.supply(call, text(length));
    expect([stateOf(call), desk.said.length, desk.asked.length]).toEqual(["paused", 2, 2]);
    expect(desk.upstreams.credit(call, 1_100)).toBeUndefined();
    desk.upstreams.supply(call, text(100));
    expect([stateOf(call), desk.said.length]).toEqual(["held", 2]);
    desk.upstreams.credit(call, 1_536);
    expect([stateOf(call), desk.said.length]).toEqual(["reading", 3]);
  });

  it.each([
    [2_048, undefined],
    [2_049, "tooManyBytesOfCredit"],
  ])("that has sent 1,024 is granted %d: %s", (limit, wrong) => {
    const desk = new Desk();
    const call = desk.reading();
    for (const length of [480, 480]) desk.upstreams.supply(call, text(length));
    expect(desk.upstreams.credit(call, limit)?.name).toBe(wrong);
  });

  it("waits while much is to be sent, and sources go on in the order they stalled", () => {
    const desk = new Desk();
    desk.backlog = 100;
    const calls = [desk.reading(1), desk.reading(3)];
    expect([calls.map(stateOf), desk.asked]).toEqual([["paused", "paused"], []]);
    desk.backlog = 99;
    desk.upstreams.resume();
    expect(desk.asked).toEqual(["read call 1", "read call 3"]);
  });

  it("is complete with an end, after which nothing is heard of it", () => {
    const desk = new Desk();
    const call = desk.reading();
    desk.upstreams.exhausted(call);
    desk.upstreams.supply(call, "1");
    desk.upstreams.fault(call);
    expect([stateOf(call), desk.said, desk.failed]).toEqual(["closed", ["[8,1]"], []]);
  });

  it.each([
    [
      "that fails",
      (desk: Desk, call: Call) => desk.upstreams.fault(call),
      "ABORTED, the source of the upstream failed",
    ],
    [
      "with an item above half of upstreamBytes",
      (desk: Desk, call: Call) => desk.upstreams.supply(call, text(481)),
      "RESOURCE_EXHAUSTED, an item of the upstream is too large (limits.upstreamBytes)",
    ],
  ])("%s fails its call, and tells the other end no more than that", (_, act, failure) => {
    const desk = new Desk();
    act(desk, desk.reading());
    expect(desk.failed).toEqual([`call 1: ${failure}`]);
    const error = '{"code":"ABORTED","message":"the caller\'s source failed"}';
    expect(desk.said).toEqual(["withdraw 1", `[6,1,${error}]`]);
  });

  it("of which nobody wants more closes its source, once, and keeps its slot until its call has settled", () => {
    const desk = new Desk({ upstreams: 1 });
    const call = desk.reading();
    desk.upstreams.stop(call);
    desk.upstreams.stop(call);
    expect([desk.asked, desk.upstreams.hasSlot]).toEqual([["read call 1", "stop call 1"], false]);
    desk.upstreams.close(call);
    expect(desk.upstreams.hasSlot).toBe(true);
  });

  it("that was not read from begins again in another session, and its source is left alone", () => {
    const desk = new Desk({ upstreams: 1 });
    const call = desk.sent(1);
    desk.upstreams.rewind(call);
    expect([stateOf(call), desk.upstreams.hasSlot]).toEqual(["idle", true]);
    desk.upstreams.resume();
    desk.upstreams.close(call);
    expect([stateOf(call), desk.asked]).toEqual(["closed", []]);
  });
});
