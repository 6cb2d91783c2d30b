import { RpcError } from "@trunkline/core";
import { VirtualClock } from "@trunkline/core/simulation";
import { describe, expect, it } from "vitest";
import { Credentials } from "./credentials.js";
import type { Guest } from "./guest.js";

/** Credentials whose hook is in the hands of the test. */
function setUp() {
  const clock = new VirtualClock();
  const said: string[] = [];
  const verdicts: { readonly auth: unknown; readonly signal: AbortSignal; settle(guest: Guest | Error): void }[] = [];
  const credentials = new Credentials({
    clock,
    judge: (auth, signal) =>
      new Promise((resolve, reject) => {
        verdicts.push({ auth, signal, settle: (made) => (made instanceof Error ? reject(made) : resolve(made)) });
      }),
    ask: () => said.push("ask"),
    accepted: ({ context }) => said.push(`accepted ${String(context)}`),
    refused: (close) => said.push(`refused ${close}`),
    report: (error) => said.push(`reported ${String(error)}`),
  });
  const guest = (leftMs: number | undefined, context = "first", identity = "ada"): Guest => {
    return { context, identity, expiresAt: leftMs === undefined ? undefined : clock.wallNow() + leftMs };
  };
  const settled = () => new Promise((resolve) => setImmediate(resolve));
  return { clock, credentials, said, verdicts, guest, settled };
}

describe("H18: a hook", () => {
  it("runs once at a time, however many credentials are brought, and judges the latest next", async () => {
    const { credentials, said, verdicts, guest, settled } = setUp();
    credentials.hold(guest(undefined));
    for (let auth = 1; auth <= 100; auth++) credentials.present(auth);
    expect(verdicts.map(({ auth }) => auth)).toEqual([1]);
    expect(verdicts[0]?.signal.aborted).toBe(true);
    verdicts[0]?.settle(guest(undefined, "late"));
    await settled();
    expect(verdicts.map(({ auth }) => auth)).toEqual([1, 100]);
    verdicts[1]?.settle(guest(undefined, "latest"));
    await settled();
    expect(said).toEqual(["accepted latest"]);
  });

  it("does not begin for credentials whose transport has gone meanwhile", async () => {
    const { credentials, verdicts, guest, settled } = setUp();
    credentials.hold(guest(undefined));
    credentials.present(1);
    credentials.present(2);
    credentials.drop();
    verdicts[0]?.settle(guest(undefined));
    await settled();
    expect(verdicts).toHaveLength(1);
    credentials.present(3);
    expect(verdicts).toHaveLength(2);
  });
});

describe("credentials", () => {
  it("without an expiry are never asked for", () => {
    const { clock, credentials, said, guest } = setUp();
    credentials.hold(guest(undefined));
    clock.advance(1e12);
    expect([said, clock.idle]).toEqual([[], true]);
  });

  it.each([
    [100_000, 70_000],
    [60_000, 30_000],
    [40_000, 20_000],
    [2, 1],
  ])("that hold for %d ms are asked for after %d, and end at their time", (leftMs, askedAfter) => {
    const { clock, credentials, said, guest } = setUp();
    credentials.hold(guest(leftMs));
    clock.advance(askedAfter - 1);
    expect(said).toEqual([]);
    clock.advance(1);
    expect(said).toEqual(["ask"]);
    clock.advance(leftMs - askedAfter);
    expect(said).toEqual(["ask", "refused expired"]);
    expect(clock.idle).toBe(true);
  });

  it("T3: of thirty days are not asked for at once", () => {
    const { clock, credentials, said, guest } = setUp();
    credentials.hold(guest(30 * 24 * 3_600_000));
    clock.advance(29 * 24 * 3_600_000);
    expect(said).toEqual([]);
  });

  it("that have expired already end at once", () => {
    const { clock, credentials, said, guest } = setUp();
    credentials.hold(guest(-1));
    clock.advance(0);
    expect(said).toEqual(["refused expired"]);
  });

  it("are renewed by others of the same identity, with an expiry of their own", async () => {
    const { clock, credentials, said, verdicts, guest, settled } = setUp();
    credentials.hold(guest(100_000));
    clock.advance(70_000);
    credentials.present("token");
    expect(verdicts[0]?.auth).toBe("token");
    verdicts[0]?.settle(guest(100_000, "second"));
    await settled();
    expect(said).toEqual(["ask", "accepted second"]);
    clock.advance(69_999);
    expect(said).toHaveLength(2);
    clock.advance(1);
    expect(said).toEqual(["ask", "accepted second", "ask"]);
  });

  it("H22: of another identity are refused as forbidden", async () => {
    const { credentials, said, verdicts, guest, settled } = setUp();
    credentials.hold(guest(100_000));
    credentials.present("token");
    verdicts[0]?.settle(guest(100_000, "second", "mallory"));
    await settled();
    expect(said).toEqual(["refused forbidden"]);
  });

  it.each([
    [new RpcError("UNAUTHENTICATED"), ["refused unauthenticated"]],
    [new RpcError("PERMISSION_DENIED"), ["refused forbidden"]],
    [new Error("database down"), ["reported Error: database down", "refused later"]],
  ])("that the hook refuses with %s close the connection", async (error, expected) => {
    const { credentials, said, verdicts, guest, settled } = setUp();
    credentials.hold(guest(100_000));
    credentials.present("token");
    verdicts[0]?.settle(error);
    await settled();
    expect(said).toEqual(expected);
  });

  it("that come while others are judged take their place: the latest count", async () => {
    const { credentials, said, verdicts, guest, settled } = setUp();
    credentials.hold(guest(100_000));
    credentials.present("one");
    credentials.present("two");
    expect(verdicts[0]?.signal.aborted).toBe(true);
    verdicts[0]?.settle(new RpcError("UNAUTHENTICATED"));
    await settled();
    verdicts[1]?.settle(guest(100_000, "second"));
    await settled();
    expect(said).toEqual(["accepted second"]);
  });

  it("expire even while others are judged, and those are too late", async () => {
    const { clock, credentials, said, verdicts, guest, settled } = setUp();
    credentials.hold(guest(1_000));
    clock.advance(900);
    credentials.present("token");
    clock.advance(100);
    expect(verdicts[0]?.signal.aborted).toBe(true);
    verdicts[0]?.settle(guest(100_000, "second"));
    await settled();
    expect(said).toEqual(["ask", "refused expired"]);
  });

  it("that are dropped say nothing more, and leave no alarm", async () => {
    const { clock, credentials, said, verdicts, guest, settled } = setUp();
    credentials.hold(guest(1_000));
    credentials.present("token");
    credentials.drop();
    verdicts[0]?.settle(guest(100_000, "second"));
    await settled();
    clock.advance(1e9);
    expect([said, clock.idle]).toEqual([[], true]);
  });
});
