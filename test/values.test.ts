import { expect, it } from "vitest";
import { roundTrips } from "./values/round-trip.js";

it("3,000 values of schemas made by chance arrive as they were sent, and damage is refused", () => {
  const { values, converted, withBytes, refused } = roundTrips(3_000, 1_000_000);
  expect(values).toBe(3_000);
  expect(converted).toBeGreaterThan(1_000);
  expect(withBytes).toBeGreaterThan(100);
  expect(refused).toBeGreaterThan(1_000);
}, 60_000);
