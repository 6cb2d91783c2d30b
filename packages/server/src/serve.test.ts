import { defineContract, query } from "@trunkline/core";
import { VirtualClock } from "@trunkline/core/simulation";
import { expect, it } from "vitest";
import { Caller, hello, settle } from "../test/caller.js";
import { implement } from "./define.js";
import { serve } from "./serve.js";

const app = implement(defineContract({ held: query({}) })).context<{ readonly user: string }>();

it("a server that listens is asked and told what the server behind it is", async () => {
  const clock = new VirtualClock();
  const releases: (() => void)[] = [];
  const router = app.router({ held: () => new Promise<void>((resolve) => releases.push(resolve)) });
  const listening = await serve(router, {
    clock,
    context: ({ auth }) => ({ user: String(auth) }),
    identity: ({ user }) => user,
    limits: { handlers: 1 },
  });
  const counts = () => [listening.connections.size, listening.running, listening.waiting, listening.abandoned];
  expect([listening.state, ...counts()]).toEqual(["serving", 0, 0, 0, 0]);

  const ada = new Caller();
  listening.server.accept(ada.line);
  ada.line.hear(hello({ auth: "ada", caches: true }));
  await settle(clock);
  const begun = ada.call("held");
  ada.call("held");
  await settle(clock);
  expect(counts()).toEqual([1, 2, 1, 0]);
  expect(listening.connectionsOf("ada")).toEqual([...listening.connections]);
  expect(listening.connectionsOf("grace")).toEqual([]);

  listening.invalidate(["room:a"]);
  await settle(clock);
  expect(ada.line.sent.filter((text) => text.includes("invalidate"))).toEqual(['["invalidate",{"tags":["room:a"]}]']);

  ada.cancel(begun); // and the handler does not listen to that
  await settle(clock);
  expect(listening.abandoned).toBe(1);
  expect([listening.revoke("grace"), listening.revoke("ada")]).toEqual([0, 1]);
  expect(listening.connections.size).toBe(0);

  for (const release of releases) release();
  await settle(clock);
  await listening.close();
  expect([listening.state, ...counts()]).toEqual(["closed", 0, 0, 0, 0]);
});
