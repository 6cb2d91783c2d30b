/**
 * Everything at once, under limits that are drawn at random and often tight: each act has its right answer or an honest
 * refusal, none hangs, and when all is over the server holds nothing. The real client, the real server, and a line that
 * is cut; only the sockets are missing.
 */
import { implement, queryCache } from "@trunkline/client";
import { RpcError } from "@trunkline/core";
import { Random } from "@trunkline/core/simulation";
import { createTestClient } from "@trunkline/testing";
import { describe, expect, it } from "vitest";
import { acts } from "./acts.js";
import { answers, openRouter, pause, person } from "./contract.js";

const ACTS_EACH = 30;

function limitsBy(random: Random) {
  const shared = {
    calls: random.pick([2, 8, 64]),
    upstreams: random.pick([1, 2, 16]),
    upstreamBytes: random.pick([1_024, 4_096, 65_536]),
    creditEvents: random.pick([1, 4, 32]),
    creditMaxEvents: random.pick([4, 64]),
    messageBytes: random.pick([65_536, 1_048_576]),
    batchFrames: random.pick([16, 1_000]),
    replayBytes: random.pick([1_024, 16_384, 65_536, 262_144]),
  };
  const own = { handlers: random.pick([1, 2, 4, 256]), subscriptions: random.pick([3, 8, 64]), queueMs: 60_000 };
  return { shared, server: { ...shared, ...own } };
}

/** What may become of an act besides its right answer: it was refused for want of room, or cut off unanswered. */
function isHonest(error: unknown): boolean {
  if (!(error instanceof RpcError)) return false;
  return error.code === "RESOURCE_EXHAUSTED" || (error.code === "UNAVAILABLE" && error.outcome === "unknown");
}

describe("a client that does everything at once", () => {
  it.each([1, 2, 3, 4, 5, 6])(
    "has the right answers, and leaves nothing behind: seed %i",
    { timeout: 60_000 },
    async (seed) => {
      const random = new Random(seed);
      const { shared, server } = limitsBy(random);
      const reported: unknown[] = [];
      await using test = createTestClient(openRouter(), {
        limits: server,
        onError: (report) => void reported.push(report),
        client: {
          limits: shared,
          serve: implement(person).router(answers(random.pick([0, 2]))),
          cache: queryCache(),
          onError: (error) => void reported.push(error),
        },
      });
      const said = { last: 0 };
      const wrong: string[] = [];
      let isOver = false;
      const cutting = (async () => {
        while (!isOver) {
          await pause(random.between(5, 40));
          if (random.next() < 0.4) test.cut();
          if (random.next() > 0.1) continue;
          test.setOnline(false);
          await pause(random.between(1, 20));
          test.setOnline(true);
        }
      })();
      const actor = async (chance: Random) => {
        for (let done = 0; done < ACTS_EACH; done++) {
          const name = chance.pick(Object.keys(acts));
          const stage = {
            client: test.client,
            random: chance,
            upstreamBytes: server.upstreamBytes,
            next: () => ++said.last,
          };
          await acts[name]!(stage).catch((error: unknown) => isHonest(error) || wrong.push(`${name}: ${error}`));
        }
      };
      await Promise.all(Array.from({ length: random.pick([1, 8, 24]) }, () => actor(random.fork())));
      isOver = true;
      await cutting;
      expect([wrong, reported]).toEqual([[], []]);
      await expect.poll(() => [test.server.running, test.server.waiting, test.server.abandoned]).toEqual([0, 0, 0]);
    },
  );
});
