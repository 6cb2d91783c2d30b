import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Victim } from "./keeper.js";

/** Binary messages whose lengths lie, large frames that never end or are none, and invalidations from clients. */
let victim: Victim;
beforeAll(async () => {
  victim = await Victim.open({ limits: { resumeMs: 100, valueBytes: 4 * 1024 * 1024 } });
});
afterAll(() => victim[Symbol.asyncDispose]());

const MiB = 1024 * 1024;

/** A binary message. `length`: in place of the JSON's own. */
function binary(json: unknown, rest: string | Buffer = "", length?: number): Buffer {
  const text = Buffer.from(typeof json === "string" ? json : JSON.stringify(json));
  const head = Buffer.alloc(4);
  head.writeUInt32BE(length ?? text.length);
  return Buffer.concat([head, text, Buffer.from(rest)]);
}

/** A batch of one part. */
const part = (seq: number, id: unknown, left: unknown, piece: string | Buffer) =>
  binary(
    [
      [seq, 0, [piece.length]],
      [10, id, left],
    ],
    piece,
  );

/** All that a frame takes, as its parts bring it. */
const bytesOf = (frame: unknown, rest: string | Buffer = "") => binary(frame, rest);

async function expectClosed(code: number, ...messages: readonly Buffer[]): Promise<void> {
  const line = await victim.welcomed();
  for (const message of messages) line.frame("binary", message);
  expect(await line.closed(), messages[0]!.subarray(0, 80).toString("latin1")).toBe(code);
  line.destroy();
}

describe("a binary message", () => {
  const call = [1, 1, "anything", 0, null, [0, 3]];
  const wrong: readonly Buffer[] = [
    ...["", "\0", "\0\0\0", "\0\0\0\0", "\0\0\0\x07[[1,0]]", "\0\0\0\x08[[1,0]]"].map((text) =>
      Buffer.from(text, "latin1"),
    ),
    // Its JSON is longer, or shorter, than it says.
    ...[0, 1, 2 ** 31, 2 ** 32 - 1].map((length) => binary([[1, 0, [3]], call], "abc", length)),
    // Its blobs are not what the head says.
    ...[[2], [4], [3, 0], [0], [], [-3], [1.5], ["3"], [null], [2 ** 53], [1e308], [3, 0, 0], {}, 3, "abc", null].map(
      (lengths) => binary([[1, 0, lengths], call], "abc"),
    ),
    binary([[1, 0], call], "abc"),
    binary([[1, 0, [3], 0], call], "abc"),
    binary([[1, 0, [0]], call]),
    binary([[1, 0, [2 ** 53 - 1, -(2 ** 53 - 4)]], call, [3, 1]], "abc"),
    // What has no bytes brings some, and what is no batch.
    binary(
      [
        [1, 0, [3]],
        [3, 1],
      ],
      "abc",
    ),
    binary(
      [
        [1, 0, [3]],
        [4, 1, 5],
      ],
      "abc",
    ),
    binary(
      [
        [1, 0, [3]],
        [12, 1, 1, 1],
      ],
      "abc",
    ),
    binary(["renew", {}], "abc"),
    binary(["events", 1, 0, 1, ["e", 1]], "abc"),
    Buffer.concat([binary([[1, 0, [3]], call]), Buffer.from([0xc3])]),
    binary('[[1,0,[3]],[1,1,"\xff",0,null]]'.replace("\xff", "\ud800"), "ab"),
  ];

  test("with a length that is wrong closes with 4400, and starts nothing", () =>
    victim.survives(async () => {
      for (const message of wrong) await expectClosed(4400, message);
    }));

  test("that is a text, with lengths, closes with 4400", () =>
    victim.survives(async () => {
      for (const text of ["[[1,0,[]]]", "[[1,0,[0]],[3,1]]", '[[1,0,[3]],[1,1,"anything",0,null,[0,3]]]']) {
        const line = await victim.welcomed();
        line.say(text);
        expect(await line.closed(), text).toBe(4400);
      }
    }));

  test("whose JSON names bytes that are not there is a message, and its value is the contract's business", () =>
    victim.survives(async () => {
      const line = await victim.welcomed();
      const places = [[0, 4], [4, 0], [-1, 1], [0, 2 ** 53], "0", null];
      for (const [index, place] of places.entries()) {
        const call = [1, 2 * index + 1, "anything", 0, null, place];
        line.frame("binary", binary([[index + 1, 0, [3]], call], "abc"));
      }
      await line.until(() => line.frames.length === places.length);
    }));
});

describe("a part", () => {
  const frame = bytesOf([1, 1, "anything", 0, null, "x".repeat(50)]);

  test("that is wrong closes with 4400", () =>
    victim.survives(async () => {
      for (const left of [0, -1, 1.5, "70", null, 2, 2 ** 53, 1e300]) await expectClosed(4400, part(1, 1, left, "abc"));
      for (const id of [0, -1, 1.5, "1", null]) await expectClosed(4400, part(1, id, 70, "abc"));
      await expectClosed(
        4400,
        binary([
          [1, 0, [0]],
          [10, 1, 70],
        ]),
      );
      // It does not go on where the one before it ended.
      for (const left of [70, 66, 68, 3]) await expectClosed(4400, part(1, 1, 70, "abc"), part(2, 1, left, "abc"));
    }));

  test("that is the last of what is no frame closes with 4400", () =>
    victim.survives(async () => {
      const nothings = [
        Buffer.from("abc"),
        Buffer.from("\0\0\0\x09[3,1]", "latin1"),
        ...[
          [3, 1],
          [4, 1, 5],
          [8, 1],
          [10, 1, 5],
          [1, 3, "anything", 0, null],
          [1, 1, "anything"],
          [[1, 0]],
          {},
          1,
        ].map((value) => bytesOf(value)),
        bytesOf(`[1,1,"anything",0,null,{"__proto__":1}]`),
        bytesOf(`[1,1,"anything",0,null,${"[".repeat(70)}${"]".repeat(70)}]`),
      ];
      for (const bytes of nothings) await expectClosed(4400, part(1, 1, bytes.length, bytes));
    }));

  test("that announces too much closes with 4413 before anything is held", () =>
    victim.survives(
      async () => {
        await expectClosed(4413, part(1, 1, 4 * MiB + 1, "a"));
        await expectClosed(4413, part(1, 1, 2 ** 53 - 1, "a"));
        await expectClosed(4413, part(1, 1, 3 * MiB, "a"), part(2, 3, MiB + 1, "a"));
        // Its JSON is held to messageBytes, in however many parts it comes.
        const json = bytesOf([1, 1, "anything", 0, null, "x".repeat(MiB)]);
        const half = json.length >> 1;
        await expectClosed(
          4413,
          part(1, 1, json.length, json.subarray(0, half)),
          part(2, 1, json.length - half, json.subarray(half)),
        );
      },
      { heldMiB: 6 },
    ));

  test("of many that never end is held to valueBytes in all, and not when its sender has gone", () =>
    victim.survives(async () => {
      const lines = await Promise.all(Array.from({ length: 4 }, () => victim.welcomed()));
      const before = (await victim.condition()).heldBytes;
      for (const line of lines) {
        for (let index = 0; index < 16; index++) {
          line.frame("binary", part(index + 1, 2 * index + 1, MiB / 4, "a"));
        }
      }
      for (const line of lines) await line.drained();
      const held = (await victim.condition()).heldBytes - before;
      // What is outside of the heap is counted twice.
      expect(held).toBeLessThan((lines.length * 4 * 2 + 4) * MiB);
    }));

  test("of what was cancelled, and of ids that are over, changes nothing", () =>
    victim.survives(async () => {
      const line = await victim.welcomed();
      const [one, two] = [frame.subarray(0, 20), frame.subarray(20)];
      line.frame("binary", part(1, 1, frame.length, one));
      line.say([
        [2, 0],
        [3, 1],
      ]);
      line.frame("binary", part(3, 1, frame.length - 20, two));
      line.frame("binary", part(4, 1, frame.length, one));
      // Nobody has asked anything of the client, and 1 was opened already.
      line.frame("binary", part(5, 2, frame.length, one));
      line.say([
        [6, 0],
        [1, 3, "echo", 0, null, { text: "after it" }],
      ]);
      await line.until(() => line.frames.length === 1);
      expect(line.frames).toEqual([[5, 3, { text: "after it" }]]);
    }));
});

describe("an invalidation from a client", () => {
  test("closes with 4400, and before hello with 4401", () =>
    victim.survives(async () => {
      for (const body of ['{"tags":["a"]}', '{"tags":null}', "{}", '{"tags":"a"}', '{"tags":[1]}', "null", "[]"]) {
        const line = await victim.welcomed();
        line.say(`["invalidate",${body}]`);
        expect(await line.closed(), body).toBe(4400);
      }
      const stranger = await victim.line();
      stranger.say('["invalidate",{"tags":["a"]}]');
      expect(await stranger.closed()).toBe(4401);
    }));
});
