/** What everybody in a world has at hand. */
import type { Random, VirtualClock } from "@trunkline/core/simulation";
import type { SharedBackplane } from "./backplane.js";
import type { Calm } from "./calm.js";
import type { Ledger } from "./ledger.js";
import type { Swarm } from "./swarm.js";

export interface Stage {
  readonly clock: VirtualClock;
  readonly ledger: Ledger;
  readonly swarm: Swarm;
  readonly backplane: SharedBackplane;
  readonly calm: Calm;
  /** While it is so, calls are made and harm is done, and programs are as slow as the seed likes. */
  busy: boolean;
  /** Chance of its own for whoever asks. */
  fork(): Random;
}
