/** What JavaScript may pass, where TypeScript would say no. */
import { defineContract, query } from "@trunkline/core";
import { describe, expect, it } from "vitest";
import { createClient as createPageClient } from "./browser.js";
import { createClient } from "./create-client.js";
import { implement } from "./define.js";
import { queryCache } from "./kept-answers.js";

const contract = defineContract({ ping: query({}) });
const router = implement(contract).router({ ping: () => {} });
const url = "ws://127.0.0.1:1/";

const made = (options: unknown) => () => createClient(contract, options as never).$connection.close();
const refused = (options: object) => expect(made({ url, ...options }));

describe("an option that is misspelt is refused, and the one that is meant is named:", () => {
  it.each([
    ["tiemoutMs", "timeoutMs"],
    ["timeout", "timeoutMs"],
    ["onerror", "onError"],
    ["interceptor", "interceptors"],
    ["Websocket", "WebSocket"],
    ["compresion", "compression"],
  ])("%s", (name, meant) => {
    refused({ [name]: undefined }).toThrow(
      new TypeError(`createClient has no option "${name}": did you mean "${meant}"?`),
    );
  });

  it("the address too, of which nothing else is said then", () => {
    expect(made({ ulr: url })).toThrow('createClient has no option "ulr": did you mean "url"?');
  });

  it("and what is told of compression", () => {
    refused({ compression: { tresholdBytes: 5 } }).toThrow('did you mean "thresholdBytes"?');
  });

  it("in a bundle for browsers as well", () => {
    expect(() => createPageClient(contract, { url, tiemoutMs: 5 } as never)).toThrow('did you mean "timeoutMs"?');
  });
});

describe("an option of another type is refused, with what was expected and what came:", () => {
  it.each([
    ["url", 5, "string or function", "number"],
    ["url", new URL(url), "string or function", "object"],
    ["auth", "x", "function", "string"],
    ["auth", null, "function", "null"],
    ["timeoutMs", "5", "positive number", "string"],
    ["timeoutMs", 0, "positive number", "0"],
    ["timeoutMs", -1, "positive number", "-1"],
    ["timeoutMs", Number.NaN, "positive number", "NaN"],
    ["interceptors", () => {}, "object", "function"],
    ["dedupe", "no", "boolean", "string"],
    ["cache", true, "object", "boolean"],
    ["serve", true, "object", "boolean"],
    ["onError", [], "function", "object"],
    ["onContractMismatch", false, "function", "boolean"],
    ["limits", 5, "object", "number"],
    ["WebSocket", {}, "function", "object"],
    ["compression", 5, "boolean or object", "number"],
    ["compression", null, "boolean or object", "null"],
    ["transport", {}, "function", "object"],
    ["clock", () => 0, "object", "function"],
    ["random", Symbol("chance"), "function", "symbol"],
  ])("%s: %o", (name, value, expected, came) => {
    refused({ [name]: value }).toThrow(new TypeError(`createClient: ${name}: expected ${expected}, but came ${came}`));
  });

  it("serve, that is no router", () => {
    for (const serve of [{}, contract]) refused({ serve }).toThrow("createClient: serve: expected a router");
  });
});

describe("what is right is taken:", () => {
  it.each([
    [
      "options that are undefined",
      Object.fromEntries(["auth", "timeoutMs", "cache", "serve", "limits", "random"].map((name) => [name, undefined])),
    ],
    ["the least of each", { interceptors: [], dedupe: false, limits: {}, compression: false, timeoutMs: 0.5 }],
    ["no deadline at all", { timeoutMs: Infinity }],
    ["what other functions made", { cache: queryCache(), serve: router, compression: { thresholdBytes: 5 } }],
    [
      "a WebSocket class with a member like a cache's",
      {
        WebSocket: Object.assign(() => {}, { create: () => {} }),
      },
    ],
    ["what is like no option", { logger: console, name: "a client", data: 5 }],
  ])("%s", (_, options) => {
    refused(options).not.toThrow();
  });

  it.each([
    ["frozen", Object.freeze({ url })],
    ["without a prototype", Object.assign(Object.create(null), { url })],
    [
      "with getters",
      {
        get url() {
          return url;
        },
      },
    ],
    ["that inherit them", Object.create({ url })],
  ])("options %s", (_, options) => {
    expect(made(options)).not.toThrow();
  });
});

it("what a getter throws is thrown", () => {
  const failure = new Error("no address yet");
  expect(
    made({
      get url() {
        throw failure;
      },
    }),
  ).toThrow(failure);
});

it.each([undefined, null, {}, { url: undefined }, { url: "" }, url])(
  "a client is not made without an address: %j",
  (options) => {
    expect(made(options)).toThrow(new TypeError("createClient expects { url }"));
  },
);
