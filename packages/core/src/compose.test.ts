import { describe, expect, it } from "vitest";
import { compose, type Layer } from "./compose.js";

describe("compose", () => {
  const mark =
    (name: string): Layer<string, string> =>
    (request, next) =>
      `${name}(${next(`${request}>${name}`)})`;

  it("is the core alone without layers", () => {
    expect(compose([], (request: string) => `${request}!`)("r")).toBe("r!");
  });

  it("puts the first layer outermost, on the way in and on the way out", () => {
    expect(compose([mark("a"), mark("b")], (request) => `[${request}]`)("r")).toBe("a(b([r>a>b]))");
  });

  it("lets a layer refuse, or ask again", () => {
    const refuse: Layer<string, string> = () => "no";
    const twice: Layer<string, string> = (request, next) => next(request) + next(request);
    expect(compose([mark("a"), refuse, mark("b")], () => "core")("r")).toBe("a(no)");
    expect(compose([twice], (request) => request)("r")).toBe("rr");
  });

  it("lets what is thrown through", () => {
    const fail = () => {
      throw new RangeError("core");
    };
    expect(() => compose([mark("a")], fail)("r")).toThrow(RangeError);
  });
});
