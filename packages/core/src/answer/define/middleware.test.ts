import { describe, expect, it } from "vitest";
import { defineContract } from "../../call/define-contract.js";
import { query, subscription } from "../../contract/procedure.js";
import { RpcError } from "../../error/rpc-error.js";
import type { RunningArgs } from "./handler.js";
import { implement } from "./implement.js";

interface Context {
  readonly user?: string;
}

const list = query({});
const messages = subscription({});
const app = implement(defineContract({ list, messages })).context<Context>();

/** A call as a server would make it: members are worked out when they are read, from private state. */
class Call implements RunningArgs {
  readonly context: unknown;
  readonly #signal = new AbortController().signal;
  signalsRead = 0;
  readonly input = "input";
  readonly upstream = undefined;
  readonly deadline = 5_000;
  readonly meta = { trace: "t" };
  readonly connection = { id: "c1" };
  readonly path = "list";
  readonly procedure = list;
  readonly errors = {};
  readonly lastEventId = "7";

  constructor(context: unknown) {
    this.context = context;
  }

  get signal(): AbortSignal {
    this.signalsRead++;
    return this.#signal;
  }
}

/** Runs a wrapped handler, past what only the compiler knows of it. */
const run = (handler: unknown, context: Context = {}, call = new Call(context)): unknown =>
  (handler as (args: RunningArgs) => unknown)(call);

const signedIn = app.middleware(({ context, next, fail }) =>
  context.user === undefined ? fail("UNAUTHENTICATED", "sign in first") : next({ user: context.user }),
);

describe("a middleware", () => {
  it("adds to the context that the handler sees, and leaves the one it was given alone", () => {
    const context = { user: "ada", ip: "::1" };
    const admin = app.middleware(({ next }) => next({ admin: true }));
    expect(
      run(
        admin((args: { context: unknown }) => args.context as never),
        context,
      ),
    ).toEqual({
      user: "ada",
      ip: "::1",
      admin: true,
    });
    expect(context).toEqual({ user: "ada", ip: "::1" });
  });

  it("passes the call on untouched when it adds nothing", () => {
    const call = new Call({});
    const through = app.middleware(({ next }) => next());
    expect(
      run(
        through((args) => args as never),
        {},
        call,
      ),
    ).toBe(call);
  });

  it("passes on every member of the call beside another context", () => {
    const call = new Call({ user: "ada" });
    const read = run(
      signedIn(({ input, signal, deadline, meta, connection, path, procedure, errors, lastEventId }) => {
        return { input, signal, deadline, meta, connection, path, procedure, errors, lastEventId } as never;
      }),
      {},
      call,
    );
    const { input, signal, deadline, meta, connection, path, procedure, errors, lastEventId } = call;
    expect(read).toEqual({ input, signal, deadline, meta, connection, path, procedure, errors, lastEventId });
  });

  it("reads nothing of the call that nobody asked for", () => {
    const call = new Call({ user: "ada" });
    run(
      signedIn(({ context }) => void context),
      {},
      call,
    );
    expect(call.signalsRead).toBe(0);
  });

  it("sees the call and the procedure it is for", () => {
    let seen: unknown;
    const curious = app.middleware(({ context, next, meta, connection, signal, path, procedure, deadline }) => {
      seen = {
        context,
        meta,
        connection,
        aborted: signal.aborted,
        path,
        kind: procedure.kind,
        deadline,
      };
      return next();
    });
    run(curious(() => {}));
    expect(seen).toEqual({
      context: {},
      meta: { trace: "t" },
      connection: { id: "c1" },
      aborted: false,
      path: "list",
      kind: "query",
      deadline: 5_000,
    });
  });

  it("refuses a call with a standard code, and the handler does not run", () => {
    let ran = false;
    const handler = signedIn(() => {
      ran = true;
    });
    expect(() => run(handler)).toThrow(RpcError);
    expect(() => run(handler)).toThrow(expect.objectContaining({ code: "UNAUTHENTICATED", message: "sign in first" }));
    expect(ran).toBe(false);
  });

  it("refuses a call with a code it declares", () => {
    const banned = app.middleware({ errors: { BANNED: null } }, ({ errors }) => {
      throw errors.BANNED();
    });
    expect(() => run((banned as unknown as (handler: unknown) => unknown)(() => {}))).toThrow(
      expect.objectContaining({ code: "BANNED", data: undefined }),
    );
  });

  it("starts the handler at most once, however often it calls next", () => {
    let started = 0;
    const twice = app.middleware(({ next }) => {
      next();
      return next();
    });
    expect(() => run(twice(() => void started++))).toThrow(
      "list: expected next() to be called once, but it was called",
    );
    expect(started).toBe(1);
  });

  it("sees what the handler throws", () => {
    const translating = app.middleware(({ next, fail }) => {
      try {
        return next();
      } catch {
        return fail("ABORTED");
      }
    });
    const handler = translating(() => {
      throw new Error("conflict");
    });
    expect(() => run(handler)).toThrow(expect.objectContaining({ code: "ABORTED" }));
  });
});

describe("middleware built on middleware", () => {
  it("runs from the outside in and back, and sees the context of what is around it", async () => {
    const order: string[] = [];
    const outer = app.middleware(async ({ next }) => {
      order.push("outer");
      const passed = await next({ from: "outer" });
      order.push("outer after");
      return passed;
    });
    const inner = outer.middleware(({ context, next }) => {
      order.push(`inner ${context.from}`);
      return next({ from: `${context.from} and inner` });
    });
    const handler = inner(({ context }) => void order.push(context.from));
    await run(handler);
    expect(order).toEqual(["outer", "inner outer", "outer and inner", "outer after"]);
  });

  it("nests when it is written nested", () => {
    const one = app.middleware(({ next }) => next({ one: 1 }));
    const two = app.middleware(({ next }) => next({ two: 2 }));
    expect(run(one(two((args: { context: unknown }) => args.context as never)))).toEqual({ one: 1, two: 2 });
  });
});

describe("no promise is made for what is synchronous:", () => {
  it("the handler's value comes back as it is, through any number of steps", () => {
    const value = {};
    const admin = signedIn.middleware(({ next }) => next({ admin: true }));
    expect(
      run(
        admin(() => value as never),
        { user: "ada" },
      ),
    ).toBe(value);
  });

  it("the handler's promise comes back as it is", () => {
    const promise = Promise.resolve();
    expect(
      run(
        signedIn(() => promise),
        { user: "ada" },
      ),
    ).toBe(promise);
  });

  it("a stream comes back as it is", async () => {
    const wrapped = app.handler(
      messages,
      signedIn(async function* () {
        yield;
      }),
    );
    const events: unknown[] = [];
    for await (const event of run(wrapped, { user: "ada" }) as AsyncIterable<unknown>) events.push(event);
    expect(events).toEqual([undefined]);
  });
});

describe("JavaScript is refused", () => {
  const untyped = app as unknown as { middleware(...given: unknown[]): (handler: unknown) => unknown };

  it("where a middleware is no function", () => {
    expect(() => untyped.middleware("signedIn")).toThrow("middleware: expected a function, but came string");
    expect(() => untyped.middleware()).toThrow("middleware: expected a function, but came undefined");
  });

  it("where something else than a handler is wrapped", () => {
    expect(() => untyped.middleware(() => {})({})).toThrow("middleware: expected a handler to wrap, but came object");
  });
});
