/** The bugs that must be seen in worlds, beside those of `table.ts`, which bare conversations show. */
import * as households from "./households.js";
import type { Mutant } from "./table.js";
import { resetBackoffOnOpen } from "./time.js";

export type WorldMutant = Omit<Mutant, "run">;

type Row = readonly [WorldMutant["name"], WorldMutant["breaks"], WorldMutant["caughtBy"], WorldMutant["plant"]];

const rows: readonly Row[] = [
  ["a drain drops the streams", "streams move", ["I10"], households.dropStreamsInDrain],
  ["a drain hangs up", "a drain fails no call", ["I15"], households.hangUpAfterGoodbye],
  ["what is in flight is handed over", "a handler starts at most once", ["I2"], households.handOverInFlight],
  ["token not rotated", "a token is used once", ["I12"], households.keepTokens],
  ["a stranger's session resumed", "two clients never share a session", ["I12", "I7"], households.resumeAnybodys],
  ["revoke forgets detached sessions", "`revoke` ends all of an identity", ["I9"], households.revokeAttachedOnly],
  ["detached sessions never end", "`resumeMs`", ["I6", "I10"], households.neverEndDetached],
  ["detached sessions give no way", "`detachedSessions`", ["I6"], households.makeNoRoom],
  ["renewed credentials expire all the same", "a renewal prolongs", ["I10"], households.keepExpiry],
  ["a follower misses an entry", "every hole is reported", ["I4", "I10"], households.followFromNowOn],
  ["an ended session aborts nothing", "handlers learn that nobody waits", ["I9"], households.forgetHandlers],
  ["the dialer forgets its attempts on open", "attempts count until stable", ["I11"], resetBackoffOnOpen],
];

export const worldMutants: readonly WorldMutant[] = rows.map(([name, breaks, caughtBy, plant]) => ({
  name,
  breaks,
  caughtBy,
  plant,
}));
