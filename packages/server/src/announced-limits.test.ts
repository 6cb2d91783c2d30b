import { defaultLimits } from "@trunkline/core";
import { peerLimits } from "@trunkline/core/internal";
import { expect, it } from "vitest";
import { AnnouncedLimits } from "./announced-limits.js";

const some = () => peerLimits(defaultLimits);

it("keeps what many announce once", () => {
  const announced = new AnnouncedLimits();
  const first = announced.of(some());
  expect(first).toEqual(some());
  expect(announced.of(some())).toBe(first);
});

it("tells apart who announces something else", () => {
  const announced = new AnnouncedLimits();
  const first = announced.of(some());
  const other = announced.of({ ...some(), calls: 7 });
  expect([first.calls, other.calls]).toEqual([defaultLimits.calls, 7]);
  expect(announced.of(some())).toEqual(first);
});

it("keeps nothing else that was said with them", () => {
  const said = { ...some(), more: "x".repeat(1_000) };
  expect(new AnnouncedLimits().of(said)).toEqual(some());
});
