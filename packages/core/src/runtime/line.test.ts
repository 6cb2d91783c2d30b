import { describe, expect, it } from "vitest";
import { defaultLimits, peerLimits } from "../protocol/limits.js";
import type { SharedMessage, Transport, TransportListener } from "../transport.js";
import { Line } from "./line.js";

/** A transport that only notes what it is asked. */
class Wire implements Transport {
  readonly did: unknown[] = [];
  full = false;
  bytesReceived = 100;
  listener: TransportListener | undefined;

  send(message: string | Uint8Array): boolean {
    this.did.push(message);
    return !this.full;
  }

  ping(): void {
    this.did.push("ping");
  }

  close(code: number): void {
    this.did.push(code);
  }

  listen(listener: TransportListener): void {
    this.listener = listener;
  }
}

const terms = {
  ...{ resumed: true, received: 0, beatMs: undefined, silenceMs: 1_000 },
  peer: peerLimits(defaultLimits),
};

/** A line with its first transport; `heard`: what the machine and the owner are told, in order. */
function attached({ drained = () => {} } = {}) {
  const heard: unknown[] = [];
  const line: Line = new Line(
    { say: (input) => void heard.push(input.type === "attach" ? `attach ${input.generation}` : input) },
    {
      detached: (code) => void heard.push(`detached ${code}`),
      drained: () => {
        heard.push("drained");
        drained();
      },
    },
  );
  const wire = new Wire();
  line.attach(wire, terms);
  expect(heard.splice(0)).toEqual(["attach 1"]);
  return { line, wire, heard };
}

const shared = (): SharedMessage => ({ text: "shared", bytes: 6, framed: undefined });

describe("a line", () => {
  it("writes what was meant for its transport, and nothing that was meant for an earlier one", () => {
    const { line, wire } = attached();
    line.write("first", 1);
    const next = new Wire();
    line.attach(next, terms);
    line.write("late", 1);
    line.share(shared(), 1);
    line.write("second", 2);
    line.share(shared(), 2);
    expect([wire.did, next.did]).toEqual([
      ["first", 4409],
      ["second", "shared"],
    ]);
  });

  it("joins the pieces of a message for a transport that takes no pieces", () => {
    const { line, wire } = attached();
    line.write([Uint8Array.of(1), Uint8Array.of(2)], 1);
    expect(wire.did).toEqual([Uint8Array.of(1, 2)]);
  });

  it("gives pieces, and what is shared, as they are to a transport that takes them", () => {
    const { line, wire } = attached();
    const pieces = [Uint8Array.of(1), Uint8Array.of(2)];
    const message = shared();
    const taking = Object.assign(wire, {
      sendPieces: (given: unknown) => wire.did.push(given) > 0,
      sendShared: (given: unknown) => wire.did.push(given) > 0,
    });
    line.write(pieces, 1);
    line.share(message, 1);
    expect([taking.did[0] === pieces, taking.did[1] === message]).toEqual([true, true]);
  });

  it.each<[string, (line: Line) => void]>([
    ["a message", (line) => line.write("m", 1)],
    ["a shared message", (line) => line.share(shared(), 1)],
    ["what is said soon", (line) => line.saySoon("m")],
  ])("is congested from when %s fills it until it has drained", (_, say) => {
    const { line, wire, heard } = attached();
    wire.full = true;
    say(line);
    expect(line.congested).toBe(true);
    wire.listener?.drained();
    expect(line.congested).toBe(false);
    expect(heard).toEqual([
      { type: "congested", generation: 1, congested: true },
      "drained",
      { type: "congested", generation: 1, congested: false },
    ]);
  });

  it("stays congested when its owner fills it as soon as it has drained", () => {
    const { line, wire, heard } = attached({ drained: () => line.saySoon("more") });
    wire.full = true;
    line.write("m", 1);
    wire.listener?.drained();
    expect(line.congested).toBe(true);
    expect(heard.at(-1)).toEqual({ type: "congested", generation: 1, congested: true });
  });

  it("is confirmed by what arrives on its latest transport, even after that is gone", () => {
    const { line, wire, heard } = attached();
    const next = new Wire();
    line.attach(next, terms);
    wire.listener?.message("late");
    expect(line.confirmed).toBe(false);
    next.listener?.message("m");
    next.listener?.closed(1006, "");
    expect([line.confirmed, line.attached]).toEqual([true, false]);
    expect(heard).toContainEqual({ type: "message", generation: 2, data: "m" });
  });

  it("tells of a transport that is lost, once", () => {
    const { line, wire, heard } = attached();
    wire.listener?.closed(1006, "");
    wire.listener?.closed(1006, "");
    line.detach("normal");
    expect(heard).toEqual([{ type: "detach", generation: 1 }, "detached 1006"]);
  });

  it("tells its owner nothing of a transport that it let go", () => {
    const { line, wire, heard } = attached();
    line.detach("sessionGone");
    wire.listener?.closed(4410, "");
    expect([wire.did, heard]).toEqual([[4410], [{ type: "detach", generation: 1 }]]);
  });

  it("tells of nothing that an earlier transport still brings but messages, which name it", () => {
    const { line, wire, heard } = attached();
    line.attach(new Wire(), terms);
    heard.splice(0);
    wire.listener?.drained();
    wire.listener?.closed(1006, "");
    wire.listener?.message("late");
    expect(heard).toEqual([{ type: "message", generation: 1, data: "late" }]);
  });

  it("takes part of a message for a sign of life", () => {
    const { line, wire, heard } = attached();
    line.look();
    expect(heard).toEqual([]);
    wire.bytesReceived++;
    line.look();
    line.look();
    expect(heard).toEqual([{ type: "alive", generation: 1 }]);
  });
});
