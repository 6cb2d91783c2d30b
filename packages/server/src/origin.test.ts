import { describe, expect, it } from "vitest";
import { originCheck } from "./origin.js";

const host = "app.example";
const from = (origin: string | undefined, encrypted = true) => ({ origin, host, encrypted, local: false });

/** Origins that are not `https://app.example`, however much they look like it. */
const lookAlikes = [
  "https://app.example.evil.test",
  "https://evil-app.example",
  "https://evil.test/app.example",
  "https://sub.app.example",
  "https://app.example.",
  "https://APP.example",
  "HTTPS://app.example",
  "https://app.example:444",
  "http://app.example",
  "https://user@app.example",
  "https://app.example@evil.test",
  "https://app.example/",
  "https://app.example/path",
  "https://app.example https://evil.test",
  "https://app.example, https://evil.test",
  "https://аpp.example",
  "https://app.example\0",
  " https://app.example",
  "app.example",
  "null",
  "",
];

describe("H1: same-origin", () => {
  const mayConnect = originCheck("same-origin");

  it("lets in the page that calls the host it came from", () => {
    expect(mayConnect(from("https://app.example"))).toBe(true);
    expect(mayConnect(from("http://app.example", false))).toBe(true);
    expect(
      mayConnect({ origin: "http://localhost:3000", host: "localhost:3000", encrypted: false, local: false }),
    ).toBe(true);
    expect(mayConnect({ origin: "http://[::1]:3000", host: "[::1]:3000", encrypted: false, local: false })).toBe(true);
  });

  it("takes the default port and the letter case of Host as a browser does", () => {
    expect(mayConnect({ origin: "https://app.example", host: "App.Example:443", encrypted: true, local: false })).toBe(
      true,
    );
    expect(mayConnect({ origin: "http://app.example", host: "app.example:80", encrypted: false, local: false })).toBe(
      true,
    );
    expect(mayConnect({ origin: "https://app.example", host: "app.example:80", encrypted: true, local: false })).toBe(
      false,
    );
  });

  it.each(lookAlikes)("H3: refuses %j", (origin) => {
    expect(mayConnect(from(origin))).toBe(false);
  });

  it("H4: lets in what is not a browser", () => {
    expect(mayConnect(from(undefined))).toBe(true);
  });
});

describe("H1: an allow-list", () => {
  const mayConnect = originCheck(["https://app.example", "http://LOCALHOST:5173/", "https://b.example:443"]);

  it("lets in what is listed, as a browser writes it", () => {
    expect(mayConnect(from("https://app.example"))).toBe(true);
    expect(mayConnect(from("http://localhost:5173"))).toBe(true);
    expect(mayConnect(from("https://b.example"))).toBe(true);
    expect(mayConnect(from(undefined))).toBe(true);
  });

  it.each(lookAlikes)("H3: refuses %j", (origin) => {
    expect(mayConnect(from(origin))).toBe(false);
  });

  it("refuses the server's own origin unless it is listed", () => {
    expect(mayConnect({ origin: "http://localhost", host: "localhost", encrypted: false, local: false })).toBe(false);
  });

  it("H2: lets in null only where it is listed", () => {
    expect(mayConnect(from("null"))).toBe(false);
    expect(originCheck(["null"])(from("null"))).toBe(true);
  });

  it("takes the origins of apps as they are", () => {
    const apps = originCheck(["tauri://localhost", "chrome-extension://abcdef"]);
    expect(apps(from("tauri://localhost"))).toBe(true);
    expect(apps(from("chrome-extension://abcdef"))).toBe(true);
    expect(apps(from("chrome-extension://other"))).toBe(false);
  });

  it.each([
    "app.example",
    "https://app.example/path",
    "https://user@app.example",
    "https://*.example",
    "",
    "about:blank",
  ])("does not start with %j", (listed) => {
    expect(() => originCheck([listed])).toThrow(TypeError);
  });

  it("does not start with a string that is not a rule", () => {
    expect(() => originCheck("https://app.example" as "*")).toThrow(/same-origin/);
  });
});

describe("H3: against a reference", () => {
  it("agrees with exact comparison of scheme, host and port on 100,000 generated origins", () => {
    const pick = generator(7);
    const mayConnect = originCheck(["https://app.example", "http://localhost:3000"]);
    let admitted = 0;
    for (let round = 0; round < 100_000; round++) {
      const scheme = pick(["https", "http", "ws", "HTTPS", "https:", "file"]);
      const name = pick([
        "app.example",
        "localhost",
        "app.example.",
        "xapp.example",
        "app.example.x",
        "[::1]",
        "a@app.example",
      ]);
      const port = pick(["", "", "", ":443", ":80", ":3000", ":03000", ":3000 "]);
      const origin = `${scheme}://${name}${port}${pick(["", "", "", "/", "#", "?"])}`;
      const exact = origin === "https://app.example" || origin === "http://localhost:3000";
      if (exact) admitted++;
      if (mayConnect(from(origin)) !== exact) throw new Error(`${origin} should ${exact ? "" : "not "}be let in`);
    }
    expect(admitted).toBeGreaterThan(100);
  });
});

/** Picks by a small linear congruential generator, the same each run. */
function generator(seed: number): <Item>(items: readonly Item[]) => Item {
  let state = seed;
  return <Item>(items: readonly Item[]): Item => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return items[(state >>> 8) % items.length] as Item;
  };
}

describe("H5: over loopback, same-origin", () => {
  const mayConnect = originCheck("same-origin");
  const to = (name: string, local = true) =>
    mayConnect({ origin: `http://${name}`, host: name, encrypted: false, local });

  it.each([
    "localhost",
    "localhost:3000",
    "LOCALHOST:3000",
    "app.localhost:3000",
    "127.0.0.1:3000",
    "127.9.9.9",
    "[::1]:3000",
  ])("is a page of %s", (name) => {
    expect(mayConnect({ origin: `http://${name.toLowerCase()}`, host: name, encrypted: false, local: true })).toBe(
      true,
    );
  });

  it.each(["evil.test:3000", "localhost.evil.test", "127.0.0.1.evil.test", "evillocalhost", "10.0.0.1", "[::2]"])(
    "is no page of %s, which a name server may lead to this machine",
    (name) => {
      expect(to(name)).toBe(false);
      // Elsewhere it is as good as any other name.
      expect(to(name, false)).toBe(true);
    },
  );

  it("stays out of what a list says, and of programs, which are no pages", () => {
    const claim = { origin: "https://app.example", host: "app.example", encrypted: false, local: true };
    expect(originCheck(["https://app.example"])(claim)).toBe(true);
    expect(mayConnect({ ...claim, origin: undefined })).toBe(true);
  });
});
