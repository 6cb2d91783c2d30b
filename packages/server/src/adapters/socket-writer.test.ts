import { describe, expect, it } from "vitest";
import { SocketWriter } from "./socket-writer.js";

const HIGH = 256 * 1024;
const bytes = (length: number) => new Uint8Array(length);

/** A WebSocket and the socket below it: both hold what they are given until it is taken. `did`: what was done, in order. */
function idle({ extensions = "" } = {}) {
  const did: string[] = [];
  const written: (() => void)[] = [];
  const socket = {
    writable: true,
    writableLength: 0,
    /** Takes at once all that is written. */
    fast: false,
    write(piece: Uint8Array, done?: () => void): boolean {
      did.push(`write ${piece.length}`);
      if (!socket.fast) socket.writableLength += piece.length;
      if (done !== undefined) written.push(done);
      return true;
    },
    cork: () => void did.push("cork"),
    uncork: () => void did.push("uncork"),
  };
  const webSocket = {
    readyState: 1,
    extensions,
    get bufferedAmount() {
      return socket.writableLength;
    },
    send(message: string | Uint8Array, done?: () => void): void {
      did.push(`send ${message.length}`);
      if (!socket.fast) socket.writableLength += message.length;
      if (done !== undefined) written.push(done);
    },
  };
  const writer = new SocketWriter(webSocket, socket, { drained: () => void did.push("drained") });
  /** The other end has read so much that this is left. */
  const left = (length: number) => {
    socket.writableLength = length;
    for (const done of written.splice(0)) done();
  };
  return { writer, webSocket, socket, did, left };
}

describe("a socket's writer", () => {
  it("is full above 256 KiB, and drained once when no more than that is left", () => {
    const { writer, did, left } = idle();
    expect(writer.send(bytes(HIGH))).toBe(true);
    expect(writer.send(bytes(1))).toBe(false);
    expect(writer.send(bytes(1))).toBe(false);
    left(HIGH + 1);
    expect(did).not.toContain("drained");
    writer.send(bytes(1));
    left(HIGH);
    expect(did.filter((what) => what === "drained")).toHaveLength(1);
  });

  it("is not full when the socket takes at once what is large", () => {
    const { writer, socket, did, left } = idle();
    socket.fast = true;
    expect(writer.send(bytes(HIGH + 1))).toBe(true);
    expect(writer.sendPieces([bytes(HIGH), bytes(1)])).toBe(true);
    left(0);
    expect(did).not.toContain("drained");
  });

  it("is drained, once it was full, though what is written meanwhile is taken at once", () => {
    const { writer, socket, did, left } = idle();
    expect(writer.send(bytes(HIGH + 1))).toBe(false);
    socket.writableLength = 0;
    socket.fast = true;
    expect(writer.send(bytes(HIGH + 1))).toBe(true);
    left(0);
    expect(did.at(-1)).toBe("drained");
  });

  it("writes nothing where nobody is, and is not full", () => {
    const { writer, webSocket, did } = idle();
    webSocket.readyState = 2;
    expect([writer.isOpen, writer.send(bytes(HIGH + 1))]).toEqual([false, true]);
    expect(did).toEqual([]);
  });

  it("writes large pieces one after the other, past the WebSocket, and small ones in one message", () => {
    const { writer, did } = idle();
    writer.sendPieces([bytes(100), bytes(16 * 1024)]);
    writer.sendPieces([bytes(100), bytes(100)]);
    expect(did).toEqual(["cork", "write 4", "write 100", "write 16384", "uncork", "send 200"]);
  });

  it("is full above 256 KiB of pieces, too", () => {
    const { writer, did, left } = idle();
    expect(writer.sendPieces([bytes(1), bytes(HIGH)])).toBe(false);
    left(0);
    expect(did.at(-1)).toBe("drained");
  });

  it("frames once what many are sent", () => {
    const { writer, did } = idle();
    const message = { text: "shared", bytes: 6, framed: undefined as Uint8Array | undefined };
    writer.sendShared(message);
    const { framed } = message;
    writer.sendShared(message);
    expect([did, message.framed === framed]).toEqual([["write 8", "write 8"], true]);
  });

  it("never goes past a WebSocket that compresses, or holds back what was sent before", () => {
    const message = { text: "shared", bytes: 6, framed: undefined };
    const compressing = idle({ extensions: "permessage-deflate" });
    compressing.writer.sendShared(message);
    compressing.writer.sendPieces([bytes(16 * 1024)]);
    expect(compressing.did).toEqual(["send 6", "send 16384"]);
    const holding = idle();
    Object.defineProperty(holding.webSocket, "bufferedAmount", { value: 1 });
    holding.writer.sendShared(message);
    holding.writer.sendPieces([bytes(16 * 1024)]);
    expect(holding.did).toEqual(["send 6", "send 16384"]);
  });
});
