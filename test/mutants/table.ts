/**
 * The bugs that must be seen: each is planted in the real machines, one at a time, and the first world that goes wrong
 * must say which invariant it broke. A bug shows in more than one way, and chance decides which comes first.
 */
import { type Invariant, simulate } from "@trunkline/core/simulation";
import * as calls from "./calls.js";
import { simulateClock } from "./clock-world.js";
import { simulateDialer } from "./dialer-world.js";
import * as numbers from "./numbers.js";
import * as parts from "./parts.js";
import * as streams from "./streams.js";
import * as time from "./time.js";
import * as topics from "./topics.js";

export interface Mutant {
  readonly name: string;
  /** What it takes away. */
  readonly breaks: string;
  /** The invariants that may catch it. */
  readonly caughtBy: readonly Invariant[];
  plant(): void;
  /** Runs the world of one seed. */
  run(seed: number): unknown;
}

type Row = readonly [name: string, breaks: string, caughtBy: readonly Invariant[], plant: () => void];

const inWorld = (run: Mutant["run"], ...rows: readonly Row[]): Mutant[] =>
  rows.map(([name, breaks, caughtBy, plant]) => ({ name, breaks, caughtBy, plant, run }));

export const mutants: readonly Mutant[] = [
  ...inWorld(
    simulate,
    // Numbers.
    ["resume is one frame too early", "the resume range", ["I14"], () => numbers.resumeOff(-1)],
    ["resume is one frame too late", "the resume range", ["I14"], () => numbers.resumeOff(1)],
    [
      "resume is one frame too early, numbers unchecked",
      "the resume range and `seq`",
      ["I14", "I7", "I4"],
      () => {
        numbers.resumeOff(-1);
        numbers.acceptAnyNumber();
      },
    ],
    [
      "resume is one frame too late, numbers unchecked",
      "the resume range and `seq`",
      ["I10", "I4"],
      () => {
        numbers.resumeOff(1);
        numbers.acceptAnyNumber();
      },
    ],
    ["ack is one too high", "`ack ≤ sent`", ["I7"], numbers.acknowledgeOneTooMany],
    ["ack on parse", "what is acknowledged has been acted upon", ["I10", "I4"], numbers.acknowledgeOnParse],
    ["no generation check", "an older transport has no effect", ["I8"], numbers.ignoreGenerations],
    ["replay buffer without a bound", "`replayBytes`", ["I6"], numbers.unboundedReplay],
    // Streams.
    ["every fifth event dropped", "events are contiguous", ["I4", "I10"], streams.dropEveryFifthEvent],
    ["events change places", "events are in order", ["I4"], streams.reverseEvents],
    ["gap not reported", "every hole is reported", ["I4", "I10"], streams.hideGaps],
    ["producer ignores its credit", "events within credit", ["I5"], streams.produceWithoutCredit],
    ["credit lost while offline", "credit reaches the producer", ["I10"], streams.loseCreditOffline],
    ["additive credit outside numbering", "credit outlives its transport", ["I10"], streams.addCreditOutsideNumbering],
    ["low-water too early", "`outboundSoftBytes`: streams wait for room", ["I6"], streams.pullWithoutRoom],
    ["every fifth item dropped", "items of an upstream are contiguous", ["I4"], streams.dropEveryFifthItem],
    ["an item has another's bytes", "what is delivered is what was produced", ["I3"], streams.mixUpItemBytes],
    ["upstream ignores its credit", "items within credit", ["I5", "I14"], streams.sendItemsWithoutCredit],
    ["items taken grant nothing", "credit reaches the source", ["I10"], streams.grantNoMoreItems],
    ["source left open", "a source is closed with its call", ["I10"], streams.leaveSourcesOpen],
    // Topics.
    ["a reader's position is not heeded", "a topic goes on where its reader is", ["I14", "I4"], topics.ignorePositions],
    ["nobody asks where a reader stands", "what a transport loses is found", ["I14", "I10"], topics.neverAsk],
    ["a topic overtakes its join", "nothing is fed before its join", ["I14", "I10", "I4"], topics.feedBeforeJoin],
    ["credit of lost events is not given back", "credit is what has arrived", ["I10"], topics.keepLostCredit],
    ["a topic's messages are taken twice", "a message is taken where it belongs", ["I4", "I14"], topics.takeTwice],
    ["streams are not woken on a new transport", "what stood still goes on", ["I10"], topics.neverWake],
    // Parts.
    ["parts of a cancelled call are kept", "what nobody wants is not held", ["I10", "I14"], parts.keepUnwantedParts],
    [
      "what follows a large frame overtakes it",
      "events are in order",
      ["I3", "I4", "I10", "I14"],
      parts.overtakeLargeFrames,
    ],
    ["a call in parts is never called sent", "`not-sent` means never started", ["I2", "I10"], parts.callPartsNotSent],
    // Calls.
    ["mutation sent again without a session", "a handler starts at most once", ["I2", "I4"], calls.repeatEveryCall],
    ["call dispatched twice", "a handler starts at most once", ["I2"], () => calls.twice("request")],
    ["id reuse accepted", "an id means one call", ["I2"], calls.acceptUsedIds],
    ["answer delivered twice", "a call settles once", ["I1"], () => calls.twice("result")],
    ["answers change places", "an answer is its own call's", ["I3"], calls.mixUpResults],
    ["cancelled means not-sent", "`not-sent` means never started", ["I2"], calls.callItNotSent],
    ["cancel not heard", "what is cancelled stops", ["I10", "I14"], calls.ignoreCancels],
    ["cancel before start dropped", "what is cancelled stops", ["I10"], calls.ignoreEarlyCancels],
    ["slot freed on cancel", "running handlers are counted", ["I6"], calls.freeSlotOnCancel],
    ["waiting calls never released", "what waits goes when it can", ["I10"], calls.keepWaitingCalls],
    ["lost session aborts nothing", "handlers learn that nobody waits", ["I5", "I9", "I14"], calls.forgetToAbort],
    ["a session that ends forgets its own calls", "a server's calls settle", ["I10"], calls.forgetOwnCalls],
    ["a session that ends calls all not-sent", "`not-sent` means never started", ["I2"], calls.callEndedNotSent],
    ["late answer throws", "no exception leaves a machine", ["I13"], calls.throwOnLateAnswers],
    // Time.
    ["silence is never death", "a dead transport is noticed", ["I10"], time.neverNoticeSilence],
  ),
  ...inWorld(simulateDialer, [
    "backoff reset on open",
    "attempts count until stable",
    ["I11"],
    time.resetBackoffOnOpen,
  ]),
  ...inWorld(simulateClock, ["timeout above 2^31 ms", "alarms of any length", ["I10"], time.passLongDelays]),
];
