/** What a program may throw beside proper errors, for tests of whoever catches it. */

/** Everything a hook or a handler might throw, by name: a test runner cannot show some of it. */
export const strangers: ReadonlyMap<string, unknown> = new Map<string, unknown>([
  ["an Error", new Error("canary")],
  ["a string", "canary"],
  ["null", null],
  ["undefined", undefined],
  ["a number", 0],
  ["a bigint", 1n],
  ["a symbol", Symbol("canary")],
  ["a Response", new Response("canary", { status: 401 })],
  ["an object without a prototype", Object.assign(Object.create(null), { message: "canary" })],
  [
    "an Error whose getters throw",
    Object.defineProperties(new Error("canary"), {
      // First: to replace it, the platform works it out, and reads the others.
      stack: { get: refuse },
      message: { get: refuse },
      name: { get: refuse },
      code: { get: refuse },
    }),
  ],
  ["a proxy whose traps throw", new Proxy({}, { get: refuse, getPrototypeOf: refuse, has: refuse })],
  ["a revoked proxy", revoked()],
  [
    "an error as axios throws it",
    Object.assign(new Error("canary"), { config: { headers: { Authorization: "canary" } } }),
  ],
  ["a frozen error with a cause", Object.freeze(new Error("canary", { cause: new Error("canary") }))],
]);

function refuse(): never {
  throw new Error("canary");
}

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}
