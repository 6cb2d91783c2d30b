/** Bugs that only a world of whole servers and whole clients can see: in sessions, hand-overs, credentials and topics. */
import { IncomingCalls, OutgoingCall, Peer } from "@trunkline/core/internal";
import { MemoryBackplane } from "@trunkline/server";
import { Credentials, Detached, ServerConnection, Sessions } from "@trunkline/server/internal";
import { patch, patchGetter, patchInputs } from "./plant.js";

/** The peer that goes on gets the calls that wait, and none of the streams. */
export function dropStreamsInDrain(): void {
  patch(Peer.prototype, "adopt", (adopt) => {
    return function (this: Peer, calls) {
      adopt.call(
        this,
        calls.filter(({ window }) => window === undefined),
      );
    };
  });
}

/** What is in flight, and finishes where it is, is handed over with the rest. */
export function handOverInFlight(): void {
  let handingOver = false;
  patchGetter(OutgoingCall.prototype, "repeatable", (original) => handingOver || original());
  patchInputs((input) => {
    handingOver = input.type === "handOver";
    return handingOver ? ({ ...input, lost: true } as typeof input) : input;
  });
}

/** A welcome to a resumed session says the token that was used. */
export function keepTokens(): void {
  patch(Sessions.prototype, "resume", (resume) => {
    return function (this: Sessions, token, identity) {
      const resumed = resume.call(this, token, identity);
      return resumed === undefined ? undefined : { ...resumed, token };
    };
  });
}

export function revokeAttachedOnly(): void {
  patch(Sessions.prototype, "of", (of) => {
    return function (this: Sessions, identity) {
      return of.call(this, identity).filter(({ attached }) => attached);
    };
  });
}

/** A session is resumed by whoever is next, if the token is unknown. */
export function resumeAnybodys(): void {
  const latest = new WeakMap<Sessions, string>();
  patch(Sessions.prototype, "enter", (enter) => {
    return function (this: Sessions, connection, identity) {
      const token = enter.call(this, connection, identity);
      latest.set(this, token);
      return token;
    };
  });
  patch(Sessions.prototype, "resume", (resume) => {
    return function (this: Sessions, token, identity) {
      return resume.call(this, token, identity) ?? resume.call(this, latest.get(this) ?? "", identity);
    };
  });
}

/** What is appended between a read of the log and the follow after it is not heard. */
export function followFromNowOn(): void {
  patch(MemoryBackplane.prototype, "follow", (follow) => {
    return function (this: MemoryBackplane, topic, _after, follower) {
      const { epoch, end } = this.read(topic, { limit: 0 });
      return follow.call(this, topic, { epoch, offset: end }, follower);
    };
  });
}

export function neverEndDetached(): void {
  patch(Detached.prototype, "add", () => () => {});
}

/** No session gives way to those that were detached after it. */
export function makeNoRoom(): void {
  patch(ServerConnection.prototype, "end", (end) => {
    return function (this: ServerConnection, ending) {
      if (!ending.detail.includes("limits.detachedSessions")) end.call(this, ending);
    };
  });
}

/** Credentials that were renewed expire when those before them would have. */
export function keepExpiry(): void {
  const first = new WeakMap<Credentials, number>();
  patch(Credentials.prototype, "hold", (hold) => {
    return function (this: Credentials, guest) {
      const expiresAt = first.get(this) ?? guest.expiresAt;
      if (expiresAt !== undefined) first.set(this, expiresAt);
      hold.call(this, { ...guest, expiresAt });
    };
  });
}

/** Handlers whose session has ended are not told. */
export function forgetHandlers(): void {
  patch(IncomingCalls.prototype, "end", () => () => {});
}

/** A server says goodbye and hangs up. */
export function hangUpAfterGoodbye(): void {
  patch(ServerConnection.prototype, "goodbye", (goodbye) => {
    return function (this: ServerConnection, spreadMs) {
      goodbye.call(this, spreadMs);
      this.end({ close: "restart", detail: "the server drains" });
    };
  });
}
