/** The bugs that must be seen in worlds, beside those of `table.ts`, which bare conversations show. */
import * as cache from "./cache.js";
import * as callbacks from "./callbacks.js";
import { callEndedNotSent } from "./calls.js";
import * as households from "./households.js";
import { ignoreGenerations } from "./numbers.js";
import { mixUpParts } from "./parts.js";
import type { Mutant } from "./table.js";
import { ignoreSignsOfLife, resetBackoffOnOpen } from "./time.js";
import { neverMark } from "./topics.js";
import * as uploads from "./uploads.js";

export type WorldMutant = Omit<Mutant, "run">;

type Row = readonly [WorldMutant["name"], WorldMutant["breaks"], WorldMutant["caughtBy"], WorldMutant["plant"]];

const rows: readonly Row[] = [
  ["a drain drops the streams", "streams move", ["I10"], households.dropStreamsInDrain],
  ["a drain hangs up", "a drain fails no call", ["I15"], households.hangUpAfterGoodbye],
  ["what is in flight is handed over", "a handler starts at most once", ["I2"], households.handOverInFlight],
  ["token not rotated", "a token is used once", ["I12"], households.keepTokens],
  [
    "a stranger's session resumed",
    "two clients never share a session",
    ["I12", "I7", "I14"],
    households.resumeAnybodys,
  ],
  ["revoke forgets detached sessions", "`revoke` ends all of an identity", ["I9"], households.revokeAttachedOnly],
  ["detached sessions never end", "`resumeMs`", ["I6", "I10"], households.neverEndDetached],
  ["detached sessions give no way", "`detachedSessions`", ["I6"], households.makeNoRoom],
  ["renewed credentials expire all the same", "a renewal prolongs", ["I10"], households.keepExpiry],
  ["a follower misses an entry", "every hole is reported", ["I4", "I10"], households.followFromNowOn],
  ["a stream is not told where it begins", "what was opened misses nothing", ["I10"], neverMark],
  ["an ended session aborts nothing", "handlers learn that nobody waits", ["I9"], households.forgetHandlers],
  ["the dialer forgets its attempts on open", "attempts count until stable", ["I11"], resetBackoffOnOpen],
  ["a line that is whole passes for silent", "any byte is a sign of life", ["I15", "I10"], ignoreSignsOfLife],
  ["an older transport is listened to", "an older transport has no effect", ["I8", "I14"], ignoreGenerations],
  // Cache.
  ["a lost transport leaves the cache", "what is kept belongs to one transport", ["I16"], cache.keepAcrossTransports],
  ["an invalidation is not heeded", "what is taken back is not given", ["I16"], cache.ignoreInvalidations],
  ["an invalidation comes too late", "it is heard before what is answered later", ["I16"], cache.sayInvalidationsLate],
  ["answers do not grow old", "`maxAgeMs`", ["I16"], cache.neverGrowOld],
  // Upstreams.
  ["an upstream is read in two sessions", "a source is read once", ["I2", "I4"], uploads.sendReadUpstreamsAgain],
  ["a part of an upstream passes for the whole", "every hole is reported", ["I4"], uploads.takePartForWhole],
  ["an item is said again after a resume", "items come once", ["I4", "I14"], uploads.repeatLastItem],
  // Calls of servers.
  ["a client goes on with what was called off", "what is cancelled stops", ["I10"], callbacks.goOnUnwanted],
  [
    "connections of an identity are mixed",
    "a call is made to one session",
    ["I12", "I15", "I10"],
    callbacks.mixConnections,
  ],
  ["a client leaves whom it answers", "a drain fails no call", ["I15"], callbacks.leaveCallers],
  ["a lost session calls all not-sent", "`not-sent` means never started", ["I2"], callEndedNotSent],
  // Parts.
  ["parts change their bytes", "an answer is what was answered", ["I3", "I14"], mixUpParts],
];

export const worldMutants: readonly WorldMutant[] = rows.map(([name, breaks, caughtBy, plant]) => ({
  name,
  breaks,
  caughtBy,
  plant,
}));
