/** What waits to be sent and is no frame yet: a call of ours, or a join. Each becomes one where it belongs. */
import type { EncodedFrame } from "../protocol/blob.js";
import type { AnsweredCalls } from "./incoming-words.js";
import type { JoinNotice } from "./joined-streams.js";
import { OutgoingCall } from "./outgoing-call.js";
import type { OutgoingCalls } from "./outgoing-calls.js";
import type { Deferral } from "./session.js";

/** Either is undefined as long as nothing of it waits. */
export class Departures<Sink, Work> implements Deferral<OutgoingCall<Sink> | JoinNotice> {
  outgoing: OutgoingCalls<Sink> | undefined;
  incoming: AnsweredCalls<Work> | undefined;

  render(waiting: OutgoingCall<Sink> | JoinNotice, now: number, inParts: boolean): EncodedFrame | undefined {
    if (waiting instanceof OutgoingCall) return this.outgoing?.render(waiting, now, inParts);
    return this.incoming?.render(waiting);
  }

  departed(waiting: OutgoingCall<Sink> | JoinNotice): void {
    if (waiting instanceof OutgoingCall) this.outgoing?.departed(waiting);
  }
}
